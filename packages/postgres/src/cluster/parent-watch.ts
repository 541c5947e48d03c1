import { spawn } from 'node:child_process';
import type { Owner } from './copy-tree.ts';
import type { ServerExit } from './start-cluster.ts';

/**
 * Ends the server when this process is gone: a shell waits for the end of a pipe that only we hold open,
 * which comes even after `kill -9`, and asks for a fast shutdown.
 */
export function watchParent(serverPid: number, exited: Promise<ServerExit>, owner: Owner | undefined): void {
  const watch = spawn('/bin/sh', ['-c', 'read -r _; kill -INT "$0" 2>/dev/null', String(serverPid)], {
    ...owner,
    cwd: '/',
    env: {},
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  // Without the watch the next start still finds and ends a left-over server.
  watch.once('error', () => undefined);
  watch.stdin.on('error', () => undefined);
  watch.unref();
  void exited.then(() => watch.kill('SIGKILL'));
}
