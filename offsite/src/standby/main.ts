import { createLog, readConfig, untilStopped } from '@bulkhead/kernel';
import { startJail } from './app.ts';
import { configSchema } from './config.ts';

let log = createLog('jail');
try {
  const config = readConfig(configSchema, process.env);
  log = createLog('jail', config.LOG_LEVEL);
  const jail = await startJail(config, log);
  log.info({ socket: config.CONTROL_SOCKET, mode: config.MODE }, 'ready');
  await untilStopped({ supervised: config.BULKHEAD_SUPERVISED === '1' });
  await jail.close();
  log.info('stopped');
  process.exit(0);
} catch (error) {
  log.fatal({ err: error }, 'the jail cannot run');
  process.exit(1);
}
