import { readFileSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { EstateError } from '@bulkhead/kernel';
import type { PostgresBinaries } from './binaries.ts';
import { copyTree, type Owner } from './copy-tree.ts';
import { runProgram } from './run-program.ts';
import { temporaryBase } from './temporary-base.ts';

const INITDB_ARGUMENTS = [
  '--username=postgres',
  '--auth=reject',
  '--encoding=UTF8',
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--data-checksums',
  '--wal-segsize=16',
  '--no-sync',
  '--no-instructions',
];

const building = new Map<string, Promise<void>>();

/** Makes sure that `templateDirectory` holds a fresh, complete data directory of this version. */
export function ensureTemplate(binaries: PostgresBinaries, templateDirectory: string): Promise<void> {
  const running = building.get(templateDirectory);
  if (running !== undefined) return running;
  const started = buildTemplate(binaries, templateDirectory).finally(() => building.delete(templateDirectory));
  building.set(templateDirectory, started);
  return started;
}

async function buildTemplate(binaries: PostgresBinaries, templateDirectory: string): Promise<void> {
  if (await isDataDirectory(templateDirectory)) return;
  const parent = dirname(templateDirectory);
  await mkdir(parent, { recursive: true, mode: 0o711 });
  const runAs = process.getuid?.() === 0 ? findNamedUser() : undefined;
  // initdb's user may not be able to pass the parents of the template: it works in a directory of its own.
  const workshop = await mkdtemp(join(await temporaryBase(), 'bulkhead-initdb-'));
  const sibling = await mkdtemp(join(parent, `.${basename(templateDirectory)}-`));
  try {
    if (runAs !== undefined) await chown(workshop, runAs.uid, runAs.gid);
    await runProgram(binaries.initdb, [...INITDB_ARGUMENTS, '-D', join(workshop, 'data')], runAs);
    await copyTree(join(workshop, 'data'), join(sibling, 'data'), undefined);
    await chmod(join(sibling, 'data'), 0o700);
    await rename(join(sibling, 'data'), templateDirectory).catch(async (error: NodeJS.ErrnoException) => {
      // Another process was faster, and its template is as good.
      if (!(await isDataDirectory(templateDirectory))) throw error;
    });
  } finally {
    await rm(workshop, { recursive: true, force: true });
    await rm(sibling, { recursive: true, force: true });
  }
}

/** True if the path holds a complete data directory. */
export function isDataDirectory(path: string): Promise<boolean> {
  return stat(join(path, 'global/pg_control')).then(
    (found) => found.isFile(),
    () => false,
  );
}

// initdb refuses root and needs a name for its uid; the server needs neither.
function findNamedUser(): Owner {
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name, , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter((user) => user.uid > 0 && user.gid > 0);
  const user = ['postgres', 'daemon', 'nobody'].map((name) => users.find((one) => one.name === name)).find(Boolean) ?? users[0];
  if (user !== undefined) return { uid: user.uid, gid: user.gid };
  throw new EstateError(
    'config.invalid',
    'looking for a user to run initdb: /etc/passwd has none but root; add one, such as nobody',
  );
}
