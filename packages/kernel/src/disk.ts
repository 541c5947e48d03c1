import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { EstateError } from './error.ts';

/** Makes entries of a directory (created, renamed, removed) outlast a power cut. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/**
 * Replaces a small file whole: a crash leaves the old content or the new, never a mixture. On return it is on disk.
 * One at a time for a path: what is being written stands beside it.
 */
export async function writeDurably(path: string, content: string | Uint8Array, mode = 0o600): Promise<void> {
  const sibling = `${path}.new`;
  const file = await open(sibling, 'w', mode);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(sibling, path);
  await syncDirectory(dirname(path));
}

/**
 * Puts a file in the place of another where somebody else may have written: what was planted beside it is removed, not followed.
 * A reader (or a kill) sees the old one or the new one, whole.
 * @throws EstateError `disk.full`
 */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  const draft = `${path}.draft`;
  try {
    await writeDraft(draft, content);
    await rename(draft, path);
    await syncDirectory(dirname(path));
  } catch (cause) {
    throw refuseFullDisk(cause, `writing ${path}`);
  }
}

async function writeDraft(draft: string, content: string | Uint8Array): Promise<void> {
  // Whatever somebody put there, of whomever it is.
  await rm(draft, { force: true, recursive: true });
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(content);
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** Reads a file; null when there is none. */
export async function readFileIfAny(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** A directory that nobody else reads, with the parents that are missing. */
export async function makeOwnDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
}

/** Whether a file operation failed for want of room: the disk, a quota or a limit on file sizes. */
export function isDiskFull(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG';
}

/** Turns want of room into `disk.full`; anything else comes back unchanged. */
export function refuseFullDisk(error: unknown, doing: string): unknown {
  return isDiskFull(error) ? new EstateError('disk.full', doing, { cause: error }) : error;
}

/** Whether a file or directory is not there. */
export function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT';
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
