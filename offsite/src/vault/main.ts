import { createLog, readConfig, untilStopped } from '@bulkhead/kernel';
import { startVault } from './app.ts';
import { configSchema } from './config.ts';

const config = readConfig(configSchema, process.env);
const log = createLog('vault', config.LOG_LEVEL);
const vault = await startVault(config, log);
log.info({ socket: config.SOCKET }, 'the vault is open');
await untilStopped({ supervised: config.BULKHEAD_SUPERVISED === '1' });
await vault.close();
process.exit(0);
