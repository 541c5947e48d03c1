import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CompartmentManifest, estateSchema, generateSigningKey, parseManifest, type Trust } from '@bulkhead/contracts';
import { connectionTo, migrate, prepareDatabase, rolesOf, startScratchCluster } from '@bulkhead/postgres';
import { waitUntil } from '@bulkhead/testkit';
import { createScratchGateway, type ScratchGateway } from '@bulkhead/web';
import { callWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';
import type { Asks } from './people.ts';

const ROOT = new URL('../..', import.meta.url).pathname;
const SECRET = 'secret of identity in a measurement';
const PASSWORDS = { owner: 'owner of it', app: 'application', reader: 'reader of it', offsite: 'off-site of it' };

export type IdentityProcess = {
  /** Asks as people do, with honest tokens. */
  readonly gateway: ScratchGateway;
  readonly trust: ScratchGateway['trust'];
  /** Asks as processes of the estate do. */
  readonly peer: WirePeer;
  readonly pid: number;
  readonly stop: () => Promise<void>;
};

/**
 * Runs identity as a process of its own, confined as in an estate, on a PostgreSQL that writes to disk at each commit. Its database
 * is filled when it runs. The gateway is one for tests, and no second site confirms: what is measured is identity.
 */
export async function startIdentity(fill: (database: Asks) => Promise<void>): Promise<IdentityProcess> {
  const directory = await mkdtemp(join(tmpdir(), 'bhi-'));
  const scratch = await startScratchCluster({ fsync: 'on', full_page_writes: 'on', wal_level: 'logical' });
  const stopCluster = async () => {
    await scratch.stop();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const manifests = await Promise.all(['identity', 'website'].map(readManifest));
    const [manifest] = manifests;
    if (!manifest) throw new RangeError('no manifest of identity');
    await prepareDatabase({ admin: scratch.admin, name: 'identity', passwords: PASSWORDS });
    const owner = connectionTo(scratch.socketDirectory, {
      database: 'identity',
      role: rolesOf('identity').owner,
      password: PASSWORDS.owner,
    });
    await migrate({ connection: owner, directory: `${ROOT}compartments/identity/migrations` });
    const peer = { socket: join(directory, 'identity.sock'), secret: SECRET };
    const gateway = createScratchGateway({ manifest, socket: () => peer.socket, now: () => new Date() });
    await writeFile(join(directory, 'estate.json'), JSON.stringify(describeEstate(manifests)));
    await writeFile(join(directory, 'trust.json'), JSON.stringify(trustOf(gateway)));
    const jobToken = await gateway.mintJob('job:identity.start');
    const launched = await launch({ directory, socketDirectory: scratch.socketDirectory, peer, jobToken });
    // Afterwards: the sample accounts are only added where there are none.
    const admin = await scratch.admin.toDatabase('identity');
    await fill(admin);
    await admin.close();
    return {
      gateway,
      trust: gateway.trust,
      peer,
      pid: launched.pid,
      stop: async () => {
        await launched.stop();
        await stopCluster();
      },
    };
  } catch (error) {
    await stopCluster();
    throw error;
  }
}

async function launch(given: {
  readonly directory: string;
  readonly socketDirectory: string;
  readonly peer: WirePeer;
  readonly jobToken: string;
}): Promise<{ readonly pid: number; readonly stop: () => Promise<void> }> {
  const { directory, peer } = given;
  const environment = {
    SOCKET: peer.socket,
    MODE: 'open',
    ESTATE_FILE: join(directory, 'estate.json'),
    TRUST_FILE: join(directory, 'trust.json'),
    INTERNAL_SECRET: SECRET,
    DATABASE_SOCKET_DIRECTORY: given.socketDirectory,
    DATABASE_NAME: 'identity',
    DATABASE_ROLE: rolesOf('identity').app,
    DATABASE_PASSWORD: PASSWORDS.app,
    JOB_TOKEN: given.jobToken,
    LOG_LEVEL: 'error',
  };
  const granted = [`--allow-fs-read=${ROOT}`, `--allow-fs-read=${directory}`, `--allow-fs-write=${directory}`];
  const main = `${ROOT}compartments/identity/src/main.ts`;
  const child = spawn(process.execPath, ['--permission', ...granted, '--disallow-code-generation-from-strings', main], {
    env: environment,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  const health = z.object({ ok: z.literal(true) });
  try {
    await waitUntil(() => callWire(peer, { method: 'GET', path: '/.bulkhead/health' }, health), { what: 'identity is healthy' });
  } catch (error) {
    await stop();
    throw error;
  }
  if (child.pid === undefined) throw new Error('identity shows no process id');
  return { pid: child.pid, stop };
}

/** The manifest of a compartment, as the estate reads it. */
export async function readManifest(compartment: string): Promise<CompartmentManifest> {
  const module: { readonly manifest?: unknown } = await import(`${ROOT}compartments/${compartment}/src/compartment.ts`);
  return parseManifest(module.manifest);
}

/** An estate of these compartments. */
export function describeEstate(manifests: readonly CompartmentManifest[]) {
  return estateSchema.parse({
    organisation: 'A measurement',
    isSample: true,
    domain: 'localhost',
    port: 8400,
    statusPort: 8401,
    listenAddress: '127.0.0.1',
    tls: null,
    leaseMs: 60_000,
    compartments: manifests.map((manifest) => ({ directory: `compartments/${manifest.name}`, manifest })),
  });
}

/** Whom its processes trust: the scratch gateway, and keys that sign nothing here. */
export function trustOf(gateway: ScratchGateway): Trust {
  const key = (name: string) => generateSigningKey(name).verifying;
  return {
    ...gateway.trust,
    orderKeys: [key('order-1')],
    editionKeys: [key('edition-1')],
    ledgerKeys: [key('ledger-1')],
    operatorKeys: [key('operator:one'), key('operator:two')],
  };
}
