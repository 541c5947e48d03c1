import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, readFile, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { EstateError, sha256Hex, syncDirectory } from '@bulkhead/kernel';
import { DISK } from './disk.actions.ts';
import { writeDurably } from './files.actions.ts';
import type { Keyring } from './keyring.actions.ts';
import { openPackedSegment, type Place, packSegment, readPackedSegment } from './packing.actions.ts';
import type { SegmentEntry } from './plan.rules.ts';
import { SegmentIndex } from './segment-index.actions.ts';
import {
  type Ancestor,
  formatLsn,
  historyName,
  type Lsn,
  offsetInSegment,
  parseHistory,
  parseSegmentName,
  SEGMENT_BYTES,
  segmentName,
} from './wal.rules.ts';

const CACHED_SEGMENTS = 2;

/** What a lineage is opened with. */
export type LineageOptions = {
  /** Without them nothing is encrypted. */
  readonly keys?: Keyring;
  /** How long off-site has run, in all. */
  readonly ranMs?: () => number;
  /** Somebody else writes it, or nobody: nothing is mended, packed or added. */
  readonly isReadOnly?: boolean;
};

/** All that was ever received from clusters with one system identifier: `wal/` and `base/`. */
export class Lineage {
  readonly systemId: string;
  readonly directory: string;
  readonly walDirectory: string;
  readonly baseDirectory: string;
  readonly index: SegmentIndex;
  readonly place: Place;
  readonly isReadOnly: boolean;
  readonly #entries: Map<string, SegmentEntry>;
  readonly #cache = new Map<string, Promise<Buffer>>();
  #compressing: Promise<void> = Promise.resolve();

  private constructor(place: Place, index: SegmentIndex, isReadOnly: boolean) {
    const { directory } = place;
    this.place = place;
    this.systemId = place.systemId;
    this.directory = directory;
    this.isReadOnly = isReadOnly;
    this.walDirectory = join(directory, 'wal');
    this.baseDirectory = join(directory, 'base');
    this.index = index;
    this.#entries = new Map();
  }

  /** Opens, or begins, a lineage, and finishes what a crash interrupted. */
  static async open(compartmentDirectory: string, systemId: string, options: LineageOptions = {}): Promise<Lineage> {
    const { keys, ranMs = () => 0, isReadOnly = false } = options;
    const directory = join(compartmentDirectory, systemId);
    const wal = join(directory, 'wal');
    if (!isReadOnly) {
      for (const made of [wal, join(directory, 'base'), join(directory, 'pack')])
        await mkdir(made, { recursive: true, mode: 0o700 });
      await syncDirectory(directory);
      await syncDirectory(compartmentDirectory);
    }
    const index = await SegmentIndex.open({ path: join(wal, 'index.ndjson'), systemId, ranMs, isReadOnly });
    const lineage = new Lineage({ disk: DISK, directory, systemId, keys }, index, isReadOnly);
    await lineage.#load();
    return lineage;
  }

  get entries(): ReadonlyMap<string, SegmentEntry> {
    return this.#entries;
  }

  /** Tells the lineage how far the growing segment is durable. */
  noteTail(name: string, bytes: number): void {
    this.#entries.set(name, { name, bytes, isComplete: false });
  }

  /** A segment became complete: its digest is recorded, then it is compressed in the background [A4]. */
  async noteComplete(name: string, sha256: string): Promise<void> {
    await this.index.add(name, sha256);
    this.#entries.set(name, { name, bytes: SEGMENT_BYTES, isComplete: true });
  }

  /** Compresses all complete segments still raw, one after the other. Stops at a damaged one. @throws EstateError `archive.damaged` */
  compressAll(): Promise<void> {
    const done = this.#compressing.then(async () => {
      for (const name of (await readdir(this.walDirectory)).toSorted())
        if (parseSegmentName(name) && !this.#isBeingFinished(name))
          await packSegment(this.place, name, this.index.get(name), SEGMENT_BYTES);
      await this.index.noteHead();
    });
    this.#compressing = done.catch(() => undefined);
    return done;
  }

  /** The verified bytes of a complete segment. @throws EstateError `archive.damaged`, `archive.gap` */
  readSegment(name: string): Promise<Buffer> {
    const cached = this.#cache.get(name);
    if (cached) return cached;
    const read = this.#readVerified(name);
    read.catch(() => this.#cache.delete(name));
    this.#cache.set(name, read);
    for (const oldest of this.#cache.keys()) {
      if (this.#cache.size <= CACHED_SEGMENTS) break;
      this.#cache.delete(oldest);
    }
    return read;
  }

  /**
   * A complete segment as it is packed, with the digest that its bytes have to have; undefined where it is not packed, or not in the
   * index. @throws EstateError `archive.damaged`, `archive.key_missing`
   */
  async openPacked(name: string): Promise<{ readonly packed: Buffer; readonly sha256: string } | undefined> {
    const sha256 = this.index.get(name);
    const packed = sha256 === undefined ? undefined : await openPackedSegment(this.place, name);
    return sha256 !== undefined && packed ? { packed, sha256 } : undefined;
  }

  /** Bytes of the log from `fromLsn`, at most `limit` and at most to the end of what is durable in that segment. */
  async readAt(timeline: number, fromLsn: Lsn, limit: number): Promise<Buffer> {
    const name = segmentName(timeline, fromLsn);
    const entry = this.#entries.get(name);
    const offset = offsetInSegment(fromLsn);
    if (!entry)
      throw new EstateError('archive.gap', `reading the archive: no segment of timeline ${timeline} holds ${formatLsn(fromLsn)}`);
    const bytes = Math.min(limit, entry.bytes - offset);
    if (bytes <= 0) return Buffer.alloc(0);
    if (entry.isComplete) return (await this.readSegment(name)).subarray(offset, offset + bytes);
    return this.#readPartial(name, offset, bytes);
  }

  /** The first bytes of a partial segment. */
  readPartialSegment(name: string, bytes: number): Promise<Buffer> {
    return this.#readPartial(name, 0, bytes);
  }

  /** @throws EstateError `archive.damaged` */
  async readHistory(timeline: number): Promise<Buffer | undefined> {
    const bytes = await readFile(join(this.walDirectory, historyName(timeline))).catch(() => undefined);
    const expected = this.index.get(historyName(timeline));
    if (bytes === undefined || expected === undefined || sha256Hex(bytes) === expected) return bytes;
    throw new EstateError('archive.damaged', `reading the history of timeline ${timeline}: its bytes are not those received`);
  }

  async ancestorsOf(timeline: number): Promise<Ancestor[]> {
    if (timeline === 1) return [];
    const text = await this.readHistory(timeline);
    if (!text) throw new EstateError('archive.gap', `reading the history of timeline ${timeline}: the archive does not hold it`);
    return parseHistory(text.toString('utf8'));
  }

  /** Stores a timeline's history once. @throws EstateError `archive.damaged` if another one is stored */
  async storeHistory(timeline: number, content: Buffer): Promise<void> {
    const known = await this.readHistory(timeline);
    if (known && !known.equals(content)) {
      throw new EstateError('archive.damaged', `storing the history of timeline ${timeline}: the archive holds another one`);
    }
    if (!known) await writeDurably(join(this.walDirectory, historyName(timeline)), content);
    await this.index.add(historyName(timeline), sha256Hex(content));
    this.#entries.set(historyName(timeline), { name: historyName(timeline), bytes: content.length, isComplete: true });
  }

  /** A segment was set aside. */
  forget(name: string): void {
    this.#entries.delete(name);
  }

  /** Resolves when no segment is being compressed. */
  settle(): Promise<void> {
    return this.#compressing;
  }

  /** The highest timeline of which anything is stored. */
  newestTimeline(): number {
    const timelines = [...this.#entries.keys()].map((name) => Number.parseInt(name.slice(0, 8), 16));
    return Math.max(1, ...timelines);
  }

  async #load(): Promise<void> {
    for (const file of (await readdir(this.walDirectory)).toSorted()) {
      const path = join(this.walDirectory, file);
      const name = file.replace(/\.(partial|zst|zst\.enc)$/, '');
      if (file.endsWith('.tmp') && !this.isReadOnly) await unlink(path);
      else if (!file.endsWith('.history') && !parseSegmentName(name)) continue;
      else if (this.index.find(name)?.isPruned) await this.#removePruned(path);
      else await this.#loadFile(file, name, path);
    }
  }

  async #loadFile(file: string, name: string, path: string): Promise<void> {
    const found = await stat(path).catch(() => undefined);
    // Packed and removed meanwhile, by the receiver whose archive is only read here: its packed copy is listed too.
    if (!found) return void (this.isReadOnly && this.#entries.set(name, { name, bytes: SEGMENT_BYTES, isComplete: true }));
    if (file.endsWith('.history')) this.#entries.set(file, { name: file, bytes: found.size, isComplete: true });
    else await this.#loadSegment(file, name, found.size);
  }

  /** Pruning was interrupted: what it had recorded as gone goes now [A15]. */
  async #removePruned(path: string): Promise<void> {
    if (!this.isReadOnly) await unlink(path);
  }

  async #loadSegment(file: string, name: string, size: number): Promise<void> {
    if (file.endsWith('.zst') || file.endsWith('.enc')) {
      if (!this.index.get(name))
        throw new EstateError('archive.damaged', `opening the archive: no digest is recorded for ${name}`);
      this.#entries.set(name, { name, bytes: SEGMENT_BYTES, isComplete: true });
      return;
    }
    if (file.endsWith('.partial') && size < SEGMENT_BYTES) {
      if (!this.#entries.has(name)) this.#entries.set(name, { name, bytes: size, isComplete: false });
      return;
    }
    if (size !== SEGMENT_BYTES) throw new EstateError('archive.damaged', `opening the archive: ${file} has ${size} bytes`);
    if (this.isReadOnly) return void this.#entries.set(name, { name, bytes: SEGMENT_BYTES, isComplete: true });
    if (file !== name) await finishSegment(this.walDirectory, name);
    await this.noteComplete(name, this.index.get(name) ?? sha256Hex(await readFile(join(this.walDirectory, name))));
  }

  async #readPartial(name: string, offset: number, bytes: number): Promise<Buffer> {
    const handle = await this.#openGrowing(name);
    // It became complete between the look at the entry and here.
    if (!handle) return (await this.readSegment(name)).subarray(offset, offset + bytes);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(bytes), 0, bytes, offset);
      if (bytesRead === bytes) return buffer;
      throw new EstateError('archive.damaged', `reading ${name}: it is shorter than what was made durable`);
    } finally {
      await handle.close();
    }
  }

  async #openGrowing(name: string): Promise<FileHandle | undefined> {
    const path = join(this.walDirectory, name);
    const handle = await open(`${path}.partial`, 'r').catch(() => undefined);
    return handle ?? (this.#isBeingFinished(name) ? open(path, 'r').catch(() => undefined) : undefined);
  }

  /** A segment has its final name a moment before its digest: until then it is still one that grew [A22]. */
  #isBeingFinished(name: string): boolean {
    return this.index.get(name) === undefined && this.#entries.get(name)?.isComplete !== true;
  }

  async #readVerified(name: string): Promise<Buffer> {
    const expected = this.index.get(name);
    const bytes = await this.#readStored(name);
    // A copy may have been made between a segment's end and its line in the index: the chain of WAL itself goes on.
    if (this.isReadOnly && expected === undefined) return bytes;
    if (expected !== undefined && createHash('sha256').update(bytes).digest('hex') === expected) return bytes;
    throw new EstateError(
      'archive.damaged',
      `reading segment ${name}: its bytes do not match the digest recorded when it was received`,
    );
  }

  async #readStored(name: string): Promise<Buffer> {
    const raw = await readFile(join(this.walDirectory, name)).catch(() => undefined);
    const bytes = raw ?? (await readPackedSegment(this.place, name, SEGMENT_BYTES)) ?? (await this.#readFullPartial(name));
    if (bytes) return bytes;
    throw new EstateError('archive.gap', `reading segment ${name}: the archive does not hold it`);
  }

  /** A full segment that has not yet its final name is left to its writer. */
  async #readFullPartial(name: string): Promise<Buffer | undefined> {
    if (!this.isReadOnly) return undefined;
    const bytes = await readFile(join(this.walDirectory, `${name}.partial`)).catch(() => undefined);
    return bytes?.length === SEGMENT_BYTES ? bytes : undefined;
  }
}

/** Gives a full segment its final name; done already is well too. */
export async function finishSegment(walDirectory: string, name: string): Promise<void> {
  await rename(join(walDirectory, `${name}.partial`), join(walDirectory, name)).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' || !(await stat(join(walDirectory, name)).catch(() => undefined))) throw error;
  });
  await syncDirectory(walDirectory);
}
