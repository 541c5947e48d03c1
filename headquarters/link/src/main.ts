import { createLog, readConfig, untilStopped } from '@bulkhead/kernel';
import { startLink } from './app.ts';
import { configSchema } from './config.ts';

const log = createLog('link');
try {
  const config = readConfig(configSchema, process.env);
  const stopped = untilStopped({ supervised: config.BULKHEAD_SUPERVISED === '1' });
  const link = await startLink(config, createLog('link', config.LOG_LEVEL));
  log.info({ why: await stopped }, 'stopping');
  await link.stop();
  process.exit(0);
} catch (error) {
  log.fatal({ err: error }, 'the link cannot run');
  process.exit(1);
}
