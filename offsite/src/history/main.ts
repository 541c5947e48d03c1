import { createLog, readConfig, untilStopped } from '@bulkhead/kernel';
import { startHistory } from './app.ts';
import { configSchema } from './config.ts';

const config = readConfig(configSchema, process.env);
const log = createLog('history', config.LOG_LEVEL);
const history = await startHistory(config, log);
log.info({ socket: config.SOCKET }, 'history answers');
await untilStopped({ supervised: config.BULKHEAD_SUPERVISED === '1' });
await history.close();
process.exit(0);
