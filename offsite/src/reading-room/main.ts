import { createLog, readConfig, untilStopped } from '@bulkhead/kernel';
import { startReadingRoom } from './app.ts';
import { configSchema } from './config.ts';

const config = readConfig(configSchema, process.env);
const log = createLog('reading-room', config.LOG_LEVEL);
const stopped = untilStopped({ supervised: config.BULKHEAD_SUPERVISED === '1' });
const room = await startReadingRoom(config, log);
await stopped;
await room.close();
process.exit(0);
