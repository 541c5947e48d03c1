import { createHash, type Hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EstateError, isDiskFull, syncDirectory } from '@bulkhead/kernel';
import { finishSegment, type Lineage } from '#archive/lineage.actions.ts';
import { formatLsn, type Lsn, offsetInSegment, SEGMENT_BYTES, segmentName, segmentStart } from '#archive/wal.rules.ts';
import { DiskPace } from './disk-pace.rules.ts';
import { SegmentFile } from './segment-file.actions.ts';
import { TailNotes } from './tail-note.actions.ts';

/** The growing segment at one moment. */
export type TailEnd = { readonly name: string; readonly bytes: number; readonly sha256: string };

type FullSegment = { readonly file: SegmentFile; readonly sha256: string };

/**
 * The growing end of one timeline: segment files that are only ever appended to.
 * Every session with headquarters begins at the start of the last segment; bytes already held are compared, not
 * written again [R3], so that a torn tail or a rewritten past is seen before anything is acknowledged.
 */
export class WalTail {
  readonly #lineage: Lineage;
  readonly #timeline: number;
  readonly #onDurable: (lsn: Lsn) => void;
  readonly #onFailure: (error: Error) => void;
  readonly #onComplete: () => void;
  readonly #notes: TailNotes;
  #growing: SegmentFile | undefined;
  #full: FullSegment[] = [];
  #isDirectoryDirty = false;
  #hash: Hash = createHash('sha256');
  #expected: Buffer = Buffer.alloc(0);
  #writtenLsn: Lsn;
  /** Up to here bytes are on disk, though perhaps not yet their directory's entry. */
  #syncedLsn: Lsn;
  #durableLsn: Lsn;
  #sessionLsn: Lsn;
  #flushing: Promise<Error | undefined> | undefined;
  #isFrozen = false;
  #failure: EstateError | undefined;
  readonly #pace = new DiskPace();

  /** @param endLsn where the stored bytes end; the start of a segment if there are none */
  constructor(options: {
    readonly lineage: Lineage;
    readonly timeline: number;
    readonly endLsn: Lsn;
    readonly onDurable: (lsn: Lsn) => void;
    readonly onFailure: (error: Error) => void;
    /** A segment got its final name. */
    readonly onComplete: () => void;
  }) {
    this.#lineage = options.lineage;
    this.#timeline = options.timeline;
    this.#onDurable = options.onDurable;
    this.#onFailure = options.onFailure;
    this.#onComplete = options.onComplete;
    this.#notes = new TailNotes(options.lineage.walDirectory, () => this.#describeDurable());
    this.#writtenLsn = options.endLsn;
    this.#durableLsn = options.endLsn;
    this.#syncedLsn = options.endLsn;
    this.#sessionLsn = segmentStart(options.endLsn);
  }

  get timeline(): number {
    return this.#timeline;
  }

  get durableLsn(): Lsn {
    return this.#durableLsn;
  }

  get writtenLsn(): Lsn {
    return this.#writtenLsn;
  }

  /** What may be acknowledged now: nothing until this session has shown the bytes already held to be the same [R3]. */
  get confirmableLsn(): Lsn {
    return this.#sessionLsn < this.#writtenLsn ? 0n : this.#durableLsn;
  }

  /** Begins a session; gives the position from which headquarters must send. */
  beginSession(): Lsn {
    const startLsn = segmentStart(this.#writtenLsn);
    const held = offsetInSegment(this.#writtenLsn);
    this.#expected = held === 0 ? Buffer.alloc(0) : readFileSync(this.#partialPath()).subarray(0, held);
    if (this.#expected.length < held)
      throw new EstateError('archive.damaged', `reading ${this.#name()}: it is shorter than what was made durable`);
    this.#hash = createHash('sha256');
    this.#sessionLsn = startLsn;
    return startLsn;
  }

  /**
   * Takes bytes as they come. Synchronous: when it returns, they are written (not yet durable) or it has thrown.
   * @throws EstateError `archive.gap`, `archive.damaged`, `disk.full`, `receiver.sealed`
   */
  append(startLsn: Lsn, bytes: Buffer): void {
    if (this.#isFrozen) throw new EstateError('receiver.sealed', 'writing WAL');
    if (startLsn !== this.#sessionLsn) {
      throw new EstateError(
        'archive.gap',
        `receiving WAL: ${formatLsn(this.#sessionLsn)} is next, headquarters sent ${formatLsn(startLsn)}`,
      );
    }
    for (let at = 0; at < bytes.length; ) {
      const room = SEGMENT_BYTES - offsetInSegment(this.#sessionLsn);
      const piece = bytes.subarray(at, at + room);
      this.#take(piece);
      at += piece.length;
    }
  }

  /** Makes what is written durable, together with whatever arrives meanwhile; gives what went wrong. */
  flush(): Promise<Error | undefined> {
    this.#flushing ??= this.#flushAll()
      .then(
        () => undefined,
        (error: Error) => {
          this.#onFailure(error);
          return error;
        },
      )
      .finally(() => {
        this.#flushing = undefined;
      });
    return this.#flushing;
  }

  /** From this moment not a byte is written; resolves when all that was written is durable [R4]. */
  async freeze(): Promise<Lsn> {
    this.#isFrozen = true;
    while (this.#durableLsn < this.#writtenLsn || this.#full.length > 0 || this.#flushing) {
      const failure = await this.flush();
      if (failure) throw failure;
    }
    return this.#durableLsn;
  }

  async close(): Promise<void> {
    await this.freeze().catch(() => undefined);
    await this.#notes.note();
    await this.#growing?.close();
    this.#growing = undefined;
  }

  /** The growing segment's name, length and digest as received; undefined at a segment's start. */
  describeEnd(): TailEnd | undefined {
    const held = offsetInSegment(this.#writtenLsn);
    if (held === 0) return undefined;
    const isWhollySeen = this.#sessionLsn === this.#writtenLsn;
    const hash = isWhollySeen
      ? this.#hash.copy()
      : createHash('sha256').update(readFileSync(this.#partialPath()).subarray(0, held));
    return { name: this.#name(), bytes: held, sha256: hash.digest('hex') };
  }

  /** What may be noted: every byte of it was seen in this session, and is on disk. */
  #describeDurable(): TailEnd | undefined {
    const isSettled = this.#durableLsn === this.#writtenLsn && this.#sessionLsn === this.#writtenLsn;
    return isSettled ? this.describeEnd() : undefined;
  }

  #take(piece: Buffer): void {
    const known = Number(this.#writtenLsn - this.#sessionLsn);
    const compared = piece.subarray(0, Math.min(known, piece.length));
    const offset = offsetInSegment(this.#sessionLsn);
    if (compared.length > 0 && !compared.equals(this.#expected.subarray(offset, offset + compared.length))) {
      throw new EstateError(
        'archive.damaged',
        `comparing WAL at ${formatLsn(this.#sessionLsn)}: headquarters now sends other bytes than the archive holds`,
      );
    }
    if (compared.length > 0) this.#account(compared);
    if (compared.length < piece.length) this.#write(piece.subarray(compared.length));
  }

  #write(piece: Buffer): void {
    this.#expected = Buffer.alloc(0);
    for (let at = 0; at < piece.length; ) {
      const taken = this.#writeSome(piece.subarray(at));
      this.#account(piece.subarray(at, at + taken));
      at += taken;
    }
    if (offsetInSegment(this.#writtenLsn) !== 0 || !this.#growing) return;
    this.#full.push({ file: this.#growing, sha256: this.#hash.digest('hex') });
    this.#growing = undefined;
    this.#hash = createHash('sha256');
  }

  /**
   * A quick disk is waited for in this very turn: handing over to another thread and back would cost a commit more. A
   * slow one is not: it would keep the seals of other compartments waiting. O_DSYNC covers what it writes and not what
   * stands before it, so nothing before may be waiting for the disk.
   */
  #writeSome(bytes: Buffer): number {
    const startedMs = performance.now();
    const isDurable = this.#syncedLsn === this.#writtenLsn && this.#pace.isQuick(startedMs);
    this.#growing ??= this.#openSegment();
    try {
      const taken = this.#growing.write(bytes, isDurable);
      this.#writtenLsn += BigInt(taken);
      if (isDurable) this.#syncedLsn = this.#writtenLsn;
      if (isDurable) this.#notePace(startedMs);
      return taken;
    } catch (cause) {
      throw this.#failWrite(cause, isDurable);
    }
  }

  // A full disk may have room again: what the failed write left of itself goes, and the file stays open.
  #failWrite(cause: unknown, wasDurable: boolean): EstateError {
    const name = this.#name();
    try {
      this.#growing?.trim(offsetInSegment(this.#writtenLsn));
    } catch (error) {
      return this.#giveUp(name, error);
    }
    if (isDiskFull(cause)) return new EstateError('disk.full', `writing ${name}`, { cause });
    return wasDurable ? this.#giveUp(name, cause) : new EstateError('receiver.stream_broken', `writing ${name}`, { cause });
  }

  // After a failed fsync the kernel may have dropped the bytes and would call the next one a success: never ask twice.
  #giveUp(name: string, cause: unknown): EstateError {
    this.#failure = new EstateError(
      'receiver.stream_broken',
      `making ${name} durable: check the disk, then restart the receiver`,
      { cause },
    );
    return this.#failure;
  }

  #notePace(startedMs: number): void {
    const nowMs = performance.now();
    this.#pace.note(nowMs - startedMs, nowMs);
  }

  #account(bytes: Buffer): void {
    this.#hash.update(bytes);
    this.#sessionLsn += BigInt(bytes.length);
  }

  #openSegment(): SegmentFile {
    if (this.#failure) throw this.#failure;
    const held = offsetInSegment(this.#writtenLsn);
    this.#isDirectoryDirty ||= held === 0;
    return new SegmentFile(this.#lineage.walDirectory, this.#name(), held);
  }

  async #flushAll(): Promise<void> {
    if (this.#failure) throw this.#failure;
    while (this.#durableLsn < this.#writtenLsn || this.#full.length > 0) {
      const targetLsn = this.#writtenLsn;
      const full = [...this.#full];
      const growing = this.#growing;
      if (this.#syncedLsn < targetLsn) {
        for (const { file } of full) await this.#sync(file);
        if (growing) await this.#sync(growing);
        if (this.#syncedLsn < targetLsn) this.#syncedLsn = targetLsn;
      }
      if (this.#isDirectoryDirty) {
        this.#isDirectoryDirty = false;
        await syncDirectory(this.#lineage.walDirectory);
      }
      for (const segment of full) await this.#finish(segment);
      if (offsetInSegment(targetLsn) !== 0)
        this.#lineage.noteTail(segmentName(this.#timeline, targetLsn), offsetInSegment(targetLsn));
      // Only here, after everything up to it is on disk, does the position become acknowledgeable [R1].
      this.#durableLsn = targetLsn;
      this.#notes.grew();
      this.#onDurable(targetLsn);
    }
  }

  async #sync(file: SegmentFile): Promise<void> {
    await file.sync().catch((cause: unknown) => {
      throw this.#giveUp(file.name, cause);
    });
  }

  // Every step may be repeated: a full disk can stop it between any two.
  async #finish(segment: FullSegment): Promise<void> {
    const { file, sha256 } = segment;
    await finishSegment(this.#lineage.walDirectory, file.name);
    await this.#lineage.noteComplete(file.name, sha256);
    this.#full = this.#full.filter((one) => one !== segment);
    await file.close();
    await this.#notes.forget(file.name);
    this.#onComplete();
  }

  #name(): string {
    return segmentName(this.#timeline, this.#writtenLsn);
  }

  #partialPath(): string {
    return join(this.#lineage.walDirectory, `${this.#name()}.partial`);
  }
}
