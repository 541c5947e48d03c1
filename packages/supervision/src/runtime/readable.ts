import { realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * The first path, seen from the root of the file system, at which a user who owns nothing here is stopped on the way
 * to one of `paths`: a directory without o+x, or a target without o+r. Undefined if all can be read.
 */
export async function findHidden(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const real = await realpath(path);
    for (const directory of ancestors(dirname(real))) {
      if (((await stat(directory)).mode & 0o001) === 0) return directory;
    }
    const found = await stat(real);
    const needed = found.isDirectory() ? 0o005 : 0o004;
    if ((found.mode & needed) !== needed) return real;
  }
  return undefined;
}

function ancestors(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [path] : [...ancestors(parent), path];
}
