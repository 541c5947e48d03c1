import { createLog, readConfig, untilStopped } from '@bulkhead/kernel';
import { startHeadquarters } from './app.ts';
import { configSchema } from './config.ts';

const log = createLog('headquarters-supervisor', process.env['LOG_LEVEL'] || 'info');
try {
  const config = readConfig(configSchema, process.env);
  const headquarters = await startHeadquarters(config, log);
  await Promise.race([untilStopped({ supervised: config.BULKHEAD_SUPERVISED === '1' }), headquarters.stopAsked]);
  log.info('stopping');
  await headquarters.stop();
  log.info('stopped');
  process.exit(0);
} catch (error) {
  log.fatal({ err: error }, 'the supervisor of headquarters cannot run');
  process.exit(1);
}
