import { createLog, type Log, readConfig, untilStopped } from '@bulkhead/kernel';
import { serveWire } from '@bulkhead/wire';
import { type Config, configSchema } from './config.ts';
import { createDarkroom } from './darkroom.routes.ts';

// Opens what strangers send with a library that is not JavaScript: a process of its own, with a uid of its own, without
// files, database, network or secrets of anybody else. What it gives back is bytes, which are checked for their form.

const LARGEST_BYTES = 1_073_741_824;
const LOOK_MS = 500;

async function run(config: Config, log: Log): Promise<void> {
  const end = (why: string) => {
    log.fatal({ why }, 'the darkroom ends itself');
    process.exit(1);
  };
  const app = createDarkroom({ secret: config.SECRET, log, stuck: () => end('a picture takes too long') });
  const server = await serveWire({ app, socket: config.SOCKET, mode: 0o666 });
  const watch = setInterval(() => {
    if (process.memoryUsage.rss() > LARGEST_BYTES) end('it holds too much memory');
  }, LOOK_MS);
  log.info('the darkroom answers');
  const why = await untilStopped({ supervised: config.BULKHEAD_SUPERVISED === '1' });
  log.info({ why }, 'the darkroom stops');
  clearInterval(watch);
  await server.close();
}

try {
  const config = readConfig(configSchema, process.env);
  await run(config, createLog('darkroom', config.LOG_LEVEL));
  process.exit(0);
} catch (err) {
  createLog('darkroom').fatal({ err }, 'the darkroom cannot run');
  process.exit(1);
}
