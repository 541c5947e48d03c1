import { createHash, createHmac, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { EstateError } from '@bulkhead/kernel';
import { type BaseMap, CHUNK_ID_BYTES, type ChunkPlace, encodeMap, type MapHead, type MapPiece } from './base-map.rules.ts';
import type { Writing } from './disk.actions.ts';
import { type DataKey, encodeHeader, FrameCipher, HEADER_BYTES, nameKeyOf } from './envelope.rules.ts';
import { writeDurably } from './files.actions.ts';
import { compress, contextOf, ENCRYPTED, type Place, packArtefact } from './packing.actions.ts';
import { TarCutter, type TarPiece } from './tar-pieces.rules.ts';

/** So many chunks are compressed at once, in other threads. */
const AHEAD = 8;
const WRITE_BYTES = 1_048_576;
/** Every seventh base leans on no earlier one, and comes whole: damage of one pack, and a lie, reach no further than that. */
export const LEANING_AT_MOST = 6;

type Waiting = {
  readonly id: Buffer;
  readonly plain: Buffer;
  readonly packed: Promise<Buffer>;
  readonly fill: (place: ChunkPlace) => void;
};

/** The name of a base's new chunks, one file a base. */
export function packPath(id: string): string {
  return join('pack', `${id}.pack`);
}

/** Where a base is put together before it has its name. */
export function buildingPath(id: string): string {
  return join('base', `${id}.building`);
}

/**
 * Stores a base's tar while it comes: chunks that an earlier base has are named, the others go compressed and
 * encrypted into a pack of this base's own. Memory holds a few chunks, and the map.
 */
export class BaseWriter {
  readonly #place: Place;
  readonly #id: string;
  readonly #building: string;
  readonly #key: DataKey;
  readonly #nameKey: Buffer;
  readonly #cipher: FrameCipher;
  readonly #hash = createHash('sha256');
  readonly #cutter = new TarCutter();
  readonly #known: Map<string, ChunkPlace | undefined>;
  readonly #pieces: (MapPiece | { kind: 'waiting'; key: string })[] = [];
  readonly #packs: MapHead['packs'];
  readonly #own: number;
  readonly #leaning: number;
  readonly #isPutTogether: boolean;
  readonly #salt = randomBytes(16);
  #waiting: Waiting[] = [];
  #pack: Writing | undefined;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #offset = 0;
  #frames = 0;
  #bytes = 0;

  private constructor(place: Place, id: string, before: BaseMap | undefined, isPutTogether: boolean) {
    if (!place.keys) throw new EstateError('archive.key_missing', 'storing a base backup: the archive was opened without keys');
    this.#place = place;
    this.#id = id;
    this.#building = join(place.directory, buildingPath(id));
    this.#key = place.keys.current;
    this.#nameKey = nameKeyOf(this.#key);
    this.#cipher = new FrameCipher(this.#key, this.#salt, contextOf(place, packPath(id)));
    this.#isPutTogether = isPutTogether;
    const leansOn = before && mayLeanOn(before) ? before : undefined;
    this.#leaning = leansOn ? leansOn.head.sinceWhole + 1 : 0;
    this.#packs = [...(leansOn?.head.packs ?? [])];
    this.#own = this.#packs.length;
    this.#known = new Map(leansOn ? knownIn(leansOn, this.#key.number) : []);
  }

  /**
   * @param before the map of the base to lean on, if there is one
   * @param isPutTogether whether what is written comes from that base, in part: then it is not whole, whatever its chunks
   */
  static async begin(place: Place, id: string, before: BaseMap | undefined, isPutTogether = false): Promise<BaseWriter> {
    const writer = new BaseWriter(place, id, before, isPutTogether);
    await place.disk.makeDirectory(writer.#building);
    return writer;
  }

  async write(bytes: Buffer): Promise<void> {
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
    for (const piece of this.#cutter.push(bytes)) await this.#take(piece);
  }

  /** Pack before map: a map must only name what is durable [A11]. Gives what the tar was. */
  async finish(manifest: Buffer): Promise<{ readonly bytes: number; readonly sha256: string }> {
    for (const piece of this.#cutter.end()) await this.#take(piece);
    while (this.#waiting.length > 0) await this.#settleOne();
    await this.#finishPack();
    const { disk } = this.#place;
    for (const [name, plain] of [
      ['map', this.#encode()],
      ['manifest', manifest],
    ] as const) {
      const sealed = await packArtefact(this.#place, join('base', this.#id, name), plain);
      await writeDurably(join(this.#building, `${name}${ENCRYPTED}`), sealed, disk);
    }
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#waiting.map(({ packed }) => packed));
    await this.#pack?.close();
    this.#pack = undefined;
  }

  async #take({ kind, bytes }: TarPiece): Promise<void> {
    if (kind === 'frame') return this.#frame(bytes);
    const id = createHmac('sha256', this.#nameKey).update(bytes).digest().subarray(0, CHUNK_ID_BYTES);
    const key = id.toString('latin1');
    this.#pieces.push({ kind: 'waiting', key });
    if (this.#known.has(key)) return;
    this.#known.set(key, undefined);
    const plain = Buffer.from(bytes);
    this.#waiting.push({ id, plain, packed: compress(plain), fill: (place) => this.#known.set(key, place) });
    if (this.#waiting.length >= AHEAD) await this.#settleOne();
  }

  #frame(bytes: Buffer): void {
    const last = this.#pieces.at(-1);
    if (last?.kind !== 'frame') return void this.#pieces.push({ kind: 'frame', bytes: Buffer.from(bytes) });
    this.#pieces[this.#pieces.length - 1] = { kind: 'frame', bytes: Buffer.concat([last.bytes, bytes]) };
  }

  /** In the order in which they came: a chunk's number is its nonce. */
  async #settleOne(): Promise<void> {
    const next = this.#waiting[0];
    if (!next) return;
    const packed = await next.packed;
    this.#waiting.shift();
    if (this.#offset === 0) await this.#beginPack();
    const sealed = this.#cipher.seal(this.#frames, false, packed);
    next.fill({
      id: next.id,
      pack: this.#own,
      offset: this.#offset,
      storedBytes: sealed.length,
      plainBytes: next.plain.length,
      frame: this.#frames,
    });
    this.#frames += 1;
    this.#offset += sealed.length;
    this.#pending.push(sealed);
    this.#pendingBytes += sealed.length;
    if (this.#pendingBytes >= WRITE_BYTES) await this.#drain();
  }

  async #beginPack(): Promise<void> {
    this.#packs.push({ id: this.#id, keyNumber: this.#key.number });
    this.#pack = await this.#place.disk.openWriting(join(this.#place.directory, `${packPath(this.#id)}.building`));
    await this.#pack.write(encodeHeader(this.#key, this.#salt));
    this.#offset = HEADER_BYTES;
  }

  async #drain(): Promise<void> {
    const pieces = this.#pending;
    this.#pending = [];
    this.#pendingBytes = 0;
    if (pieces.length > 0) await this.#pack?.write(Buffer.concat(pieces));
  }

  async #finishPack(): Promise<void> {
    if (!this.#pack) return;
    await this.#drain();
    await this.#pack.sync();
    await this.close();
    const { disk, directory } = this.#place;
    const path = join(directory, packPath(this.#id));
    await disk.rename(`${path}.building`, path);
    await disk.syncDirectory(join(directory, 'pack'));
  }

  #encode(): Buffer {
    const used = new Set<number>();
    const pieces = this.#pieces.map((piece): MapPiece => {
      if (piece.kind !== 'waiting') return piece;
      const place = this.#known.get(piece.key);
      if (!place) throw new EstateError('receiver.base_failed', 'storing a base backup: a chunk has no place');
      used.add(place.pack);
      return { kind: 'chunk', place };
    });
    // Packs that nothing of this base stands in any more are not named: they may go with the bases that need them.
    const kept = this.#packs.map((_, at) => at).filter((at) => used.has(at));
    const renumbered = pieces.map((piece): MapPiece => {
      if (piece.kind === 'frame') return piece;
      return { kind: 'chunk', place: { ...piece.place, pack: kept.indexOf(piece.place.pack) } };
    });
    const packs = kept.flatMap((at) => this.#packs[at] ?? []);
    const leans = this.#isPutTogether || packs.some(({ id }) => id !== this.#id);
    return encodeMap({
      head: { format: 'bulkhead base map 1', packs, sinceWhole: leans ? this.#leaning : 0 },
      pieces: renumbered,
    });
  }
}

/** Whether another base may lean on this one. */
export function mayLeanOn({ head }: BaseMap): boolean {
  return head.sinceWhole < LEANING_AT_MOST;
}

/** The chunks of a base that may be leaned on: those under the key in use. */
function knownIn({ head, pieces }: BaseMap, keyNumber: number): [string, ChunkPlace][] {
  return pieces.flatMap((piece): [string, ChunkPlace][] => {
    if (piece.kind === 'frame' || head.packs[piece.place.pack]?.keyNumber !== keyNumber) return [];
    return [[piece.place.id.toString('latin1'), piece.place]];
  });
}
