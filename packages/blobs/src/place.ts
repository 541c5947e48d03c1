import { chmod, link, mkdir, open, readdir, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isMissing, syncDirectory } from '@bulkhead/kernel';

const ZEROS_BYTES = 1_048_576;
const DIGEST = /^[0-9a-f]{64}$/;

/** Whether a text is a blob's name: SHA-256 in lower-case hexadecimal. */
export function isBlobDigest(text: string): boolean {
  return DIGEST.test(text);
}

/** Where a blob lies below `directory`: `<first two digits>/<digest>`. The digest must have been checked. */
export function pathOfBlob(directory: string, sha256: string): string {
  return join(directory, sha256.slice(0, 2), sha256);
}

/**
 * Moves a spooled file, already flushed, to its place, and returns when its name would survive a power failure.
 * `keep`: what stands there stays, and false is returned; `replace`: the file takes its place.
 */
export async function placeBlob(spooled: string, path: string, standing: 'keep' | 'replace'): Promise<boolean> {
  await makeDirectory(dirname(path));
  const isNew = standing === 'replace' ? await rename(spooled, path).then(() => true) : await linkOnce(spooled, path);
  await syncDirectory(dirname(path));
  return isNew;
}

/**
 * Overwrites a file's contents with zeros, flushes, and removes it: other links to the file lose the contents too.
 * That there is none is well.
 */
export async function destroyFile(path: string): Promise<void> {
  try {
    await chmod(path, 0o600);
    const handle = await open(path, 'r+');
    try {
      const { size } = await handle.stat();
      const zeros = Buffer.alloc(Math.min(size, ZEROS_BYTES));
      for (let at = 0; at < size; ) at += (await handle.write(zeros, 0, Math.min(zeros.length, size - at), at)).bytesWritten;
      await handle.sync();
    } finally {
      await handle.close();
    }
    await unlink(path);
    await syncDirectory(dirname(path));
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** Every blob below `directory`, one digest at a time, in no order; files of other names are passed over. */
export async function* listBlobs(directory: string): AsyncGenerator<string> {
  for (const prefix of await namesIn(directory)) {
    if (!/^[0-9a-f]{2}$/.test(prefix)) continue;
    for (const name of await namesIn(join(directory, prefix))) if (isBlobDigest(name) && name.startsWith(prefix)) yield name;
  }
}

async function namesIn(directory: string): Promise<string[]> {
  return readdir(directory).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
}

// A link, unlike a rename, cannot put a file in another's place.
async function linkOnce(spooled: string, path: string): Promise<boolean> {
  try {
    await link(spooled, path);
    await unlink(spooled);
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    await unlink(spooled);
    return false;
  }
}

/** Makes a directory that outlasts a power failure, with the parents that are missing. */
export async function makeDirectory(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 });
  for (let at = path; first !== undefined && at.length >= first.length; at = dirname(at)) await syncDirectory(dirname(at));
}
