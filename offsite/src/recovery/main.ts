import { randomBytes } from 'node:crypto';
import { estateSchema, signingKeySchema, trustSchema } from '@bulkhead/contracts';
import { createLog, readConfig, untilStopped } from '@bulkhead/kernel';
import { startRecovery } from './app.ts';
import { configSchema, readNamedFile } from './config.ts';

const config = readConfig(configSchema, process.env);
const log = createLog('recovery', config.LOG_LEVEL);
const stopped = untilStopped({ supervised: config.BULKHEAD_SUPERVISED === '1' });

try {
  const app = await startRecovery({
    config,
    estate: await readNamedFile('ESTATE_FILE', config.ESTATE_FILE, estateSchema),
    trust: await readNamedFile('TRUST_FILE', config.TRUST_FILE, trustSchema),
    key: await readNamedFile('SIGNING_KEY_FILE', config.SIGNING_KEY_FILE, signingKeySchema),
    log,
    now: () => new Date(),
    newId: () => `r${randomBytes(6).toString('hex')}`,
  });
  const why = await stopped;
  log.info({ why }, 'stopping');
  await app.stop();
  // Steps of a recovery are cut off as by a kill, on purpose: they run again at the next start.
  process.exit(0);
} catch (error) {
  log.fatal({ err: error }, 'recovery cannot run');
  process.exit(1);
}
