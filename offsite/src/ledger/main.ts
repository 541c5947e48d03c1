import { createLog, readConfig, untilStopped } from '@bulkhead/kernel';
import { startLedger } from './app.ts';
import { configSchema } from './config.ts';

const config = readConfig(configSchema, process.env);
const log = createLog('ledger', config.LOG_LEVEL);
const { ledger, close } = await startLedger(config, log);
log.info({ socket: config.SOCKET, head: ledger.head }, 'the ledger is open');
await untilStopped({ supervised: config.BULKHEAD_SUPERVISED === '1' });
await close();
process.exit(0);
