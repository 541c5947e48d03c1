import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { EstateError } from '@bulkhead/kernel';

const FILES_LIMIT = 20_000;
/** Links and installed packages are not part of a build: the estate brings its own. */
const LEFT_OUT = 'node_modules';

/**
 * The digest of a build: SHA-256 over a line `<path>\0<sha256 of the file>` for each regular file, sorted by path with `/` between.
 * `node_modules` and links are left out.
 * @throws EstateError `input.invalid` when the directory cannot be read or holds too many files
 */
export async function digestBuild(directory: string): Promise<string> {
  const whole = createHash('sha256');
  try {
    for (const path of (await listFiles(directory)).toSorted()) {
      const own = createHash('sha256');
      await pipeline(createReadStream(join(directory, ...path.split('/'))), own);
      whole.update(`${path}\0${own.digest('hex')}\n`);
    }
  } catch (cause) {
    throw new EstateError('input.invalid', `reading the build in ${directory}`, { cause });
  }
  return whole.digest('hex');
}

async function listFiles(directory: string): Promise<string[]> {
  const found: string[] = [];
  const open = [directory];
  for (let at = open.pop(); at !== undefined; at = open.pop())
    for (const entry of await readdir(at, { withFileTypes: true })) {
      if (entry.isDirectory() && entry.name !== LEFT_OUT) open.push(join(at, entry.name));
      if (entry.isFile()) found.push(relative(directory, join(at, entry.name)).split(sep).join('/'));
      if (found.length > FILES_LIMIT) throw new RangeError(`more than ${FILES_LIMIT} files`);
    }
  return found;
}
