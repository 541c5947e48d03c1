import { estateSchema, trustSchema } from '@bulkhead/contracts';
import { createLog, type Log, readConfig, readJsonFile, untilStopped } from '@bulkhead/kernel';
import { connectionTo } from '@bulkhead/postgres/connection';
import { openDatabase } from '@bulkhead/postgres/database';
import { serveCompartment } from '@bulkhead/web';
import { createApp } from './app.ts';
import { manifest } from './compartment.ts';
import { type Config, configSchema } from './config.ts';
import type { Schema } from './schema.ts';

const MAX_CONNECTIONS = 8;

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
  const app = createApp({ estate, trust, internalSecret: config.INTERNAL_SECRET, database, mode: config.MODE, log });
  const server = await serveCompartment({ app, socket: config.SOCKET });
  log.info({ mode: config.MODE }, 'the compartment answers');
  const why = await untilStopped({ supervised: config.BULKHEAD_SUPERVISED === '1' });
  log.info({ why }, 'the compartment stops');
  await server.close();
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
