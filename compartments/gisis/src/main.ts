import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createBlobStore, obeyVaultForever } from '@bulkhead/blobs';
import { estateSchema, trustSchema } from '@bulkhead/contracts';
import { createLog, type Log, readConfig, readJsonFile, untilStopped } from '@bulkhead/kernel';
import { connectionTo } from '@bulkhead/postgres/connection';
import { openDatabase } from '@bulkhead/postgres/database';
import { serveCompartment } from '@bulkhead/web';
import { createApp } from './app.ts';
import { manifest } from './compartment.ts';
import { type Config, configSchema } from './config.ts';
import { FILE_BYTES } from './intake/limits.rules.ts';
import type { Schema } from './schema.ts';

const MAX_CONNECTIONS = 8;
/** How often the vault is asked what it needs. */
const OBEY_EVERY_MS = 30_000;

async function run(config: Config, log: Log): Promise<void> {
  const estate = await readJsonFile(config.ESTATE_FILE, estateSchema);
  const trust = await readJsonFile(config.TRUST_FILE, trustSchema);
  const database = openDatabase<Schema>({
    connection: connectionTo(config.DATABASE_SOCKET_DIRECTORY, {
      database: config.DATABASE_NAME,
      role: config.DATABASE_ROLE,
      password: config.DATABASE_PASSWORD,
      applicationName: manifest.name,
    }),
    maxConnections: MAX_CONNECTIONS,
  });
  const blobs = createBlobStore({
    directory: config.BLOB_DIRECTORY,
    vault: { socket: config.VAULT_SOCKET, secret: config.VAULT_SECRET },
    limitBytes: FILE_BYTES,
    onDamaged: (sha256) => log.error({ sha256 }, 'a file is damaged on this disk'),
  });
  const scratchDirectory = join(config.BLOB_DIRECTORY, 'looked-at');
  // It stays itself: a directory that is gone from among the files is a loss to whoever watches the disk.
  await mkdir(scratchDirectory, { recursive: true, mode: 0o700 });
  for (const name of await readdir(scratchDirectory)) await rm(join(scratchDirectory, name), { recursive: true, force: true });
  const app = createApp({
    estate,
    trust,
    internalSecret: config.INTERNAL_SECRET,
    database,
    blobs,
    scratchDirectory,
    mode: config.MODE,
    log,
    ...(config.SEALING_KEY ? { sealingKey: Buffer.from(config.SEALING_KEY, 'hex') } : {}),
  });
  const server = await serveCompartment({ app, socket: config.SOCKET });
  log.info({ mode: config.MODE }, 'the compartment answers');
  const stopping = new AbortController();
  const obeying = obeyVaultForever(blobs, {
    everyMs: OBEY_EVERY_MS,
    signal: stopping.signal,
    done: (obeyed) => log.warn(obeyed, 'the vault asked for files again, or two operators erased some'),
    failed: (error) => log.warn({ err: error }, 'asking the vault what it needs'),
  });
  const why = await untilStopped({ supervised: config.BULKHEAD_SUPERVISED === '1' });
  log.info({ why }, 'the compartment stops');
  stopping.abort(new Error('stopping'));
  await server.close();
  await obeying;
  await database.close();
}

try {
  const config = readConfig(configSchema, process.env);
  await run(config, createLog(manifest.name, config.LOG_LEVEL));
  process.exit(0);
} catch (err) {
  createLog(manifest.name).fatal({ err }, 'the compartment cannot run');
  process.exit(1);
}
