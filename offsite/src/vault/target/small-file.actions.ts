import { closeSync, constants, open, read, unlinkSync, write } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { makeDirectory } from '@bulkhead/blobs';
import { isMissing } from '@bulkhead/kernel';

const { O_WRONLY, O_CREAT, O_EXCL, O_DSYNC } = constants;
/** A write answers when it would survive a power failure: one turn of the disk, and no handle that only flushes. */
const NEW_AND_FLUSHED = O_WRONLY | O_CREAT | O_EXCL | O_DSYNC;
const FINISHED = 0o400;
const openFile = promisify(open);

/**
 * Writes a new file and flushes it, but not the directory that names it. Nobody writes it any more (mode 0400).
 * @returns false if something stands there
 */
export async function writeSmallFile(path: string, bytes: Buffer): Promise<boolean> {
  const file = await openNew(path);
  if (file === undefined) return false;
  try {
    for (let at = 0; at < bytes.length; ) at += await writeAt(file, bytes, at);
  } catch (error) {
    closeSync(file);
    unlinkSync(path);
    throw error;
  }
  closeSync(file);
  return true;
}

async function openNew(path: string): Promise<number | undefined> {
  try {
    return await openFile(path, NEW_AND_FLUSHED, FINISHED).catch(async (error: unknown) => {
      if (!isMissing(error)) throw error;
      await makeDirectory(dirname(path));
      return openFile(path, NEW_AND_FLUSHED, FINISHED);
    });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return undefined;
    throw error;
  }
}

/** Reads a file of so many bytes; one that is longer comes with a byte too many. Nothing if there is none. */
export async function readSmallFile(path: string, bytes: number): Promise<Buffer | undefined> {
  const file = await openFile(path, 'r').catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  if (file === undefined) return undefined;
  try {
    const contents = Buffer.allocUnsafe(bytes + 1);
    let length = 0;
    for (let got = 1; got > 0 && length < bytes; length += got) got = await readAt(file, contents, length);
    return contents.subarray(0, length);
  } finally {
    closeSync(file);
  }
}

function readAt(file: number, into: Buffer, at: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(file, into, at, into.length - at, at, (error, bytesRead) => (error ? reject(error) : resolve(bytesRead)));
  });
}

function writeAt(file: number, bytes: Buffer, at: number): Promise<number> {
  return new Promise((resolve, reject) => {
    write(file, bytes, at, bytes.length - at, at, (error, bytesWritten) => (error ? reject(error) : resolve(bytesWritten)));
  });
}
