import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { EstateError } from '@bulkhead/kernel';
import { type BaseMap, type ChunkPlace, decodeMap, type MapPiece } from './base-map.rules.ts';
import { packPath } from './base-writer.actions.ts';
import type { Reading } from './disk.actions.ts';
import { decodeHeader, FrameCipher, HEADER_BYTES } from './envelope.rules.ts';
import { contextOf, decompressHere, ENCRYPTED, getKeyOf, type Place, unpackArtefact } from './packing.actions.ts';
import { CHUNK_BYTES } from './tar-pieces.rules.ts';

/** A map's limit: some 100 GB of a base. */
const MAP_LIMIT_BYTES = 1_073_741_824;
const AHEAD = 16;

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

/**
 * A base's tar, put together. Each chunk is found authentic before a byte of it is given; one that is not ends it.
 * @throws EstateError `archive.damaged`, `archive.gap`, `archive.key_missing`, also on the way
 */
export async function openBase(place: Place, id: string): Promise<AsyncIterable<Buffer>> {
  const map = await readMap(place, id);
  return map ? putTogether(map.pieces, await openPacks(place, map)) : openPlain(place, id);
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
  return withGaps(map.pieces, (pieces) => putTogether(pieces, packs), seen);
}

function openPlain(place: Place, id: string): AsyncIterable<Buffer> {
  return createReadStream(join(place.directory, 'base', id, 'base.tar'), { highWaterMark: 1_048_576 });
}

/** All packs are opened before the first byte: what is pruned meanwhile is read to its end. */
async function openPacks(place: Place, map: BaseMap): Promise<OpenPack[]> {
  const packs: OpenPack[] = [];
  try {
    for (const pack of map.head.packs) packs.push(await OpenPack.open(place, pack.id));
    return packs;
  } catch (error) {
    await closeAll(packs);
    throw error;
  }
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

async function* putTogether(pieces: readonly MapPiece[], packs: readonly OpenPack[]): AsyncGenerator<Buffer> {
  try {
    const read = (piece: MapPiece) => (piece.kind === 'frame' ? Promise.resolve(piece.bytes) : readChunk(piece.place, packs));
    yield* ahead(pieces, AHEAD, read);
  } finally {
    await closeAll(packs);
  }
}

async function readChunk(place: ChunkPlace, packs: readonly OpenPack[]): Promise<Buffer> {
  const pack = packs[place.pack];
  if (!pack) throw new EstateError('archive.damaged', 'reading a chunk: its map names no such pack');
  return pack.read(place);
}

class OpenPack {
  readonly #file: Reading;
  readonly #cipher: FrameCipher;
  readonly #name: string;

  private constructor(file: Reading, cipher: FrameCipher, name: string) {
    this.#file = file;
    this.#cipher = cipher;
    this.#name = name;
  }

  static async open(place: Place, id: string): Promise<OpenPack> {
    const name = packPath(id);
    const file = await place.disk.openReading(join(place.directory, name));
    if (!file) throw new EstateError('archive.gap', `reading ${name}: the archive does not hold it`);
    try {
      const { keyNumber, salt } = decodeHeader(await file.readAt(0, HEADER_BYTES), contextOf(place, name));
      return new OpenPack(file, new FrameCipher(getKeyOf(place)(keyNumber), salt, contextOf(place, name)), name);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  async read({ offset, storedBytes, plainBytes, frame }: ChunkPlace): Promise<Buffer> {
    const sealed = await this.#file.readAt(offset, storedBytes);
    const plain = decompressHere(this.#cipher.open(frame, false, sealed), CHUNK_BYTES, `a chunk of ${this.#name}`);
    if (plain.length === plainBytes) return plain;
    throw new EstateError('archive.damaged', `reading ${this.#name}: a chunk has another length than its map says`);
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

async function closeAll(packs: readonly OpenPack[]): Promise<void> {
  for (const pack of packs) await pack.close();
}

/** Works for the items ahead of their turn, and gives the results in order. */
async function* ahead<Item, Result>(
  items: readonly Item[],
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
