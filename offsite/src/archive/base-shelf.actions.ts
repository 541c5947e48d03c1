import { join } from 'node:path';
import { type Base, baseIdSchema, baseSchema } from '@bulkhead/contracts';
import { EstateError, sha256Hex } from '@bulkhead/kernel';
import type { BaseMap } from './base-map.rules.ts';
import { readMap } from './base-reader.actions.ts';
import { buildingPath, packPath } from './base-writer.actions.ts';
import { writeDurably } from './files.actions.ts';
import type { Place } from './packing.actions.ts';
import { indexedBase, removeBase } from './prune.actions.ts';
import type { SegmentIndex } from './segment-index.actions.ts';

/** A lineage, as far as its bases go. */
export type Shelf = { readonly place: Place; readonly index: SegmentIndex };

/** Gives a base whose tar is stored its name: it stands whole and durable, or not at all [A2]. */
export async function commitBase({ place, index }: Shelf, base: Base): Promise<void> {
  const { disk, directory } = place;
  const building = join(directory, buildingPath(base.id));
  const description = `${JSON.stringify(base, null, 2)}\n`;
  await writeDurably(join(building, 'base.json'), description, disk);
  await disk.rename(building, join(directory, 'base', base.id));
  await disk.syncDirectory(join(directory, 'base'));
  await index.add(indexedBase(base.id), sha256Hex(description));
}

/** All complete bases, oldest first. @throws EstateError `archive.damaged` */
export async function listBases(shelf: Shelf): Promise<Base[]> {
  const bases: Base[] = [];
  for (const id of await shelf.place.disk.list(join(shelf.place.directory, 'base')))
    if (isStanding(shelf, id)) bases.push(parseBase(id, await readDescription(shelf, id)));
  return bases;
}

/** What a crash left half-made or half-removed goes; a base that stands whole and is not in the index yet is added. */
export async function mendBases(shelf: Shelf): Promise<void> {
  const { place, index } = shelf;
  const packs = join(place.directory, 'pack');
  for (const name of await place.disk.list(packs)) if (name.endsWith('.building')) await place.disk.remove(join(packs, name));
  for (const id of await place.disk.list(join(place.directory, 'base'))) {
    if (isStanding(shelf, id)) await index.add(indexedBase(id), sha256Hex(await readDescription(shelf, id)));
    else await removeBase(place, id);
  }
}

/** Takes away what was stored of a base that came to nothing. */
export async function dropBuilding({ place }: Shelf, id: string): Promise<void> {
  await removeBase(place, `${id}.building`);
  await place.disk.remove(join(place.directory, `${packPath(id)}.building`));
}

/** The base that was taken last: by the order of the index, whatever the clock said when it was taken. */
export async function findNewest(shelf: Shelf): Promise<Base | undefined> {
  const takenMs = ({ id }: Base) => shelf.index.find(indexedBase(id))?.ranMs ?? 0;
  const bases = await listBases(shelf);
  return bases.toSorted((left, right) => takenMs(left) - takenMs(right)).at(-1);
}

/** The map of the base whose chunks the next one may name: the newest, if its packs stand and its map can be read. */
export async function findLeaning(shelf: Shelf): Promise<BaseMap | undefined> {
  const newest = await findNewest(shelf);
  const map = newest && (await readMap(shelf.place, newest.id).catch(() => undefined));
  for (const { id } of map?.head.packs ?? [])
    if ((await shelf.place.disk.size(join(shelf.place.directory, packPath(id)))) === undefined) return undefined;
  return map;
}

function isStanding({ index }: Shelf, id: string): boolean {
  return baseIdSchema.safeParse(id).success && !index.find(indexedBase(id))?.isPruned;
}

async function readDescription({ place, index }: Shelf, id: string): Promise<string> {
  const bytes = await place.disk.read(join(place.directory, 'base', id, 'base.json'));
  if (!bytes) throw new EstateError('archive.damaged', `reading the description of base ${id}: it is gone`);
  const text = bytes.toString('utf8');
  const expected = index.get(indexedBase(id));
  if (expected === undefined || expected === sha256Hex(text)) return text;
  throw new EstateError('archive.damaged', `reading the description of base ${id}: it is not the one that was written`);
}

function parseBase(id: string, text: string): Base {
  try {
    return baseSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new EstateError('archive.damaged', `reading the description of base ${id}`, { cause });
  }
}
