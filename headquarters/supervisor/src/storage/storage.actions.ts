import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { StorageLook } from './storage.rules.ts';

/** `mayChange`: what lies with the blobs may rightly be deleted, since it is no blob. */
export type StoragePlaces = { readonly pg: string; readonly blobs: string; readonly mayChange?: boolean };

/** Looks at a compartment's storage: a few system calls, cheap enough for three times a second. */
export async function lookAtStorage(places: StoragePlaces): Promise<StorageLook> {
  const [pgInode, version, control, blobsInode, blobNames] = await Promise.all([
    inodeOf(places.pg),
    inodeOf(join(places.pg, 'PG_VERSION')),
    inodeOf(join(places.pg, 'global/pg_control')),
    inodeOf(places.blobs),
    places.mayChange ? [] : readdir(places.blobs).catch(() => []),
  ]);
  return { pgInode, hasVersion: version !== null, hasControl: control !== null, blobsInode, blobNames };
}

/** Null only if nothing stands there: a disk that fails for a moment has lost nothing. */
async function inodeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).ino;
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return null;
    throw error;
  }
}
