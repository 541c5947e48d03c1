import { open, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { destroyFile, listBlobs, pathOfBlob, placeBlob } from '@bulkhead/blobs';
import { forEachAtOnce, refuseFullDisk, syncDirectory } from '@bulkhead/kernel';
import { readSmallFile, writeSmallFile } from './small-file.actions.ts';
import type { Added, BlobName, VaultTarget } from './target.rules.ts';

const DAMAGED = '.damaged';
/** As long as four sealed frames are: so each comes in one piece. */
const READ_BYTES = 4 * 262_172;
/** So many files are written at once: their flushes share the disk's turns. */
const WRITTEN_AT_ONCE = 16;

/** Lays blobs on a disk of off-site: `<directory>/<compartment>/<aa>/<sha256>`, evidence in `<directory>/.damaged`. */
export function openDiskTarget(directory: string): VaultTarget {
  const pathOf = ({ compartment, sha256 }: BlobName) => pathOfBlob(join(directory, compartment), sha256);
  return {
    add: async (name, file) => {
      try {
        return await placeBlob(file.path, pathOf(name), 'keep');
      } catch (error) {
        throw tellFull(error);
      }
    },
    addSmall: async (objects) => {
      const added: Added[] = [];
      const changed = new Set<string>();
      await forEachAtOnce(objects.entries(), WRITTEN_AT_ONCE, async ([at, { name, bytes }]) => {
        const path = pathOf(name);
        added[at] = await writeSmallFile(path, bytes).catch((error: unknown) => ({ failure: tellFull(error) }));
        if (added[at] === true) changed.add(dirname(path));
      });
      // Once for all that came into a directory.
      await forEachAtOnce(changed, WRITTEN_AT_ONCE, syncDirectory);
      return added;
    },
    readSmall: (name, bytes) => readSmallFile(pathOf(name), bytes),
    open: async (name) => {
      const handle = await open(pathOf(name), 'r').catch(ignoreMissing);
      if (!handle) return undefined;
      const { size } = await handle.stat();
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

function tellFull(error: unknown): unknown {
  return refuseFullDisk(error, "adding a blob: the vault's disk has no room");
}

function ignoreMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}
