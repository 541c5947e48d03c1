import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { destroyFile, listBlobs, pathOfBlob, placeBlob } from '@bulkhead/blobs';
import { refuseFullDisk } from '@bulkhead/kernel';
import type { BlobName, VaultTarget } from './target.rules.ts';

const DAMAGED = '.damaged';
const CHUNK_BYTES = 262_144;

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
      return { stream: handle.createReadStream({ highWaterMark: CHUNK_BYTES }), bytes: size };
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

function ignoreMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}
