import { join } from 'node:path';
import { EstateError } from '@bulkhead/kernel';
import type { BaseMap, ChunkPlace } from './base-map.rules.ts';
import { packPath } from './base-writer.actions.ts';
import type { Reading } from './disk.actions.ts';
import { decodeHeader, FrameCipher, HEADER_BYTES } from './envelope.rules.ts';
import { contextOf, getKeyOf, type Place } from './packing.actions.ts';

/** All packs are opened before the first byte: what is pruned meanwhile is read to its end. */
export async function openPacks(place: Place, map: BaseMap): Promise<OpenPack[]> {
  const packs: OpenPack[] = [];
  try {
    for (const pack of map.head.packs) packs.push(await OpenPack.open(place, pack.id));
    return packs;
  } catch (error) {
    await closeAll(packs);
    throw error;
  }
}

/** Chunks by their place, each found authentic, and packed as yet. @throws EstateError `archive.damaged` */
export async function readChunks(
  chunks: readonly ChunkPlace[],
  packs: readonly OpenPack[],
): Promise<ReadonlyMap<ChunkPlace, Buffer>> {
  const opened = new Map<ChunkPlace, Buffer>();
  for (const run of cutRuns(chunks)) {
    const pack = packs[run[0]?.pack ?? -1];
    if (!pack) throw new EstateError('archive.damaged', 'reading a chunk: its map names no such pack');
    for (const [place, bytes] of await pack.readRun(run)) opened.set(place, bytes);
  }
  return opened;
}

export async function closeAll(packs: readonly OpenPack[]): Promise<void> {
  for (const pack of packs) await pack.close();
}

/** Chunks that lie one behind the other are read at once. */
function cutRuns(chunks: readonly ChunkPlace[]): ChunkPlace[][] {
  const runs: ChunkPlace[][] = [];
  for (const place of chunks) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (run && last?.pack === place.pack && last.offset + last.storedBytes === place.offset) run.push(place);
    else runs.push([place]);
  }
  return runs;
}

/** A pack that is being read. */
export class OpenPack {
  readonly #file: Reading;
  readonly #cipher: FrameCipher;

  private constructor(file: Reading, cipher: FrameCipher) {
    this.#file = file;
    this.#cipher = cipher;
  }

  static async open(place: Place, id: string): Promise<OpenPack> {
    const name = packPath(id);
    const file = await place.disk.openReading(join(place.directory, name));
    if (!file) throw new EstateError('archive.gap', `reading ${name}: the archive does not hold it`);
    try {
      const { keyNumber, salt } = decodeHeader(await file.readAt(0, HEADER_BYTES), contextOf(place, name));
      return new OpenPack(file, new FrameCipher(getKeyOf(place)(keyNumber), salt, contextOf(place, name)));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Chunks that lie one behind the other, opened. @throws EstateError `archive.damaged` */
  async readRun(run: readonly ChunkPlace[]): Promise<[ChunkPlace, Buffer][]> {
    const from = run[0]?.offset ?? 0;
    const sealed = await this.#file.readAt(
      from,
      run.reduce((sum, { storedBytes }) => sum + storedBytes, 0),
    );
    return run.map((place) => {
      const at = place.offset - from;
      return [place, this.#cipher.open(place.frame, false, sealed.subarray(at, at + place.storedBytes))];
    });
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
