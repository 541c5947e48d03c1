import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jailHealthSchema } from '@bulkhead/contracts';
import { MEMORY_VARIABLES } from '@bulkhead/supervision';
import { waitUntil } from '@bulkhead/testkit';
import { callWire, type WirePeer } from '@bulkhead/wire';
import { COMPARTMENT, type ReceiverProcess } from './receiver-process.ts';

const JAIL = new URL('../../offsite/src/standby/main.ts', import.meta.url).pathname;
const JAIL_SECRET = 'secret of a jail in a measurement';
const UNPRIVILEGED = { uid: 65_534, gid: 65_534 };
const LIMIT_MS = 1_800_000;

export type JailProcess = {
  readonly peer: WirePeer;
  /** Where its PostgreSQL has its socket. */
  readonly socketDirectory: string;
  /** From its start until it answered queries, in seconds. */
  readonly readySeconds: number;
  readonly stop: () => Promise<void>;
};

/** Runs a jail as a process of its own, as root under an unprivileged user, and waits until its cluster answers. */
export async function startJail(
  receiver: ReceiverProcess,
  mode: 'standby' | 'quarantine',
  more: Readonly<Record<string, string>> = {},
): Promise<JailProcess> {
  const directory = await mkdtemp(join(tmpdir(), 'bhj-'));
  const isRoot = process.getuid?.() === 0;
  await mkdir(join(directory, 'd'));
  for (const path of [directory, join(directory, 'd')]) {
    if (isRoot) await chown(path, UNPRIVILEGED.uid, UNPRIVILEGED.gid);
    await chmod(path, 0o711);
  }
  const peer = { socket: join(directory, 'c.sock'), secret: JAIL_SECRET };
  const environment = {
    COMPARTMENT,
    MODE: mode,
    DATA_DIRECTORY: join(directory, 'd'),
    SOCKET_DIRECTORY: join(directory, 's'),
    CONTROL_SOCKET: peer.socket,
    JAIL_SECRET,
    RECEIVER_SOCKET: receiver.peer.socket,
    RECEIVER_SECRET: receiver.readerSecret,
    WAL_SOCKET_DIRECTORY: receiver.walSocketDirectory,
    ...more,
  };
  const begunAt = performance.now();
  const child = spawn(process.execPath, [JAIL], {
    env: { ...environment, ...MEMORY_VARIABLES },
    stdio: ['ignore', 'ignore', 'inherit'],
    ...(isRoot ? UNPRIVILEGED : {}),
  });
  const stop = async () => {
    const ended = child.exitCode === null ? once(child, 'exit') : Promise.resolve();
    child.kill('SIGTERM');
    await ended;
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await waitUntil(
      async () => {
        const health = await callWire(peer, { method: 'GET', path: '/health' }, jailHealthSchema);
        if (health.state === 'failed') throw new Error(health.message);
        return health.state === 'ready';
      },
      { what: 'the jail answers', timeoutMs: LIMIT_MS },
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return { peer, socketDirectory: join(directory, 's'), readySeconds: (performance.now() - begunAt) / 1000, stop };
}
