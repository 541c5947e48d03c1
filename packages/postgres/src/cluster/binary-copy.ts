import { createHash } from 'node:crypto';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { restoreLinks } from './embedded.ts';

/**
 * Copies what the server needs to run into a directory under `into`, once: later calls find the finished copy.
 * Returns the copy's root.
 */
export async function copyBinaries(root: string, into: string): Promise<string> {
  await mkdir(into, { recursive: true, mode: 0o755 });
  const copy = join(into, `postgres-${await fingerprint(root)}`);
  if (await isDirectory(copy)) return copy;
  const building = await mkdtemp(join(into, '.copying-'));
  try {
    for (const part of ['bin', 'lib', 'share']) {
      await cp(join(root, part), join(building, part), {
        recursive: true,
        verbatimSymlinks: true,
        filter: (path) => !path.endsWith('.a'),
      });
    }
    await cp(join(root, 'pg-symlinks.json'), join(building, 'pg-symlinks.json')).catch(ignoreMissing);
    await restoreLinks(building);
    await openToAll(building);
    await rename(building, copy).catch(async (error: NodeJS.ErrnoException) => {
      if (!(await isDirectory(copy))) throw error;
    });
  } finally {
    await rm(building, { recursive: true, force: true });
  }
  return copy;
}

/** Differs when another build of PostgreSQL was installed since. */
async function fingerprint(root: string): Promise<string> {
  const manifest = await readFile(join(root, '..', 'package.json'), 'utf8').catch(() => root);
  return createHash('sha256').update(manifest).digest('hex').slice(0, 12);
}

async function openToAll(directory: string): Promise<void> {
  await chmod(directory, 0o755);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await openToAll(path);
    else if (entry.isFile()) await chmod(path, ((await stat(path)).mode & 0o100) === 0 ? 0o644 : 0o755);
  }
}

function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
