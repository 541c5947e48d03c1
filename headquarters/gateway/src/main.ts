import process from 'node:process';
import { createLog, EstateError, untilStopped } from '@bulkhead/kernel';
import { startGateway } from './app.ts';
import { readGatewayConfig } from './config.ts';

try {
  const config = await readGatewayConfig(process.env);
  const log = createLog('gateway', config.logLevel);
  const stopped = untilStopped({ supervised: config.isSupervised });
  const gateway = await startGateway(config, log);
  log.info({ why: await stopped }, 'stopping');
  await gateway.stop();
  process.exit(0);
} catch (error) {
  createLog('gateway').fatal({ err: error }, error instanceof EstateError ? error.message : 'starting the gateway');
  process.exit(1);
}
