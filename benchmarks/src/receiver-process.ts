import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compartmentStreamsSchema } from '@bulkhead/contracts';
import type { ScratchCluster } from '@bulkhead/postgres';
import { MEMORY_VARIABLES } from '@bulkhead/supervision';
import { waitUntil } from '@bulkhead/testkit';
import { callWire, type WirePeer } from '@bulkhead/wire';

const RECEIVER = new URL('../../offsite/src/receiver/main.ts', import.meta.url).pathname;
const SECRET = 'secret of a measurement, not of an estate';

export type ReceiverProcess = {
  readonly peer: WirePeer;
  readonly readerSecret: string;
  readonly walSocketDirectory: string;
  readonly directory: string;
  readonly stop: () => Promise<void>;
};

/** The name under which the scratch cluster is known to the receiver of a measurement. */
export const COMPARTMENT = 'bench';

/** Runs the receiver as a process of its own for a scratch cluster, and waits until it streams and has a base. */
export async function startReceiver(
  scratch: Pick<ScratchCluster, 'socketDirectory' | 'superuserPassword'>,
  name = COMPARTMENT,
): Promise<ReceiverProcess> {
  const directory = await mkdtemp(join(tmpdir(), 'bhr-'));
  await chmod(directory, 0o711);
  const peer = { socket: join(directory, 'r.sock'), secret: SECRET };
  const walSocketDirectory = join(directory, 'w');
  await mkdir(walSocketDirectory);
  await chmod(walSocketDirectory, 0o755);
  const compartment = {
    name,
    socketDirectory: scratch.socketDirectory,
    user: 'postgres',
    password: scratch.superuserPassword,
    walSocketDirectory,
    readerSecret: `${SECRET} (reader)`,
  };
  const environment = {
    DATA_DIRECTORY: join(directory, 'archive'),
    RECEIVER_SOCKET: peer.socket,
    RECEIVER_SECRET: SECRET,
    COMPARTMENTS: JSON.stringify([compartment]),
  };
  const child: ChildProcess = spawn(process.execPath, [RECEIVER], {
    env: { ...environment, ...MEMORY_VARIABLES },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await waitUntil(
    async () => {
      const { compartments } = await callWire(peer, { method: 'GET', path: '/compartments' }, compartmentStreamsSchema);
      return compartments[0]?.state === 'streaming';
    },
    { what: 'the receiver to stream', timeoutMs: 300_000 },
  );
  return {
    peer,
    readerSecret: compartment.readerSecret,
    walSocketDirectory,
    directory,
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}
