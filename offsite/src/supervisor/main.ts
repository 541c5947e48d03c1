import { createLog, readConfig, untilStopped } from '@bulkhead/kernel';
import { startOffsite } from './app.ts';
import { configSchema } from './config.ts';

const log = createLog('offsite-supervisor');
try {
  const config = readConfig(configSchema, process.env);
  let askToStop: () => void = () => undefined;
  const stopAsked = new Promise<void>((resolve) => {
    askToStop = resolve;
  });
  const supervisor = await startOffsite(config, log, askToStop);
  await Promise.race([untilStopped({ supervised: config.BULKHEAD_SUPERVISED === '1' }), stopAsked]);
  log.info('stopping');
  await supervisor.close();
  process.exit(0);
} catch (error) {
  log.fatal({ err: error }, 'off-site cannot run');
  process.exit(1);
}
