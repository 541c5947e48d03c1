import { type Lsn, offsetInSegment, SEGMENT_BYTES, segmentStart } from '#archive/wal.rules.ts';

/** All WAL that a simulated primary ever wrote on one timeline: what the model knows, and the archive must have. */
export class WrittenWal {
  readonly timeline: number;
  readonly startLsn: Lsn;
  readonly #segments = new Map<Lsn, Buffer>();
  /** Where a transaction ended: a restore may stop there. */
  readonly boundaries: Lsn[];
  #endLsn: Lsn;

  constructor(timeline: number, startLsn: Lsn) {
    this.timeline = timeline;
    this.startLsn = startLsn;
    this.#endLsn = startLsn;
    this.boundaries = [startLsn];
  }

  get endLsn(): Lsn {
    return this.#endLsn;
  }

  /** The same up to a position, from where another timeline goes on. */
  branch(timeline: number, atLsn: Lsn): WrittenWal {
    const grown = new WrittenWal(timeline, segmentStart(atLsn));
    grown.#write(this.read(segmentStart(atLsn), atLsn));
    grown.boundaries.push(atLsn);
    return grown;
  }

  append(bytes: Buffer): void {
    this.#write(bytes);
    this.boundaries.push(this.#endLsn);
  }

  /** As `pg_switch_wal` does: zeros up to the end of the segment. */
  switchSegment(): void {
    const held = offsetInSegment(this.#endLsn);
    if (held > 0) this.append(Buffer.alloc(SEGMENT_BYTES - held));
  }

  read(fromLsn: Lsn, toLsn: Lsn): Buffer {
    const pieces: Buffer[] = [];
    for (let at = fromLsn; at < toLsn; ) {
      const untilLsn = segmentStart(at) + BigInt(SEGMENT_BYTES);
      const end = untilLsn < toLsn ? untilLsn : toLsn;
      const offset = offsetInSegment(at);
      pieces.push(this.#segment(at).subarray(offset, offset + Number(end - at)));
      at = end;
    }
    return pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces);
  }

  #write(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) {
      const offset = offsetInSegment(this.#endLsn);
      const taken = bytes.copy(this.#segment(this.#endLsn), offset, at);
      at += taken;
      this.#endLsn += BigInt(taken);
    }
  }

  #segment(lsn: Lsn): Buffer {
    const start = segmentStart(lsn);
    const segment = this.#segments.get(start) ?? Buffer.alloc(SEGMENT_BYTES);
    this.#segments.set(start, segment);
    return segment;
  }
}
