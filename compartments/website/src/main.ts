import { createBlobStore, obeyVaultForever } from '@bulkhead/blobs';
import { estateSchema, trustSchema } from '@bulkhead/contracts';
import { createLog, type Log, readConfig, readJsonFile, untilStopped } from '@bulkhead/kernel';
import { connectionTo } from '@bulkhead/postgres/connection';
import { openDatabase } from '@bulkhead/postgres/database';
import { serveCompartment } from '@bulkhead/web';
import { createWebsite } from './app.ts';
import { type Config, configSchema } from './config.ts';
import { loadEditorAssets } from './editor/asset.actions.ts';
import { reachDarkroom } from './picture/darkroom.actions.ts';
import { PICTURE_LIMIT_BYTES } from './picture/picture.rules.ts';
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
      applicationName: 'website',
    }),
    maxConnections: MAX_CONNECTIONS,
  });
  const blobs = createBlobStore({
    directory: config.BLOB_DIRECTORY,
    vault: { socket: config.VAULT_SOCKET, secret: config.VAULT_SECRET },
    limitBytes: PICTURE_LIMIT_BYTES,
    onDamaged: (sha256) => log.error({ sha256 }, 'a picture is damaged on this disk'),
  });
  const darkroom = reachDarkroom({ socket: config.DARKROOM_SOCKET, secret: config.DARKROOM_SECRET });
  const app = createWebsite({
    estate,
    trust,
    internalSecret: config.INTERNAL_SECRET,
    database,
    blobs,
    darkroom,
    assets: loadEditorAssets(),
    mode: config.MODE,
    log,
  });
  const server = await serveCompartment({ app, socket: config.SOCKET });
  log.info({ mode: config.MODE }, 'the website answers');
  const stopping = new AbortController();
  const obeying = obeyVaultForever(blobs, {
    everyMs: OBEY_EVERY_MS,
    signal: stopping.signal,
    done: (obeyed) => log.warn(obeyed, 'the vault asked for pictures again, or two operators erased some'),
    failed: (error) => log.warn({ err: error }, 'asking the vault what it needs'),
  });
  const why = await untilStopped({ supervised: config.BULKHEAD_SUPERVISED === '1' });
  log.info({ why }, 'the website stops');
  stopping.abort(new Error('stopping'));
  await server.close();
  await obeying;
  await database.close();
}

try {
  const config = readConfig(configSchema, process.env);
  await run(config, createLog('website', config.LOG_LEVEL));
  process.exit(0);
} catch (err) {
  createLog('website').fatal({ err }, 'the website cannot run');
  process.exit(1);
}
