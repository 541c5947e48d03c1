import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { EstateError, isDiskFull, syncDirectory } from '@bulkhead/kernel';
import type { z } from 'zod';

/** Replaces a file by a JSON value so that a crash leaves the old or the new content, whole. On return it is on disk. */
export async function writeJsonDurably(path: string, value: unknown, mode = 0o600): Promise<void> {
  const sibling = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    const file = await open(sibling, 'wx', mode);
    try {
      await file.writeFile(`${JSON.stringify(value)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(sibling, path);
  } catch (cause) {
    await rm(sibling, { force: true });
    throw new EstateError(isDiskFull(cause) ? 'disk.full' : 'config.invalid', `writing ${path}`, { cause });
  }
  await syncDirectory(dirname(path));
}

/**
 * Reads a JSON file of ours; undefined if there is none.
 * @throws EstateError `config.invalid` if it has another form
 */
export async function readJson<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.infer<Schema> | undefined> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined;
    throw new EstateError('config.invalid', `reading ${path}`, { cause });
  });
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new EstateError('config.invalid', `reading ${path}: it does not have the form that was written`, { cause });
  }
}
