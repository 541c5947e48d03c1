import { createReadStream } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { EstateError } from '@bulkhead/kernel';
import { firstSequenceIn, nameOfSegment, type Span } from './segment.rules.ts';

/** No entry is longer: the API takes bodies of a quarter of this. */
const LINE_LIMIT = 1_048_576;
const NEWLINE = 0x0a;

export type Line = {
  readonly text: string;
  /** Where it ends in the file, its newline included. */
  readonly end: number;
  /** False for what follows the last newline: a write that was interrupted. */
  readonly isWhole: boolean;
};

/** First numbers of the segments in a directory, ascending. */
export async function listSegments(directory: string): Promise<number[]> {
  const names = await readdir(directory);
  return names
    .map(firstSequenceIn)
    .filter((first) => first !== undefined)
    .sort((left, right) => left - right);
}

/**
 * Reads the lines of a segment, one at a time.
 * @param upTo reads no further than this byte
 * @throws EstateError `ledger.broken_chain` for a line that no entry can be
 */
export async function* readLines(path: string, upTo = Number.MAX_SAFE_INTEGER): AsyncGenerator<Line> {
  if (upTo === 0) return;
  let rest = Buffer.alloc(0);
  let end = 0;
  for await (const chunk of createReadStream(path, { end: upTo - 1, highWaterMark: 262_144 }) as AsyncIterable<Buffer>) {
    const content = Buffer.concat([rest, chunk]);
    let from = 0;
    for (let at = content.indexOf(NEWLINE); at !== -1; at = content.indexOf(NEWLINE, from)) {
      end += at + 1 - from;
      yield { text: content.toString('utf8', from, at), end, isWhole: true };
      from = at + 1;
    }
    rest = content.subarray(from);
    if (rest.length > LINE_LIMIT)
      throw new EstateError('ledger.broken_chain', `reading ${path}: a line is longer than ${LINE_LIMIT} bytes`);
  }
  if (rest.length > 0) yield { text: rest.toString('utf8'), end: end + rest.length, isWhole: false };
}

/** Reads the lines of a span at once. */
export async function readSpan(directory: string, { segment, from, to }: Span): Promise<string[]> {
  const handle = await open(join(directory, nameOfSegment(segment.firstSequence)), 'r');
  try {
    const content = Buffer.alloc(to - from);
    const { bytesRead } = await handle.read(content, 0, content.length, from);
    if (bytesRead < content.length)
      throw new EstateError('ledger.broken_chain', 'reading entries: a segment is shorter than it was');
    return content.toString('utf8').split('\n').slice(0, -1);
  } finally {
    await handle.close();
  }
}

/** Cuts a segment to what is acknowledged, and flushes. */
export async function truncateSegment(path: string, bytes: number): Promise<void> {
  const handle = await open(path, 'r+');
  try {
    await handle.truncate(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
