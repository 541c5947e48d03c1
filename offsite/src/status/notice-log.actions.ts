import { open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Notice, noticeSchema } from '@bulkhead/contracts';
import { EstateError, syncDirectory } from '@bulkhead/kernel';

/**
 * Reads every notice that was ever given, oldest first. What follows the last newline was never acknowledged and is cut off.
 * @throws EstateError `config.invalid` for a file that is not a log of notices
 */
export async function readNotices(path: string): Promise<Notice[]> {
  const content = await readFile(path).catch(ignoreMissing);
  if (!content) return [];
  const whole = content.lastIndexOf('\n') + 1;
  if (whole < content.length) await truncate(path, whole);
  return content
    .toString('utf8', 0, whole)
    .split('\n')
    .slice(0, -1)
    .map((line, at) => parseNotice(line, `${path}, line ${at + 1}`));
}

/** Adds notices; resolves when they would survive a power failure. */
export async function appendNotices(path: string, notices: readonly Notice[]): Promise<void> {
  if (notices.length === 0) return;
  const handle = await open(path, 'a', 0o600);
  try {
    const { size } = await handle.stat();
    try {
      await handle.writeFile(notices.map((notice) => `${JSON.stringify(notice)}\n`).join(''));
      await handle.sync();
    } catch (error) {
      await handle.truncate(size);
      throw error;
    }
  } finally {
    await handle.close();
  }
  await syncDirectory(dirname(path));
}

async function truncate(path: string, bytes: number): Promise<void> {
  const handle = await open(path, 'r+');
  try {
    await handle.truncate(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function parseNotice(line: string, where: string): Notice {
  try {
    return noticeSchema.parse(JSON.parse(line));
  } catch (cause) {
    throw new EstateError('config.invalid', `reading ${where}: it is no notice; restore the file from a backup`, { cause });
  }
}

function ignoreMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}
