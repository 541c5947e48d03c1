import { lstat, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { isRoot, type Owner } from '../owner/owner.ts';

/** Below the root of the code: `npm run compile` fills it. */
export const COMPILED_DIRECTORY = 'node_modules/.cache/compiled';

const WRITABLE_BY_OTHERS = 0o022;

/**
 * Whether a process of `owner` may be given what root compiled before, so that it starts in half the processor time:
 * only where nobody but root can write it. Whoever could would leave code behind for the next start of any process.
 * Node looks below a name that ends in the uid; there a link leads to what root has.
 */
export async function mayUseCompiled(directory: string, owner: Owner | undefined): Promise<boolean> {
  if (!isRoot() || owner === undefined || owner.uid === 0 || !(await isRootsAlone(directory))) return false;
  const ofRoot = (await readdir(directory)).filter((name) => name.endsWith('-0'));
  let found = false;
  for (const name of ofRoot) {
    if (!(await isRootsAlone(join(directory, name)))) continue;
    const link = join(directory, name.replace(/0$/, String(owner.uid)));
    await symlink(name, link).catch(refuseUnlessThere);
    found = true;
  }
  return found;
}

/** The variables by which a process of root's own uses what it compiled; none if anybody else could have written that. */
export async function ofRootAlone(checkout: string): Promise<Readonly<Record<string, string>>> {
  const directory = join(checkout, COMPILED_DIRECTORY);
  return isRoot() && (await isRootsAlone(directory)) ? { NODE_COMPILE_CACHE: directory } : {};
}

async function isRootsAlone(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  return found !== undefined && found.isDirectory() && found.uid === 0 && (found.mode & WRITABLE_BY_OTHERS) === 0;
}

function refuseUnlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST' && error.code !== 'EROFS') throw error;
}
