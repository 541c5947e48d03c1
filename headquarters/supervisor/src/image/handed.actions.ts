import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Image } from '@bulkhead/contracts';
import { EstateError, syncDirectory } from '@bulkhead/kernel';
import { judgeEntry } from './image.rules.ts';

const CONTROL_FILE = 'global/pg_control';

/**
 * Takes a promoted cluster that off-site laid beside the stand-in: the directory itself, not a copy. Nothing runs on it any more.
 * What lies in it was another user's: only plain files and directories stay, and no file that has another name elsewhere [FO5].
 * @throws EstateError `restore.failed`
 */
export async function takeHanded(handed: string | undefined, image: Image, fresh: string): Promise<void> {
  if (handed === undefined) throw refused(image, 'this site takes no clusters but as images');
  const from = join(handed, image.id, 'pg');
  if (await exists(from)) {
    await rm(fresh, { recursive: true, force: true });
    await rename(from, fresh);
    await syncDirectory(join(handed, image.id));
  }
  if (!(await exists(fresh))) throw refused(image, 'nothing was handed over under this id');
  await judgeTree(fresh, '', image);
  await requireControl(fresh, image);
}

async function judgeTree(root: string, path: string, image: Image): Promise<void> {
  const at = join(root, path);
  const found = await lstat(at);
  const type = found.isDirectory() ? 'directory' : found.isFile() && found.nlink === 1 ? 'file' : 'link or device';
  if (path !== '' && judgeEntry({ name: path, type, size: found.size }) === undefined)
    return rm(at, { recursive: true, force: true });
  if (type !== 'directory') {
    if (path === '') throw refused(image, 'it is no directory');
    return;
  }
  for (const name of await readdir(at)) await judgeTree(root, join(path, name), image);
}

async function requireControl(fresh: string, image: Image): Promise<void> {
  const file = await open(join(fresh, CONTROL_FILE), constants.O_RDONLY | constants.O_NOFOLLOW).catch((cause: unknown) => {
    throw refused(image, 'it has no control file', cause);
  });
  try {
    const bytes = await file.readFile();
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    if (bytes.length !== image.bytes || sha256 !== image.sha256) throw refused(image, 'it is another cluster than was ordered');
  } finally {
    await file.close();
  }
}

function refused(image: Image, why: string, cause?: unknown): EstateError {
  return new EstateError('restore.failed', `taking the promoted cluster ${image.id}: ${why}`, { cause });
}

function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
