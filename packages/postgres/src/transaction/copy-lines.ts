import type { Duplex } from 'node:stream';
import { type PoolClient, Query } from 'pg';
import { asExtended } from './guarded-query.ts';

/** Rows as lines of text, as far as they were taken. */
export type CopiedLines = {
  readonly pieces: readonly Buffer[];
  readonly bytes: number;
  readonly count: number;
  /** The key of the last row that was taken; null where none was. */
  readonly last: string | null;
  /** Whether all rows were taken. */
  readonly isWhole: boolean;
};

/** What is wanted of a copy. */
export type CopyOptions = {
  readonly mostBytes: number;
  /** The cell of each line, from 0, that is an instant: it is written as JavaScript does. PostgreSQL takes half a microsecond for it. */
  readonly instantAt?: number;
};

type Listener = (bytes: Buffer) => void;

/**
 * Runs a `COPY … TO STDOUT (FORMAT csv)` and gives its rows as lines (RFC 4180): without the first column, a number that is the row's key.
 * Bytes pass from the socket on without an object of their own for each row, and stand where they came: the driver takes a
 * microsecond a row to tell of each. What goes beyond `mostBytes` is left out, but for the first row.
 */
export async function copyLines(client: PoolClient, text: string, options: CopyOptions): Promise<CopiedLines> {
  const reader = new LineReader(options);
  await new Promise<void>((resolve, reject) => {
    const query = new Query(asExtended(text, []), (error) => (error ? reject(error) : resolve()));
    const submit = query.submit.bind(query);
    query.submit = (connection) => {
      takeOver(connection.stream, reader);
      return submit(connection);
    };
    client.query(query);
  });
  return reader.taken();
}

/** Rows go to the reader, all other messages to the driver, until the session is ready for the next statement. */
function takeOver(stream: Duplex, reader: LineReader): void {
  const listeners = stream.listeners('data') as Listener[];
  stream.removeAllListeners('data');
  const tell: Listener = (message) => {
    for (const listener of listeners) listener(message);
  };
  const giveBack = () => {
    stream.removeListener('data', take);
    for (const listener of listeners) stream.on('data', listener);
  };
  const take: Listener = (chunk) => reader.read(chunk, tell, giveBack);
  stream.on('data', take);
}

const ROW = 'd'.charCodeAt(0);
const READY = 'Z'.charCodeAt(0);
const COMMA = ','.charCodeAt(0);
const ZERO = '0'.charCodeAt(0);
const [RETURN, LINE_FEED] = [13, 10];
/** A message is its kind, its length with these four bytes, and its content. */
const HEAD_BYTES = 5;

const QUOTE = '"'.charCodeAt(0);
const DOT = '.'.charCodeAt(0);
const SPACE = ' '.charCodeAt(0);
const T = 'T'.charCodeAt(0);
const Z = 'Z'.charCodeAt(0);
/** What PostgreSQL writes behind an instant, where JavaScript writes `Z`. */
const ZONE = Buffer.from('+00');
const DAY_END = '2026-01-02'.length;
const SECONDS_END = '2026-01-02 03:04:05'.length;
const LONGEST_FRACTION = '.123456'.length;
/** By how much a line can become longer than its row: the return, and `.000Z` for `+00`. Its message is more. */
const MOST_GROWTH = 3;

/** @returns where a cell begins; -1 if there is none */
function findCell(bytes: Buffer, from: number, until: number, cell: number): number {
  let left = cell;
  let isQuoted = false;
  let at = from;
  for (; left > 0 && at < until; at += 1) {
    if (bytes[at] === QUOTE) isQuoted = !isQuoted;
    else if (bytes[at] === COMMA && !isQuoted) left -= 1;
  }
  return left > 0 ? -1 : at;
}

/** @returns where the zone of an instant in UTC, of a year of four digits, begins; -1 if there is none */
function findZone(bytes: Buffer, instant: number, until: number): number {
  if (bytes[instant + DAY_END] !== SPACE) return -1;
  const seconds = instant + SECONDS_END;
  const last = bytes[seconds] === DOT ? seconds + LONGEST_FRACTION : seconds;
  for (let at = seconds; at <= last; at += 1) {
    if (bytes[at] !== ZONE[0]) continue;
    const end = at + ZONE.length;
    const isEnd = end === until || bytes[end] === COMMA;
    return isEnd && bytes[at + 1] === ZERO && bytes[at + 2] === ZERO ? at : -1;
  }
  return -1;
}

/** Makes lines of the messages of one COPY, in the memory in which they came. */
class LineReader {
  readonly #mostBytes: number;
  readonly #instantAt: number | undefined;
  readonly #pieces: Buffer[] = [];
  #rest: Buffer = Buffer.alloc(0);
  #bytes = 0;
  #count = 0;
  #last: number | null = null;
  #isWhole = true;

  constructor({ mostBytes, instantAt }: CopyOptions) {
    this.#mostBytes = mostBytes;
    this.#instantAt = instantAt;
  }

  taken(): CopiedLines {
    const last = this.#last === null ? null : String(this.#last);
    return { pieces: this.#pieces, bytes: this.#bytes, count: this.#count, last, isWhole: this.#isWhole };
  }

  read(chunk: Buffer, tell: Listener, end: () => void): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let from = 0;
    // A line is shorter than its message: it never reaches what was not read yet.
    let to = 0;
    while (from + HEAD_BYTES <= bytes.length) {
      const next = from + 1 + bytes.readUInt32BE(from + 1);
      if (next > bytes.length) break;
      const kind = bytes[from];
      if (kind === ROW) to = this.#takeRow(bytes, { from: from + HEAD_BYTES, next, to });
      else {
        if (kind === READY) end();
        tell(bytes.subarray(from, next));
      }
      from = next;
    }
    this.#rest = bytes.subarray(from);
    if (to > 0) this.#pieces.push(bytes.subarray(0, to));
  }

  /** @returns where the next line begins */
  #takeRow(bytes: Buffer, { from, next, to }: { readonly from: number; readonly next: number; readonly to: number }): number {
    let key = 0;
    let at = from;
    for (let byte = bytes[at] ?? COMMA; byte !== COMMA; byte = bytes[at] ?? COMMA) {
      key = key * 10 + byte - ZERO;
      at += 1;
    }
    const begun = at + 1;
    const mostLength = next - begun + MOST_GROWTH;
    if (this.#count > 0 && this.#bytes + mostLength > this.#mostBytes) this.#isWhole = false;
    if (!this.#isWhole) return to;
    const end = this.#moveLine(bytes, { from: begun, until: next - 1, to });
    bytes[end] = RETURN;
    bytes[end + 1] = LINE_FEED;
    this.#last = key;
    this.#count += 1;
    this.#bytes += end + 2 - to;
    return end + 2;
  }

  /** @returns where it ends */
  #moveLine(bytes: Buffer, { from, until, to }: { readonly from: number; readonly until: number; readonly to: number }): number {
    const instant = this.#instantAt === undefined ? -1 : findCell(bytes, from, until, this.#instantAt);
    const zone = instant < 0 ? -1 : findZone(bytes, instant, until);
    if (zone < 0) {
      bytes.copyWithin(to, from, until);
      return to + until - from;
    }
    const seconds = instant + SECONDS_END;
    bytes.copyWithin(to, from, seconds);
    const at = to + seconds - from;
    bytes[at - SECONDS_END + DAY_END] = T;
    bytes[at] = DOT;
    for (let digit = 1; digit <= 3; digit += 1)
      bytes[at + digit] = seconds + digit < zone ? (bytes[seconds + digit] ?? ZERO) : ZERO;
    bytes[at + 4] = Z;
    bytes.copyWithin(at + 5, zone + ZONE.length, until);
    return at + 5 + until - zone - ZONE.length;
  }
}
