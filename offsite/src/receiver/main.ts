import { createLog, readConfig, untilStopped } from '@bulkhead/kernel';
import { startReceiver } from './app.ts';
import { configSchema } from './config.ts';

let log = createLog('receiver');
try {
  const config = readConfig(configSchema, process.env);
  log = createLog('receiver', config.LOG_LEVEL);
  const receiver = await startReceiver(config, log);
  log.info({ socket: config.RECEIVER_SOCKET }, 'ready');
  await untilStopped({ supervised: config.BULKHEAD_SUPERVISED === '1' });
  await receiver.close();
  log.info('stopped');
  process.exit(0);
} catch (error) {
  log.fatal({ err: error }, 'the receiver cannot run');
  process.exit(1);
}
