import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { EstateError } from '@bulkhead/kernel';
import { type BaseMap, decodeMap, type MapPiece } from './base-map.rules.ts';
import { closeAll, type OpenPack, openPacks, readChunks } from './base-packs.actions.ts';
import { TAG_BYTES } from './envelope.rules.ts';
import { decompressHere, ENCRYPTED, type Place, unpackArtefact } from './packing.actions.ts';
import { type Piece, wireBytesOf } from './piece.rules.ts';
import { CHUNK_BYTES } from './tar-pieces.rules.ts';

/** A map's limit: some 100 GB of a base. */
const MAP_LIMIT_BYTES = 1_073_741_824;
const STRETCH_BYTES = 1_048_576;
const STRETCH_PLAIN_BYTES = 8_388_608;
/** So many stretches are read ahead of their turn. */
const AHEAD = 3;

/** The map of a base; undefined for one from before there were maps. @throws EstateError `archive.damaged`, `archive.key_missing` */
export async function readMap(place: Place, id: string): Promise<BaseMap | undefined> {
  const stored = await place.disk.read(join(place.directory, 'base', id, `map${ENCRYPTED}`));
  return stored && decodeMap(await unpackArtefact(place, join('base', id, 'map'), stored, MAP_LIMIT_BYTES));
}

/** What PostgreSQL told of the files of a base, with their digests. */
export async function readManifest(place: Place, id: string): Promise<Buffer | undefined> {
  const stored = await place.disk.read(join(place.directory, 'base', id, `manifest${ENCRYPTED}`));
  return stored ? unpackArtefact(place, join('base', id, 'manifest'), stored, MAP_LIMIT_BYTES) : undefined;
}

/** A base as it is packed: found authentic, and yet to be unpacked by its reader. */
export type PackedBase = { readonly wireBytes: number; readonly pieces: AsyncIterable<readonly Piece[]> };

/**
 * Opens a base as it is packed; undefined for one from before there were maps. Each chunk is found authentic before a
 * byte of it is given; one that is not ends it.
 * @throws EstateError `archive.damaged`, `archive.gap`, `archive.key_missing`, also on the way
 */
export async function openPacked(place: Place, id: string): Promise<PackedBase | undefined> {
  const map = await readMap(place, id);
  if (!map) return undefined;
  const packs = await openPacks(place, map);
  const lengths = map.pieces.map((piece) => ({ bytes: givenBytesOf(piece) }));
  return { wireBytes: wireBytesOf(lengths), pieces: readPieces(map.pieces, packs) };
}

/** A base's tar, put together. @throws as `openPacked`, and `archive.damaged` where a chunk is not what its map says */
export async function openBase(place: Place, id: string): Promise<AsyncIterable<Buffer>> {
  const packed = await openPacked(place, id);
  return packed ? putTogether(packed.pieces) : openPlain(place, id);
}

/**
 * A base's bytes without the chunks that were seen before, in it or in another base; `undefined` stands where some are
 * left out. Chunks that are given are noted as seen.
 * @throws EstateError `archive.damaged`, `archive.gap`, `archive.key_missing`, also on the way
 */
export async function openUnseen(place: Place, id: string, seen: Set<string>): Promise<AsyncIterable<Buffer | undefined>> {
  const map = await readMap(place, id);
  if (!map) return openPlain(place, id);
  const packs = await openPacks(place, map);
  return withGaps(map.pieces, (pieces) => putTogether(readPieces(pieces, packs)), seen);
}

function openPlain(place: Place, id: string): AsyncIterable<Buffer> {
  return createReadStream(join(place.directory, 'base', id, 'base.tar'), { highWaterMark: 1_048_576 });
}

async function* withGaps(
  pieces: readonly MapPiece[],
  read: (pieces: readonly MapPiece[]) => AsyncIterable<Buffer>,
  seen: Set<string>,
): AsyncGenerator<Buffer | undefined> {
  const wanted: MapPiece[] = [];
  const gaps: number[] = [];
  for (const piece of pieces) {
    const key = piece.kind === 'chunk' ? piece.place.id.toString('latin1') : undefined;
    if (key !== undefined && seen.has(key)) gaps.push(wanted.length);
    else wanted.push(piece);
    if (key !== undefined) seen.add(key);
  }
  const isBehindGap = new Set(gaps);
  let at = 0;
  for await (const bytes of read(wanted)) {
    if (isBehindGap.has(at)) yield undefined;
    yield bytes;
    at += 1;
  }
}

async function* putTogether(pieces: AsyncIterable<readonly Piece[]>): AsyncGenerator<Buffer> {
  for await (const some of pieces) for (const piece of some) yield unpackPiece(piece);
}

/** @throws EstateError `archive.damaged` */
export function unpackPiece({ isPacked, bytes, plainBytes }: Piece): Buffer {
  const plain = isPacked ? decompressHere(bytes, CHUNK_BYTES, 'a chunk of a base') : bytes;
  if (plain.length === plainBytes) return plain;
  throw new EstateError('archive.damaged', 'reading a base: a chunk has another length than its map says');
}

async function* readPieces(pieces: readonly MapPiece[], packs: readonly OpenPack[]): AsyncGenerator<readonly Piece[]> {
  try {
    yield* ahead(cutStretches(pieces), AHEAD, (some) => readStretch(some, packs));
  } finally {
    await closeAll(packs);
  }
}

/** So many pieces as are worth a turn: a megabyte from the disk, or some of what it unpacks to. */
function* cutStretches(pieces: readonly MapPiece[]): Generator<MapPiece[]> {
  let [stretch, stored, plain]: [MapPiece[], number, number] = [[], 0, 0];
  for (const piece of pieces) {
    stretch.push(piece);
    stored += givenBytesOf(piece);
    plain += piece.kind === 'chunk' ? piece.place.plainBytes : piece.bytes.length;
    if (stored < STRETCH_BYTES && plain < STRETCH_PLAIN_BYTES) continue;
    yield stretch;
    [stretch, stored, plain] = [[], 0, 0];
  }
  if (stretch.length > 0) yield stretch;
}

async function readStretch(pieces: readonly MapPiece[], packs: readonly OpenPack[]): Promise<Piece[]> {
  const chunks = pieces.flatMap((piece) => (piece.kind === 'chunk' ? [piece.place] : []));
  const opened = await readChunks(chunks, packs);
  return pieces.map((piece) => {
    if (piece.kind === 'frame') return { isPacked: false, bytes: piece.bytes, plainBytes: piece.bytes.length };
    const bytes = opened.get(piece.place) ?? Buffer.alloc(0);
    return { isPacked: true, bytes, plainBytes: piece.place.plainBytes };
  });
}

/** What a reader is given of a piece, before it unpacks it. */
function givenBytesOf(piece: MapPiece): number {
  return piece.kind === 'frame' ? piece.bytes.length : Math.max(0, piece.place.storedBytes - TAG_BYTES);
}

/** Works for the items ahead of their turn, and gives the results in order. */
async function* ahead<Item, Result>(
  items: Iterable<Item>,
  depth: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const running: Promise<Result>[] = [];
  try {
    for (const item of items) {
      const begun = work(item);
      begun.catch(() => undefined);
      running.push(begun);
      if (running.length < depth) continue;
      const next = running.shift();
      if (next) yield await next;
    }
    for (const next of running.splice(0)) yield await next;
  } finally {
    await Promise.allSettled(running);
  }
}
