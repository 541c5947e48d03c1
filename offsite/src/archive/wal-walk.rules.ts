import { damaged, MANAGER, parseRecord, RECORD_HEADER_BYTES, type WalRecord } from './wal-record.rules.ts';

const PAGE_BYTES = 8_192;
const SEGMENT_BYTES = 16_777_216;
const SHORT_HEADER_BYTES = 24;
const LONG_HEADER_BYTES = 40;
const CONTINUES_RECORD = 0x0001;
const OVERWRITES_RECORD = 0x0008;
const SWITCH = 0x40;
/** None of ours is as long; a longer one is passed over. */
const RECORD_LIMIT_BYTES = 134_217_728;

/** A record that has begun: its start, its length, and what was read of it. */
type Begun = { startLsn: number; length: number; have: number; parts: Buffer[]; isForeign?: boolean };
type Taken = { readonly bytes: number; readonly record?: WalRecord };

/**
 * Walks through WAL bytes: pages, records, records across pages and segments (src/backend/access/transam/xlogreader.c).
 * Bytes are given in order, as many as there are; the walk goes on with those that come later.
 */
export class WalWalker {
  /** Where the next byte to be given stands. */
  #atLsn: number;
  #record: Begun | undefined;
  /** After a switch the rest of a segment holds nothing. */
  #skipToLsn: number;
  #isFirst = true;

  /** @param startLsn where a record begins, or a page */
  constructor(startLsn: number) {
    this.#atLsn = startLsn;
    this.#skipToLsn = startLsn;
  }

  get atLsn(): number {
    return this.#atLsn;
  }

  /** Where to begin again so that nothing is missed. */
  get resumeLsn(): number {
    return this.#record?.startLsn ?? this.#atLsn;
  }

  /**
   * Takes bytes that stand at `lsn`, within one segment; those known already are passed. Ends before a page that is not whole.
   * @throws EstateError `archive.damaged`
   */
  *walk(lsn: number, bytes: Buffer): Generator<WalRecord> {
    let offset = this.#atLsn - lsn;
    if (offset < 0 || offset > bytes.length) throw damaged(this.#atLsn);
    while (offset < bytes.length) {
      const pageEnd = Math.min(bytes.length, offset + PAGE_BYTES - (this.#atLsn % PAGE_BYTES));
      if (this.#atLsn % PAGE_BYTES === 0) {
        const header = this.#atLsn % SEGMENT_BYTES === 0 ? LONG_HEADER_BYTES : SHORT_HEADER_BYTES;
        if (pageEnd - offset < header) return;
        this.#readHeader(bytes, offset);
        offset += header;
        this.#atLsn += header;
      }
      while (offset < pageEnd) {
        const taken = this.#takeBytes(bytes.subarray(offset, pageEnd));
        if (taken.bytes === 0) return;
        offset += taken.bytes;
        this.#atLsn += taken.bytes;
        if (taken.record) yield taken.record;
      }
    }
  }

  #readHeader(bytes: Buffer, offset: number): void {
    const isEmpty = bytes.readUInt16LE(offset) === 0;
    if (isEmpty && this.#atLsn < this.#skipToLsn) return;
    const pageLsn = Number(bytes.readBigUInt64LE(offset + 8));
    if (pageLsn !== this.#atLsn) throw damaged(this.#atLsn);
    // After a crash the server goes on without the record that had not come to its end.
    const flags = bytes.readUInt16LE(offset + 2);
    if ((flags & OVERWRITES_RECORD) !== 0) this.#record = undefined;
    // The walk begins amid a record: its rest is passed over.
    const restBytes = bytes.readUInt32LE(offset + 16);
    if (this.#isFirst && (flags & CONTINUES_RECORD) !== 0)
      this.#record = { startLsn: pageLsn, length: restBytes, have: 0, parts: [], isForeign: true };
    this.#isFirst = false;
  }

  /** @param rest what there is of a page */
  #takeBytes(rest: Buffer): Taken {
    if (this.#atLsn < this.#skipToLsn) return { bytes: Math.min(rest.length, this.#skipToLsn - this.#atLsn) };
    if (this.#record) return this.#continueRecord(this.#record, rest);
    this.#isFirst = false;
    if (rest.length < 4) return { bytes: 0 };
    const length = rest.readUInt32LE(0);
    // Nothing more was written yet.
    if (length === 0) return { bytes: 0 };
    if (length < RECORD_HEADER_BYTES) throw damaged(this.#atLsn);
    this.#record = { startLsn: this.#atLsn, length, have: 0, parts: [] };
    return this.#continueRecord(this.#record, rest);
  }

  #continueRecord(record: Begun, rest: Buffer): Taken {
    const wanted = record.length - record.have;
    const padded = align(this.#atLsn + wanted) - this.#atLsn;
    if (rest.length < wanted) {
      if (record.length <= RECORD_LIMIT_BYTES && !record.isForeign) record.parts.push(Buffer.from(rest));
      record.have += rest.length;
      return { bytes: rest.length };
    }
    // The padding behind a record may not be written yet, and never reaches beyond a page.
    if (rest.length < padded && rest.length < pageRest(this.#atLsn)) return { bytes: 0 };
    const used = Math.min(padded, pageRest(this.#atLsn));
    this.#record = undefined;
    if (record.length > RECORD_LIMIT_BYTES || record.isForeign) return { bytes: used };
    const own = rest.subarray(0, wanted);
    const whole = record.parts.length === 0 ? own : Buffer.concat([...record.parts, own]);
    const read = parseRecord(whole, record.startLsn, this.#atLsn + used);
    if (read.manager !== MANAGER.xlog || (read.info & 0xf0) !== SWITCH) return { bytes: used, record: read };
    this.#skipToLsn = nextSegment(this.#atLsn + used);
    return { bytes: used, record: { ...read, endLsn: this.#skipToLsn } };
  }
}

function align(lsn: number): number {
  return Math.ceil(lsn / 8) * 8;
}

function pageRest(lsn: number): number {
  return PAGE_BYTES - (lsn % PAGE_BYTES);
}

function nextSegment(lsn: number): number {
  return Math.ceil(lsn / SEGMENT_BYTES) * SEGMENT_BYTES;
}
