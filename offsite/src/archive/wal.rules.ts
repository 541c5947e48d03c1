import { EstateError } from '@bulkhead/kernel';

/** A byte position in the write-ahead log. */
export type Lsn = bigint;

/** All clusters of the estate have segments of 16 MiB; a stream with another size is refused. */
export const SEGMENT_BYTES = 16_777_216;
const SEGMENT = BigInt(SEGMENT_BYTES);
const SEGMENTS_PER_FILE_ID = 256n;

export function parseLsn(text: string): Lsn {
  const match = /^([0-9A-Fa-f]{1,8})\/([0-9A-Fa-f]{1,8})$/.exec(text);
  if (!match?.[1] || !match[2])
    throw new EstateError(
      'input.invalid',
      `reading a WAL position: ${JSON.stringify(text.slice(0, 40))} is none; write it as 0/16B3748`,
    );
  return (BigInt(`0x${match[1]}`) << 32n) | BigInt(`0x${match[2]}`);
}

export function formatLsn(lsn: Lsn): string {
  return `${(lsn >> 32n).toString(16).toUpperCase()}/${(lsn & 0xffffffffn).toString(16).toUpperCase()}`;
}

export function segmentStart(lsn: Lsn): Lsn {
  return lsn - (lsn % SEGMENT);
}

export function offsetInSegment(lsn: Lsn): number {
  return Number(lsn % SEGMENT);
}

/** The file that holds the byte at `lsn`, as PostgreSQL names it. */
export function segmentName(timeline: number, lsn: Lsn): string {
  const number = lsn / SEGMENT;
  const hex = (part: bigint) => part.toString(16).toUpperCase().padStart(8, '0');
  return hex(BigInt(timeline)) + hex(number / SEGMENTS_PER_FILE_ID) + hex(number % SEGMENTS_PER_FILE_ID);
}

export function parseSegmentName(name: string): { readonly timeline: number; readonly startLsn: Lsn } | undefined {
  if (!/^[0-9A-F]{24}$/.test(name)) return undefined;
  const number = BigInt(`0x${name.slice(8, 16)}`) * SEGMENTS_PER_FILE_ID + BigInt(`0x${name.slice(16)}`);
  return { timeline: Number.parseInt(name.slice(0, 8), 16), startLsn: number * SEGMENT };
}

export function historyName(timeline: number): string {
  return `${timeline.toString(16).toUpperCase().padStart(8, '0')}.history`;
}

/** A timeline that another one grew out of, and the position at which it did. */
export type Ancestor = { readonly timeline: number; readonly endLsn: Lsn };

/** Reads a timeline's history file, oldest ancestor first: lines of parent, switch position, reason. */
export function parseHistory(text: string): Ancestor[] {
  const ancestors = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [timeline, lsn] = line.split(/\s+/);
      if (!timeline || !/^\d{1,10}$/.test(timeline) || !lsn) {
        throw new EstateError('archive.damaged', 'reading a timeline history: a line is not "parent, position, reason"');
      }
      return { timeline: Number(timeline), endLsn: parseLsn(lsn) };
    });
  for (const [at, ancestor] of ancestors.entries()) {
    const before = ancestors[at - 1];
    if (before && (before.timeline >= ancestor.timeline || before.endLsn > ancestor.endLsn)) {
      throw new EstateError('archive.damaged', 'reading a timeline history: its lines are out of order');
    }
  }
  return ancestors;
}
