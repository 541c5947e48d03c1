import { EstateError } from '@bulkhead/kernel';
import type { Lsn } from '#archive/wal.rules.ts';
import { cString, encodeFrame, readCString } from './frame.rules.ts';

/** Microseconds from 1970 to 2000, the protocol's own epoch. */
const POSTGRES_EPOCH_US = 946_684_800_000_000n;
const XLOG_HEADER_BYTES = 25;

/** What a server says when it refuses: its SQLSTATE and sentence. */
export type ServerNotice = { readonly severity: string; readonly sqlState: string; readonly message: string };

export function parseNotice(body: Buffer): ServerNotice {
  const fields = new Map<string, string>();
  for (let at = 0; at < body.length && body[at] !== 0; ) {
    const field = readCString(body, at + 1);
    fields.set(String.fromCharCode(body.readUInt8(at)), field.text);
    at = field.next;
  }
  return {
    severity: fields.get('V') ?? 'ERROR',
    sqlState: fields.get('C') ?? 'XX000',
    message: fields.get('M') ?? 'no sentence given',
  };
}

/** The columns of a DataRow; null where SQL has NULL. */
export function parseDataRow(body: Buffer): (Buffer | null)[] {
  const columns: (Buffer | null)[] = [];
  let at = 2;
  for (let left = body.readUInt16BE(0); left > 0; left -= 1) {
    const bytes = body.readInt32BE(at);
    at += 4;
    columns.push(bytes < 0 ? null : body.subarray(at, at + bytes));
    at += Math.max(bytes, 0);
  }
  return columns;
}

/** What arrives inside CopyData while WAL is streamed to us. */
export type WalMessage =
  | { readonly kind: 'wal'; readonly startLsn: Lsn; readonly endLsn: Lsn; readonly bytes: Buffer }
  | { readonly kind: 'keepalive'; readonly endLsn: Lsn; readonly isReplyRequested: boolean };

export function parseWalMessage(body: Buffer): WalMessage {
  if (body[0] === 0x77 && body.length >= XLOG_HEADER_BYTES) {
    return {
      kind: 'wal',
      startLsn: body.readBigUInt64BE(1),
      endLsn: body.readBigUInt64BE(9),
      bytes: body.subarray(XLOG_HEADER_BYTES),
    };
  }
  if (body[0] === 0x6b && body.length >= 18) {
    return { kind: 'keepalive', endLsn: body.readBigUInt64BE(1), isReplyRequested: body[17] === 1 };
  }
  throw new EstateError('receiver.stream_broken', 'reading the WAL stream: a message of unknown kind');
}

/** Standby status update: what is written and what is durable. Nothing is ever claimed to be applied. */
export function encodeStatus(written: Lsn, flushed: Lsn, now: Date, isReplyRequested: boolean): Buffer {
  const body = Buffer.alloc(34);
  body.write('r', 0, 'latin1');
  body.writeBigUInt64BE(written, 1);
  body.writeBigUInt64BE(flushed, 9);
  body.writeBigInt64BE(postgresTime(now), 25);
  body[33] = isReplyRequested ? 1 : 0;
  return encodeFrame('d', body);
}

/** Hot standby feedback: the oldest transactions a standby still needs, as 64-bit numbers; 0 for none. */
export type Feedback = { readonly xmin: bigint; readonly catalogXmin: bigint };

export function encodeFeedback(feedback: Feedback, now: Date): Buffer {
  const body = Buffer.alloc(25);
  body.write('h', 0, 'latin1');
  body.writeBigInt64BE(postgresTime(now), 1);
  body.writeUInt32BE(Number(feedback.xmin & 0xffffffffn), 9);
  body.writeUInt32BE(Number(feedback.xmin >> 32n), 13);
  body.writeUInt32BE(Number(feedback.catalogXmin & 0xffffffffn), 17);
  body.writeUInt32BE(Number(feedback.catalogXmin >> 32n), 21);
  return encodeFrame('d', body);
}

/** What a standby says to us inside CopyData. */
export type StandbyMessage =
  | { readonly kind: 'status'; readonly flushed: Lsn; readonly isReplyRequested: boolean }
  | { readonly kind: 'feedback'; readonly feedback: Feedback };

export function parseStandbyMessage(body: Buffer): StandbyMessage {
  if (body[0] === 0x72 && body.length === 34)
    return { kind: 'status', flushed: body.readBigUInt64BE(9), isReplyRequested: body[33] === 1 };
  if (body[0] === 0x68 && body.length === 25) {
    const xid = (at: number) => {
      const low = BigInt(body.readUInt32BE(at));
      return low === 0n ? 0n : (BigInt(body.readUInt32BE(at + 4)) << 32n) | low;
    };
    return { kind: 'feedback', feedback: { xmin: xid(9), catalogXmin: xid(17) } };
  }
  throw new EstateError('receiver.stream_broken', 'reading from a standby: a message of unknown kind');
}

export function encodeWal(startLsn: Lsn, endLsn: Lsn, bytes: Buffer, now: Date): Buffer {
  const header = Buffer.alloc(XLOG_HEADER_BYTES);
  header.write('w', 0, 'latin1');
  header.writeBigUInt64BE(startLsn, 1);
  header.writeBigUInt64BE(endLsn, 9);
  header.writeBigInt64BE(postgresTime(now), 17);
  return encodeFrame('d', header, bytes);
}

export function encodeKeepalive(endLsn: Lsn, now: Date, isReplyRequested: boolean): Buffer {
  const body = Buffer.alloc(18);
  body.write('k', 0, 'latin1');
  body.writeBigUInt64BE(endLsn, 1);
  body.writeBigInt64BE(postgresTime(now), 9);
  body[17] = isReplyRequested ? 1 : 0;
  return encodeFrame('d', body);
}

/** The text columns of a result, as a server describes them: int8 where `isNumber`. */
export function encodeRows(
  columns: readonly { readonly name: string; readonly type: 'text' | 'int4' | 'int8' | 'bytea' }[],
  rows: readonly (string | Buffer | null)[][],
): Buffer {
  const OIDS = { text: [25, -1], int4: [23, 4], int8: [20, 8], bytea: [17, -1] } as const;
  const count = Buffer.alloc(2);
  count.writeUInt16BE(columns.length, 0);
  const described = columns.map(({ name, type }) => {
    const rest = Buffer.alloc(18);
    rest.writeUInt32BE(OIDS[type][0], 6);
    rest.writeInt16BE(OIDS[type][1], 10);
    rest.writeInt32BE(-1, 12);
    return Buffer.concat([cString(name), rest]);
  });
  const encoded = rows.map((row) => encodeFrame('D', count, ...row.map(encodeColumn)));
  return Buffer.concat([encodeFrame('T', count, ...described), ...encoded]);
}

function encodeColumn(value: string | Buffer | null): Buffer {
  const length = Buffer.alloc(4);
  if (value === null) {
    length.writeInt32BE(-1, 0);
    return length;
  }
  const bytes = Buffer.from(value);
  length.writeInt32BE(bytes.length, 0);
  return Buffer.concat([length, bytes]);
}

export function encodeError(sqlState: string, message: string, severity: 'ERROR' | 'FATAL' = 'ERROR'): Buffer {
  const fields = [
    ['S', severity],
    ['V', severity],
    ['C', sqlState],
    ['M', message],
  ].map(([field, text]) => cString(`${field}${text}`));
  return encodeFrame('E', ...fields, Buffer.alloc(1));
}

function postgresTime(now: Date): bigint {
  return BigInt(now.getTime()) * 1000n - POSTGRES_EPOCH_US;
}
