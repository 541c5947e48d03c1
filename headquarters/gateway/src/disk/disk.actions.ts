import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isMissing, refuseFullDisk, syncDirectory } from '@bulkhead/kernel';

/** Puts a file in the place of another, so that a reader (or a kill) sees the old one or the new one, whole. */
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

export async function makeDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
}
