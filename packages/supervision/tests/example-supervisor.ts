import { join } from 'node:path';
import { createLog } from '@bulkhead/kernel';
import { createSupervision } from '#supervision.ts';
import { exampleSpec } from './estate-of-examples.ts';

/** A supervisor of two processes, for a test that kills it: one that stops as it should, and one that will not. */
const directory = process.argv[2] ?? '';
const uid = Number(process.argv[3]);
const owner = uid > 0 ? { uid, gid: uid } : undefined;
const supervision = createSupervision({
  log: createLog('example-supervisor', 'silent'),
  node: process.execPath,
  now: () => new Date(),
  logDirectory: join(directory, 'logs'),
  pidFile: join(directory, 'pids.json'),
});
await supervision.start(await exampleSpec(directory, 'good', { owner }));
await supervision.start(await exampleSpec(directory, 'stubborn', { environment: { IGNORES_SIGTERM: '1' } }));
await Promise.all(['good', 'stubborn'].map((name) => supervision.untilHealthy(name, 60_000)));
const pids = ['good', 'stubborn'].map((name) => supervision.statusOf(name)?.pid);
process.stdout.write(`${pids.join(' ')}\n`);
