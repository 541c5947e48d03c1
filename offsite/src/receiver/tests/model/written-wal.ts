import { type Lsn, offsetInSegment, SEGMENT_BYTES, segmentStart } from '#archive/wal.rules.ts';

/** Little is written of most segments: memory is taken for so much at a time. */
const PIECE_BYTES = 131_072n;

/** All WAL that a simulated primary ever wrote on one timeline: what the model knows, and the archive must have. */
export class WrittenWal {
  readonly timeline: number;
  readonly startLsn: Lsn;
  readonly #pieces = new Map<Lsn, Buffer>();
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
    const parts: Buffer[] = [];
    for (let at = fromLsn; at < toLsn; ) {
      const untilLsn = at - (at % PIECE_BYTES) + PIECE_BYTES;
      const end = untilLsn < toLsn ? untilLsn : toLsn;
      const offset = Number(at % PIECE_BYTES);
      parts.push(this.#piece(at).subarray(offset, offset + Number(end - at)));
      at = end;
    }
    return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
  }

  #write(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) {
      const taken = bytes.copy(this.#piece(this.#endLsn), Number(this.#endLsn % PIECE_BYTES), at);
      at += taken;
      this.#endLsn += BigInt(taken);
    }
  }

  #piece(lsn: Lsn): Buffer {
    const start = lsn - (lsn % PIECE_BYTES);
    const piece = this.#pieces.get(start) ?? Buffer.alloc(Number(PIECE_BYTES));
    this.#pieces.set(start, piece);
    return piece;
  }
}
