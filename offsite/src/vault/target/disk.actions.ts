import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { destroyFile, listBlobs, pathOfBlob, placeBlob } from '@bulkhead/blobs';
import { refuseFullDisk } from '@bulkhead/kernel';
import type { BlobName, VaultTarget } from './target.rules.ts';

const DAMAGED = '.damaged';
/** As long as a sealed frame is: so each comes in one piece. */
const READ_BYTES = 262_172;

/** Lays blobs on a disk of off-site: `<directory>/<compartment>/<aa>/<sha256>`, evidence in `<directory>/.damaged`. */
export function openDiskTarget(directory: string): VaultTarget {
  const pathOf = ({ compartment, sha256 }: BlobName) => pathOfBlob(join(directory, compartment), sha256);
  return {
    add: async (name, file) => {
      try {
        return await placeBlob(file.path, pathOf(name), 'keep');
      } catch (error) {
        throw refuseFullDisk(error, "adding a blob: the vault's disk has no room");
      }
    },
    open: async (name) => {
      const handle = await open(pathOf(name), 'r').catch(ignoreMissing);
      if (!handle) return undefined;
      const { size } = await handle.stat();
      if (size <= READ_BYTES) return { stream: Readable.from(await readWhole(handle, size)), bytes: size };
      return { stream: handle.createReadStream({ highWaterMark: READ_BYTES }), bytes: size };
    },
    sizeOf: async (name) => (await stat(pathOf(name)).catch(ignoreMissing))?.size,
    list: (compartment) => listBlobs(join(directory, compartment)),
    setAside: async (name, label) => {
      const evidence = join(directory, DAMAGED, name.compartment, `${name.sha256}-${label}`);
      await placeBlob(pathOf(name), evidence, 'replace').catch(ignoreMissing);
    },
    remove: async (name) => {
      await destroyFile(pathOf(name));
      const evidence = join(directory, DAMAGED, name.compartment);
      const kept = (await readdir(evidence).catch(ignoreMissing)) ?? [];
      for (const file of kept) if (file.startsWith(`${name.sha256}-`)) await destroyFile(join(evidence, file));
      return 'removed';
    },
    lockedUntil: () => Promise.resolve(undefined),
  };
}

/** A small blob's file in one turn: a stream costs several. */
async function readWhole(handle: FileHandle, size: number): Promise<Buffer[]> {
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(size), 0, size, 0);
    return bytesRead === 0 ? [] : [buffer.subarray(0, bytesRead)];
  } finally {
    await handle.close();
  }
}

function ignoreMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}
