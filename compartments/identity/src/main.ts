import './without-eval.ts';
import { estateSchema, trustSchema } from '@bulkhead/contracts';
import { createLog, readConfig, readJsonFile, untilStopped } from '@bulkhead/kernel';
import { connectionTo } from '@bulkhead/postgres/connection';
import { openDatabase } from '@bulkhead/postgres/database';
import { serveCompartment } from '@bulkhead/web';
import { createIdentity } from './app.ts';
import { type Config, configSchema } from './config.ts';
import type { Schema } from './schema.ts';

const MAX_CONNECTIONS = 8;

async function run(config: Config): Promise<void> {
  const log = createLog('identity', config.LOG_LEVEL);
  const estate = await readJsonFile(config.ESTATE_FILE, estateSchema);
  const trust = await readJsonFile(config.TRUST_FILE, trustSchema);
  const database = openDatabase<Schema>({
    connection: connectionTo(config.DATABASE_SOCKET_DIRECTORY, {
      database: config.DATABASE_NAME,
      role: config.DATABASE_ROLE,
      password: config.DATABASE_PASSWORD,
      applicationName: 'identity',
    }),
    maxConnections: MAX_CONNECTIONS,
  });
  const identity = createIdentity({
    estate,
    trust,
    internalSecret: config.INTERNAL_SECRET,
    database,
    mode: config.MODE,
    log,
    ...(config.SEALING_KEY ? { sealingKey: Buffer.from(config.SEALING_KEY, 'hex') } : {}),
    ...(config.MAIL_JSON ? { mail: config.MAIL_JSON } : {}),
    ...(config.MAIL_FAULT ? { mailFault: config.MAIL_FAULT } : {}),
  });
  if (config.MODE === 'open') await identity.resume();
  if (config.JOB_TOKEN) await identity.prepare(config.JOB_TOKEN);
  const server = await serveCompartment({ app: identity.app, socket: config.SOCKET });
  log.info({ mode: config.MODE }, 'identity answers');
  const why = await untilStopped({ supervised: config.BULKHEAD_SUPERVISED === '1' });
  log.info({ why }, 'identity stops');
  identity.close();
  await server.close();
  await database.close();
}

try {
  await run(readConfig(configSchema, process.env));
  process.exit(0);
} catch (err) {
  createLog('identity').fatal({ err }, 'identity cannot run');
  process.exit(1);
}
