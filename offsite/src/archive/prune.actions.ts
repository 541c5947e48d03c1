import { join } from 'node:path';
import { readMap } from './base-reader.actions.ts';
import { ENCRYPTED, type Place, UNENCRYPTED } from './packing.actions.ts';
import type { SegmentIndex } from './segment-index.actions.ts';

export type Removed = { readonly segments: number; readonly packs: number; readonly bytes: number };

/** Under which name a base's description stands in the index. */
export function indexedBase(id: string): string {
  return `base/${id}`;
}

/**
 * Removes bases and segments that nothing needs any more, and the packs that only they needed. That they are gone is
 * recorded first; then go bases, then segments, then packs: a base that stands has all its WAL and chunks [A15].
 * Interrupted anywhere, the same call again goes on.
 */
export async function removePruned(
  place: Place,
  index: SegmentIndex,
  plan: { readonly bases: readonly string[]; readonly segments: readonly string[] },
): Promise<Removed> {
  await index.addPruned([...plan.bases.map(indexedBase), ...plan.segments]);
  await index.noteHead();
  let bytes = 0;
  for (const id of plan.bases) bytes += await removeBase(place, id);
  const wal = join(place.directory, 'wal');
  for (const name of plan.segments)
    for (const ending of ['', UNENCRYPTED, ENCRYPTED]) bytes += await removeFile(place, join(wal, `${name}${ending}`));
  if (plan.segments.length > 0) await place.disk.syncDirectory(wal);
  const packs = await removePacks(place, index);
  return { segments: plan.segments.length, packs: packs.count, bytes: bytes + packs.bytes };
}

/** A base's description goes first: what is left of it is no base. */
export async function removeBase(place: Place, id: string): Promise<number> {
  const directory = join(place.directory, 'base', id);
  let bytes = await removeFile(place, join(directory, 'base.json'));
  await place.disk.syncDirectory(directory).catch(() => undefined);
  for (const name of await place.disk.list(directory)) bytes += await removeFile(place, join(directory, name));
  await place.disk.remove(directory);
  await place.disk.syncDirectory(join(place.directory, 'base'));
  return bytes;
}

/** Packs that no standing base names. A base whose map cannot be read keeps all of them: nothing goes on a guess. */
async function removePacks(place: Place, index: SegmentIndex): Promise<{ readonly count: number; readonly bytes: number }> {
  const directory = join(place.directory, 'pack');
  // Listed before the bases: the pack of a base that is made meanwhile is not among them.
  const standing = (await place.disk.list(directory)).filter((name) => name.endsWith('.pack'));
  const needed = new Set<string>();
  for (const id of await place.disk.list(join(place.directory, 'base'))) {
    if (index.find(indexedBase(id))?.isPruned) continue;
    // One that is being made leans on the newest, and its own pack has another ending until it is done.
    if (id.includes('.')) {
      needed.add(id.slice(0, id.indexOf('.')));
      continue;
    }
    const map = await readMap(place, id).catch(() => 'unreadable' as const);
    if (map === 'unreadable') return { count: 0, bytes: 0 };
    for (const pack of map?.head.packs ?? []) needed.add(pack.id);
  }
  const packs = standing.filter((name) => !needed.has(name.slice(0, -'.pack'.length)));
  let bytes = 0;
  for (const name of packs) bytes += await removeFile(place, join(directory, name));
  if (packs.length > 0) await place.disk.syncDirectory(directory);
  return { count: packs.length, bytes };
}

async function removeFile({ disk }: Place, path: string): Promise<number> {
  const bytes = await disk.size(path);
  if (bytes === undefined) return 0;
  await disk.remove(path);
  return bytes;
}
