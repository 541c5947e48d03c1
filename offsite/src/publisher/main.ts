import { createLog, readConfig, untilStopped } from '@bulkhead/kernel';
import { startPublisher } from './app.ts';
import { configSchema } from './config.ts';

const config = readConfig(configSchema, process.env);
const log = createLog('publisher', config.LOG_LEVEL);
const { close } = await startPublisher(config, log);
log.info({ socket: config.HQ_SOCKET }, 'the publisher is open');
await untilStopped({ supervised: config.BULKHEAD_SUPERVISED === '1' });
await close();
process.exit(0);
