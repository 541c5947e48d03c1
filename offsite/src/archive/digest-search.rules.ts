const DIGEST_CHARACTERS = 64;
/** How the bytes of WAL pages begin: src/include/access/xlog_internal.h of PostgreSQL 18. */
const PAGE_BYTES = 8192;
const SHORT_HEADER_BYTES = 24;
const LONG_HEADER_BYTES = 40;

/** Which bytes are digits of a digest. */
const IS_DIGIT = new Uint8Array(256);
for (const character of '0123456789abcdef') IS_DIGIT[character.charCodeAt(0)] = 1;

/**
 * Finds digests, as text, in bytes that come in pieces: wherever 64 digits stand in a row, also across two pieces.
 * It knows no format, so that nothing which can be restored from the bytes is overlooked for standing in an odd place.
 */
export class DigestSearch {
  readonly #wanted: ReadonlySet<string>;
  /** The first four digits of those wanted: most windows of a long row of digits are passed over by these. */
  readonly #beginnings = new Uint8Array(65_536);
  readonly #found = new Set<string>();
  /** The row of digits that the last piece ended with, as far as a digest may begin in it. */
  #rest = Buffer.alloc(0);

  constructor(wanted: Iterable<string>) {
    this.#wanted = new Set(wanted);
    for (const digest of this.#wanted) this.#beginnings[Number.parseInt(digest.slice(0, 4), 16)] = 1;
  }

  get found(): ReadonlySet<string> {
    return this.#found;
  }

  /** Takes bytes that follow those taken before. */
  take(piece: Buffer): void {
    const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    for (let at = DIGEST_CHARACTERS - 1, done = 0; at < bytes.length; ) {
      // A row that is long enough has a digit at one of these places, whichever lies first behind the last row.
      if (IS_DIGIT[bytes[at] ?? 0] === 0) {
        at += DIGEST_CHARACTERS;
        continue;
      }
      const from = rowStart(bytes, at, done);
      done = rowEnd(bytes, at);
      this.#lookAt(bytes, from, done);
      at = done + DIGEST_CHARACTERS;
    }
    const keptFrom = rowStart(bytes, bytes.length, Math.max(0, bytes.length - DIGEST_CHARACTERS + 1));
    this.#rest = Buffer.from(bytes.subarray(keptFrom));
  }

  /** What comes next does not follow. */
  cut(): void {
    this.#rest = Buffer.alloc(0);
  }

  #lookAt(bytes: Buffer, from: number, to: number): void {
    for (let at = from; at + DIGEST_CHARACTERS <= to; at += 1) {
      if (this.#beginnings[Number.parseInt(bytes.toString('latin1', at, at + 4), 16)] === 0) continue;
      const digest = bytes.toString('latin1', at, at + DIGEST_CHARACTERS);
      if (this.#wanted.has(digest)) this.#found.add(digest);
    }
  }
}

/**
 * The bytes of WAL pages without their headers, which cut through whatever goes on from page to page.
 * @param isStart whether the first page is the first of its segment
 */
export function* eachPageBody(pages: Buffer, isStart: boolean): Generator<Buffer> {
  for (let at = 0; at < pages.length; at += PAGE_BYTES)
    yield pages.subarray(at + (at === 0 && isStart ? LONG_HEADER_BYTES : SHORT_HEADER_BYTES), at + PAGE_BYTES);
}

/** Where the row of digits begins that stands before `at`, at `least` at the earliest. */
function rowStart(bytes: Buffer, at: number, least: number): number {
  let from = at;
  while (from > least && IS_DIGIT[bytes[from - 1] ?? 0] === 1) from -= 1;
  return from;
}

function rowEnd(bytes: Buffer, at: number): number {
  let to = at;
  while (to < bytes.length && IS_DIGIT[bytes[to] ?? 0] === 1) to += 1;
  return to;
}
