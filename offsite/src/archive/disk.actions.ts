import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import { syncDirectory } from '@bulkhead/kernel';

/** A file that is being written. What was written is durable after `sync`, its name after its directory's. */
export type Writing = {
  readonly write: (bytes: Uint8Array) => Promise<void>;
  readonly sync: () => Promise<void>;
  readonly close: () => Promise<void>;
};

/** A file that is being read, in any order. */
export type Reading = {
  /** Fewer bytes than asked for where the file ends. */
  readonly readAt: (offset: number, bytes: number) => Promise<Buffer>;
  readonly close: () => Promise<void>;
};

/**
 * All that packing, bases, keys, index and pruning do to a disk. It goes through here so that a test can list every
 * state which a power cut may leave behind.
 */
export type Disk = {
  /** Undefined where nothing stands. */
  readonly read: (path: string) => Promise<Buffer | undefined>;
  readonly openReading: (path: string) => Promise<Reading | undefined>;
  /** The names in a directory, sorted; none where there is no such directory. */
  readonly list: (path: string) => Promise<string[]>;
  /** Bytes of a file; undefined where nothing stands. */
  readonly size: (path: string) => Promise<number | undefined>;
  readonly makeDirectory: (path: string) => Promise<void>;
  /** Writes on behind the first `keepBytes` of a file; what stands beyond them goes. */
  readonly openWriting: (path: string, keepBytes?: number) => Promise<Writing>;
  readonly rename: (from: string, to: string) => Promise<void>;
  /** Removes a file, or an empty directory; that it is gone already is well. */
  readonly remove: (path: string) => Promise<void>;
  readonly syncDirectory: (path: string) => Promise<void>;
};

/** The disk of this machine. */
export const DISK: Disk = {
  read: (path) => orNothing(readFile(path)),
  openReading: async (path) => {
    const handle = await orNothing(open(path, 'r'));
    return handle && { readAt: (offset, bytes) => readAt(handle, offset, bytes), close: () => handle.close() };
  },
  list: async (path) => ((await orNothing(readdir(path))) ?? []).toSorted(),
  size: async (path) => (await orNothing(stat(path)))?.size,
  makeDirectory: async (path) => void (await mkdir(path, { recursive: true, mode: 0o700 })),
  openWriting: async (path, keepBytes = 0) => {
    const handle = await open(path, constants.O_WRONLY | constants.O_CREAT, 0o600);
    const { size } = await handle.stat();
    if (size > keepBytes) await handle.truncate(keepBytes);
    let at = keepBytes;
    const write = async (bytes: Uint8Array) => {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, at);
        done += bytesWritten;
        at += bytesWritten;
      }
    };
    return { write, sync: () => handle.sync(), close: () => handle.close() };
  },
  rename,
  remove: async (path) => {
    await rm(path, { force: true }).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ERR_FS_EISDIR') return rmdir(path);
      throw error;
    });
  },
  syncDirectory,
};

async function readAt(handle: FileHandle, offset: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(bytes);
  let have = 0;
  while (have < bytes) {
    const { bytesRead } = await handle.read(buffer, have, bytes - have, offset + have);
    if (bytesRead === 0) break;
    have += bytesRead;
  }
  return buffer.subarray(0, have);
}

async function orNothing<Result>(asked: Promise<Result>): Promise<Result | undefined> {
  return asked.catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
}
