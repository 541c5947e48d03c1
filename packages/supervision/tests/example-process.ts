import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { getCompileCacheDir } from 'node:module';
import { createLog, readConfig, untilStopped } from '@bulkhead/kernel';
import { createWireApp, serveWire } from '@bulkhead/wire';
import { z } from 'zod';

const schema = z.object({
  SOCKET: z.string(),
  SECRET: z.string(),
  /** A directory of its own. */
  DIRECTORY: z.string().optional(),
  /** A file of somebody else, which it tries to read. */
  FOREIGN_FILE: z.string().optional(),
  /** Ends by itself, with code 3, after so many milliseconds. */
  ENDS_AFTER_MS: z.string().optional(),
  IGNORES_SIGTERM: z.string().optional(),
  /** Says that it is not well. */
  IS_UNWELL: z.string().optional(),
});

/** A process as the estate's are, for the tests of their supervision. */
const config = readConfig(schema, process.env);
const log = createLog('example');
const app = createWireApp({ secrets: { supervisor: config.SECRET }, log });
app.get('/health', (c) => (config.IS_UNWELL === undefined ? c.json({ ok: true }) : c.json({ message: 'still reading' }, 503)));
app.get('/about', (c) =>
  c.json({
    pid: process.pid,
    uid: process.getuid?.() ?? null,
    gid: process.getgid?.() ?? null,
    groups: process.getgroups?.() ?? [],
    environment: Object.keys(process.env).sort(),
    foreign: attempt(() => readFileSync(config.FOREIGN_FILE ?? '', 'utf8')),
    ownDirectory: attempt(() =>
      readdirSync(config.DIRECTORY ?? '/')
        .filter((name) => name.endsWith('.txt'))
        .join(),
    ),
    passwd: attempt(() => readFileSync('/etc/passwd', 'utf8')),
    // oxlint-disable-next-line typescript/no-implied-eval -- it must be refused
    code: attempt(() => String(new Function('return 1')())),
    compiled: getCompileCacheDir() ?? null,
    implant: attempt(() => {
      writeFileSync(`${getCompileCacheDir() ?? '/nowhere'}/implant`, 'code');
      return 'in';
    }),
  }),
);
const wire = await serveWire({ app, socket: config.SOCKET, mode: 0o666 });
if (config.DIRECTORY !== undefined) writeFileSync(`${config.DIRECTORY}/secret.txt`, 'mine', { mode: 0o600 });
log.info('example process stands');
if (config.ENDS_AFTER_MS !== undefined) setTimeout(() => process.exit(3), Number(config.ENDS_AFTER_MS));
const why = await untilStopped({ supervised: process.env['BULKHEAD_SUPERVISED'] === '1' });
if (config.IGNORES_SIGTERM !== undefined) await new Promise(() => setInterval(() => undefined, 1000));
log.info({ why }, 'example process stops');
await wire.close();
process.exit(0);

function attempt(work: () => string): string {
  try {
    return `got ${work().slice(0, 20)}`;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}
