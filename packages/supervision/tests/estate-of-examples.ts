import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { createLog } from '@bulkhead/kernel';
import { callWire } from '@bulkhead/wire';
import { z } from 'zod';
import { makeDirectory } from '#file/directory.ts';
import type { Owner } from '#owner/owner.ts';
import type { ProcessSpec } from '#process/process-spec.ts';
import { createSupervision, type Supervision } from '#supervision.ts';

const CHECKOUT = join(import.meta.dirname, '../../..');
const SECRET = 'example-secret-example-secret-32';

/** A temporary directory that every uid may pass, removed after the test. */
export async function temporaryDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'bhs-'));
  await makeDirectory(directory, { mode: 0o711 });
  t.after(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));
  return directory;
}

/** A supervision whose processes end with the test. */
export async function superviseIn(
  t: TestContext,
  directory: string,
  silentLimitMs?: number,
  compiled?: string,
): Promise<Supervision> {
  const supervision = createSupervision({
    log: createLog('test', 'silent'),
    node: process.execPath,
    now: () => new Date(),
    logDirectory: join(directory, 'logs'),
    pidFile: join(directory, 'pids.json'),
    ...(silentLimitMs === undefined ? {} : { silentLimitMs }),
    ...(compiled === undefined ? {} : { compiled }),
  });
  t.after(async () => {
    await Promise.all(supervision.status().map(({ name }) => supervision.kill(name)));
    await rm(directory, { recursive: true, force: true });
  });
  return supervision;
}

/** The spec of an example process with a directory of its own. */
export async function exampleSpec(
  directory: string,
  name: string,
  more: {
    readonly environment?: Readonly<Record<string, string>>;
    readonly owner?: Owner | undefined;
    readonly graceMs?: number;
  } = {},
): Promise<ProcessSpec> {
  const own = join(directory, name);
  await makeDirectory(own, { mode: 0o711, owner: more.owner });
  return {
    name,
    entry: join(import.meta.dirname, 'example-process.ts'),
    environment: { SOCKET: join(own, 's.sock'), SECRET, ...more.environment },
    owner: more.owner,
    read: [join(CHECKOUT, 'packages'), join(CHECKOUT, 'node_modules')],
    write: [own],
    memoryMb: 64,
    health: { socket: join(own, 's.sock'), secret: SECRET, path: '/health' },
    graceMs: more.graceMs ?? 5_000,
    restart: 'always',
  };
}

const aboutSchema = z.object({
  pid: z.number(),
  uid: z.number().nullable(),
  gid: z.number().nullable(),
  groups: z.array(z.number()),
  environment: z.array(z.string()),
  foreign: z.string(),
  ownDirectory: z.string(),
  passwd: z.string(),
  code: z.string(),
  compiled: z.string().nullable(),
  implant: z.string(),
});

/** Asks an example process what it may. */
export function askAbout(directory: string, name: string): Promise<z.infer<typeof aboutSchema>> {
  return callWire({ socket: join(directory, name, 's.sock'), secret: SECRET }, { method: 'GET', path: '/about' }, aboutSchema);
}
