import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Admin, connectionTo, migrate, prepareDatabase, rolesOf, startScratchCluster } from '@bulkhead/postgres';
import { waitUntil } from '@bulkhead/testkit';
import { createScratchGateway, type ScratchGateway } from '@bulkhead/web';
import { callWire } from '@bulkhead/wire';
import type { ClientConfig } from 'pg';
import { z } from 'zod';
import { describeEstate, readManifest, trustOf } from './identity-process.ts';

const ROOT = new URL('../..', import.meta.url).pathname;
const NAME = 'gisis';
const SECRET = 'secret of the registry in a measurement';
const PASSWORDS = { owner: 'owner of it', app: 'application', reader: 'reader of it', offsite: 'off-site of it' };
/** Filled once, read ever after: what only slows the filling is off. */
const FILLING = { synchronous_commit: 'off', max_wal_size: '8GB', maintenance_work_mem: '512MB' };

export type RegistryProcess = {
  /** Asks as strangers do, with honest tokens. */
  readonly gateway: ScratchGateway;
  readonly socket: string;
  /** As the application reads: what is measured beside it asks the same database as the same role. */
  readonly connection: ClientConfig;
  readonly stop: () => Promise<void>;
};

/** Runs the registry as a process of its own, confined as in an estate, over a database that is filled before. */
export async function startRegistry(fill: (admin: Admin) => Promise<void>): Promise<RegistryProcess> {
  const directory = await mkdtemp(join(tmpdir(), 'bhg-'));
  const scratch = await startScratchCluster(FILLING);
  const stopCluster = async () => {
    await scratch.stop();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const manifests = await Promise.all(['identity', NAME].map(readManifest));
    const manifest = manifests[1];
    if (!manifest) throw new RangeError('no manifest of the registry');
    await prepareDatabase({ admin: scratch.admin, name: NAME, passwords: PASSWORDS, extensions: manifest.extensions ?? [] });
    const as = (role: string, password: string) => connectionTo(scratch.socketDirectory, { database: NAME, role, password });
    await migrate({
      connection: as(rolesOf(NAME).owner, PASSWORDS.owner),
      directory: `${ROOT}compartments/${NAME}/migrations`,
    });
    const admin = await scratch.admin.toDatabase(NAME);
    await fill(admin);
    await admin.close();
    const socket = join(directory, 'registry.sock');
    const gateway = createScratchGateway({ manifest, socket: () => socket, now: () => new Date() });
    await writeFile(join(directory, 'estate.json'), JSON.stringify(describeEstate(manifests)));
    await writeFile(join(directory, 'trust.json'), JSON.stringify(trustOf(gateway)));
    const stop = await launch({ directory, socket, socketDirectory: scratch.socketDirectory });
    return {
      gateway,
      socket,
      connection: as(rolesOf(NAME).app, PASSWORDS.app),
      stop: async () => {
        await stop();
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
  readonly socket: string;
  readonly socketDirectory: string;
}): Promise<() => Promise<void>> {
  const { directory, socket } = given;
  const environment = {
    SOCKET: socket,
    MODE: 'open',
    ESTATE_FILE: join(directory, 'estate.json'),
    TRUST_FILE: join(directory, 'trust.json'),
    INTERNAL_SECRET: SECRET,
    DATABASE_SOCKET_DIRECTORY: given.socketDirectory,
    DATABASE_NAME: NAME,
    DATABASE_ROLE: rolesOf(NAME).app,
    DATABASE_PASSWORD: PASSWORDS.app,
    // No file is brought or read in these measurements.
    BLOB_DIRECTORY: join(directory, 'blobs'),
    VAULT_SOCKET: join(directory, 'nobody.sock'),
    VAULT_SECRET: SECRET,
    LOG_LEVEL: 'error',
  };
  const granted = [`--allow-fs-read=${ROOT}`, `--allow-fs-read=${directory}`, `--allow-fs-write=${directory}`];
  const main = `${ROOT}compartments/${NAME}/src/main.ts`;
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
    const call = { method: 'GET', path: '/.bulkhead/health' } as const;
    await waitUntil(() => callWire({ socket, secret: SECRET }, call, health), { what: 'the registry is healthy' });
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}
