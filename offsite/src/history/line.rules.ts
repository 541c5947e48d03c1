import { StringDecoder } from 'node:string_decoder';
import type { DecodingLine } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';

/** A line of the jail's is cut there: one that is longer is none of its. */
const LINE_LIMIT = 268_435_456;

/** Whole lines as they arrive, those of one chunk at a time. @throws EstateError `history.unreadable` */
export async function* splitLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<readonly string[]> {
  const decoder = new StringDecoder('utf8');
  let parts: string[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    const text = decoder.write(chunk);
    const end = text.lastIndexOf('\n');
    if (end < 0) {
      parts.push(text);
      length += text.length;
      if (length > LINE_LIMIT) throw new EstateError('history.unreadable', 'reading the decoding stream: a line is too long');
      continue;
    }
    const whole = parts.length === 0 ? text.slice(0, end) : parts.join('') + text.slice(0, end);
    parts = [text.slice(end + 1)];
    length = text.length - end - 1;
    yield whole.split('\n');
  }
}

/** One line of the wire. Checked by hand: it comes too often for a schema. @throws EstateError `history.unreadable` */
export function parseLine(text: string): DecodingLine {
  const line: unknown = parseJson(text);
  if (typeof line === 'object' && line !== null && 'lsn' in line && typeof line.lsn === 'string') {
    const data = 'data' in line ? line.data : undefined;
    const cutBytes = 'cutBytes' in line ? line.cutBytes : undefined;
    const error = 'error' in line ? line.error : undefined;
    const isSound =
      (data === undefined || typeof data === 'string') &&
      (cutBytes === undefined || typeof cutBytes === 'number') &&
      (error === undefined || typeof error === 'string');
    if (isSound) {
      return {
        lsn: line.lsn,
        ...(data === undefined ? {} : { data }),
        ...(cutBytes === undefined ? {} : { cutBytes }),
        ...(error === undefined ? {} : { error }),
      };
    }
  }
  throw new EstateError('history.unreadable', 'reading the decoding stream: a line is not of the form that a jail sends');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
