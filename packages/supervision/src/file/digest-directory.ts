import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { EstateError } from '@bulkhead/kernel';

const ENTRIES_AT_MOST = 50_000;
const BYTES_AT_MOST = 1_073_741_824;
const PACKAGES = 'node_modules';

/**
 * The digest of all that lies in a directory, installed packages and links too: whoever runs code from it runs what they bring.
 * Times and rights are left out, so that a copy has the digest of its original.
 * @throws EstateError `config.invalid` if it cannot be read, holds something else, or is too large
 */
export async function digestDirectory(directory: string): Promise<string> {
  return digestEntries(directory, await listEntries(directory));
}

/**
 * The digest of a build: of its files alone. Installed packages and links are not copied to where an ordered build runs, so that
 * this is what `digestDirectory` gives for the copy.
 * @throws EstateError `config.invalid` if it cannot be read, holds something else, or is too large
 */
export async function digestBuild(directory: string): Promise<string> {
  const entries = await listEntries(directory, (name) => name !== PACKAGES);
  return digestEntries(
    directory,
    entries.filter(({ isLink }) => !isLink),
  );
}

async function digestEntries(directory: string, entries: readonly Entry[]): Promise<string> {
  const hash = createHash('sha256');
  for (const entry of entries) {
    const path = join(directory, entry.path);
    const content = entry.isLink ? `link ${await readlink(path)}` : await digestFile(path);
    hash.update(`${entry.path}\0${content}\n`);
  }
  return hash.digest('hex');
}

/** Changes with any entry's path, size, place on the disk or time: cheap to ask often, and no proof of anything. */
export async function fingerprintDirectory(directory: string): Promise<string> {
  const hash = createHash('sha256');
  for (const { path, size, inode, mtimeMs, ctimeMs } of await listEntries(directory)) {
    hash.update(`${path}\0${size} ${inode} ${mtimeMs} ${ctimeMs}\n`);
  }
  return hash.digest('hex');
}

type Entry = {
  readonly path: string;
  readonly isLink: boolean;
  readonly size: number;
  readonly inode: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
};

async function listEntries(directory: string, isCounted: (name: string) => boolean = () => true): Promise<Entry[]> {
  const entries: Entry[] = [];
  let bytes = 0;
  const walk = async (below: string): Promise<void> => {
    const names = await readdir(join(directory, below)).catch((cause: unknown) => {
      throw new EstateError('config.invalid', `reading the files of ${directory}: it is no directory that can be read`, {
        cause,
      });
    });
    for (const name of names.filter(isCounted)) {
      const path = below === '' ? name : `${below}/${name}`;
      const found = await lstat(join(directory, path));
      if (found.isDirectory()) await walk(path);
      else if (found.isFile() || found.isSymbolicLink()) {
        const { size, ino: inode, mtimeMs, ctimeMs } = found;
        entries.push({ path, isLink: found.isSymbolicLink(), size, inode, mtimeMs, ctimeMs });
        bytes += size;
      } else throw new EstateError('config.invalid', `reading the files of ${directory}: ${path} is neither file nor link`);
      if (entries.length > ENTRIES_AT_MOST || bytes > BYTES_AT_MOST)
        throw new EstateError('config.invalid', `reading the files of ${directory}: over ${ENTRIES_AT_MOST} files or 1 GiB`);
    }
  };
  await walk('');
  return entries.sort((left, right) => (left.path < right.path ? -1 : 1));
}

async function digestFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest('hex');
}
