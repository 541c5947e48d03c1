import { EstateError } from '@bulkhead/kernel';

/** A file that a record changed: tablespace, database, file number. */
export type WalFileId = { readonly database: number; readonly file: number };

/** One record of the WAL, as far as history looks at it. */
export type WalRecord = {
  readonly startLsn: number;
  /** Where the next one begins at the earliest: of a commit, the position that decoding tells. */
  readonly endLsn: number;
  readonly xid: number;
  readonly manager: number;
  readonly info: number;
  readonly files: readonly WalFileId[];
  readonly main: Buffer;
};

/** Resource managers, src/include/access/rmgrlist.h of PostgreSQL 18. */
export const MANAGER = {
  xlog: 0,
  transaction: 1,
  mapping: 7,
  standby: 8,
  heap2: 9,
  heap: 10,
  sequence: 15,
  message: 21,
} as const;

export const RECORD_HEADER_BYTES = 24;
const BLOCK_ID_LIMIT = 32;
const DATA_SHORT = 255;
const DATA_LONG = 254;
const ORIGIN = 253;
const TOP_LEVEL = 252;
const HAS_IMAGE = 0x10;
const SAME_FILE = 0x80;
const HAS_HOLE = 0x01;
const COMPRESSED = 0x1c;

/**
 * Reads a whole record (src/include/access/xlogrecord.h).
 * @throws EstateError `archive.damaged`
 */
export function parseRecord(bytes: Buffer, startLsn: number, endLsn: number): WalRecord {
  const files: WalFileId[] = [];
  let at = RECORD_HEADER_BYTES;
  let following = 0;
  let mainBytes = 0;
  let last: WalFileId | undefined;
  while (bytes.length - at > following + mainBytes) {
    const id = bytes[at] ?? 0;
    if (id === DATA_SHORT) {
      mainBytes = bytes[at + 1] ?? 0;
      at += 2;
    } else if (id === DATA_LONG) {
      mainBytes = readUInt32(bytes, at + 1, startLsn);
      at += 5;
    } else if (id === ORIGIN) {
      at += 3;
    } else if (id === TOP_LEVEL) {
      at += 5;
    } else if (id <= BLOCK_ID_LIMIT) {
      const flags = bytes[at + 1] ?? 0;
      following += readUInt16(bytes, at + 2, startLsn);
      at += 4;
      if ((flags & HAS_IMAGE) !== 0) {
        following += readUInt16(bytes, at, startLsn);
        const image = bytes[at + 4] ?? 0;
        at += 5;
        if ((image & HAS_HOLE) !== 0 && (image & COMPRESSED) !== 0) at += 2;
      }
      if ((flags & SAME_FILE) === 0) {
        last = { database: readUInt32(bytes, at + 4, startLsn), file: readUInt32(bytes, at + 8, startLsn) };
        at += 12;
      }
      at += 4;
      if (last) files.push(last);
    } else {
      throw damaged(startLsn);
    }
  }
  if (bytes.length - at !== following + mainBytes) throw damaged(startLsn);
  return {
    startLsn,
    endLsn,
    xid: bytes.readUInt32LE(4),
    info: bytes[16] ?? 0,
    manager: bytes[17] ?? 0,
    files,
    main: bytes.subarray(bytes.length - mainBytes),
  };
}

export function readUInt32(bytes: Buffer, at: number, lsn: number): number {
  if (at + 4 > bytes.length) throw damaged(lsn);
  return bytes.readUInt32LE(at);
}

function readUInt16(bytes: Buffer, at: number, lsn: number): number {
  if (at + 2 > bytes.length) throw damaged(lsn);
  return bytes.readUInt16LE(at);
}

export function damaged(lsn: number): EstateError {
  return new EstateError('archive.damaged', `reading the WAL: what stands at ${lsn.toString(16)} is no record`);
}
