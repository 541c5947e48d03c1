import { join } from 'node:path';
import type { CompartmentManifest, ManifestWorker } from '@bulkhead/contracts';
import { makeDirectory, type ProcessSpec, type Runtime, type Supervision, type UidAllocator } from '@bulkhead/supervision';
import type { Layout } from '#layout/layout.rules.ts';

export type WorkerDeps = {
  readonly manifest: Pick<CompartmentManifest, 'name' | 'workers'>;
  /** The compartment's code. */
  readonly directory: string;
  readonly layout: Pick<Layout, 'sockets'>;
  readonly runtime: Pick<Runtime, 'checkout'>;
  readonly uids: UidAllocator;
  readonly supervision: Supervision;
  readonly newSecret: () => string;
  readonly logLevel: string;
  readonly signal: AbortSignal;
};

/**
 * Starts what runs beside a compartment: each under a user of its own, with a socket and code to read. They hold nothing,
 * so they run whatever state the compartment is in. Returns what the compartment needs to reach them.
 */
export async function startWorkers(deps: WorkerDeps): Promise<Record<string, string>> {
  const environment: Record<string, string> = {};
  for (const worker of deps.manifest.workers ?? []) {
    const spec = await describeWorker(deps, worker);
    const { socket, secret } = spec.health;
    const prefix = worker.name.toUpperCase();
    Object.assign(environment, { [`${prefix}_SOCKET`]: socket, [`${prefix}_SECRET`]: secret });
    await deps.supervision.start(spec);
    deps.signal.addEventListener('abort', () => void deps.supervision.stop(spec.name), { once: true });
  }
  return environment;
}

async function describeWorker(
  deps: WorkerDeps,
  worker: ManifestWorker,
): Promise<ProcessSpec & { readonly health: { readonly socket: string; readonly secret: string; readonly path: string } }> {
  const { layout, directory, runtime, logLevel } = deps;
  const name = `${deps.manifest.name}-${worker.name}`;
  const owner = await deps.uids.ownerOf(name);
  const sockets = join(layout.sockets, name);
  await makeDirectory(sockets, { mode: 0o711, owner });
  const socket = join(sockets, `${worker.name}.sock`);
  const secret = deps.newSecret();
  return {
    name,
    entry: join(directory, worker.entry),
    environment: { SOCKET: socket, SECRET: secret, LOG_LEVEL: logLevel },
    owner,
    read: [join(runtime.checkout, 'packages'), join(runtime.checkout, 'node_modules'), directory],
    write: [sockets],
    allowAddons: worker.addons,
    memoryMb: worker.memoryMb,
    health: { socket, secret, path: '/health' },
    graceMs: 2_000,
    restart: 'always',
  };
}
