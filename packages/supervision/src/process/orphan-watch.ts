import { type ChildProcess, spawn } from 'node:child_process';

const GRACE_SECONDS = 5;

/**
 * Ends a program, and what it started, when this process is gone: unlike processes of ours it does not know that the end of its
 * standard input means that. A shell, which it cannot touch when it has a user of its own, waits for the end of a pipe that only
 * we hold open; that comes even after `kill -9`.
 */
export function watchOrphan(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) return;
  const script = `read -r _; kill -TERM "-$0" 2>/dev/null; sleep ${GRACE_SECONDS}; kill -KILL "-$0" 2>/dev/null`;
  const watch = spawn('/bin/sh', ['-c', script, String(pid)], {
    cwd: '/',
    env: { PATH: '/usr/bin:/bin' },
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  // Without the watch the next start still finds and ends what was left over.
  watch.once('error', () => undefined);
  watch.stdin.on('error', () => undefined);
  watch.unref();
  child.once('exit', () => watch.kill('SIGKILL'));
}
