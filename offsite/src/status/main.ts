import { createLog, readConfig, untilStopped } from '@bulkhead/kernel';
import { startStatus } from './app.ts';
import { configSchema } from './config.ts';

const config = readConfig(configSchema, process.env);
const log = createLog('status', config.LOG_LEVEL);
const status = await startStatus(config, log);
log.info({ socket: config.SOCKET }, 'the status page is up');
await untilStopped({ supervised: config.BULKHEAD_SUPERVISED === '1' });
await status.close();
process.exit(0);
