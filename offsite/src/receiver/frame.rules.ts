import { EstateError } from '@bulkhead/kernel';

/** One message of PostgreSQL's protocol, version 3: a type letter and its body. */
export type Frame = {
  readonly type: string;
  readonly body: Buffer;
  /** So many bytes behind the body were passed over: the message is longer than is kept. */
  readonly cutBytes?: number;
};

const HEADER_BYTES = 5;

/** Of a message over so many bytes only so many are kept. */
export type LongFrames = { readonly overBytes: number; readonly keptBytes: number };

/**
 * Cuts a stream of bytes into messages. Bodies are views into the chunks given to `push`, copied only where a
 * message spans chunks.
 */
export class FrameReader {
  readonly #limitBytes: number;
  #parts: Buffer[] = [];
  #have = 0;
  #need = HEADER_BYTES;
  readonly #long: LongFrames | undefined;
  /** Bytes of a long message that are passed over. */
  #passing = 0;

  /** @param long messages over a length are cut, and never held whole; without it, each is held up to the limit */
  constructor(limitBytes: number, long?: LongFrames) {
    this.#limitBytes = limitBytes;
    this.#long = long;
  }

  push(given: Buffer): Frame[] {
    const passed = Math.min(this.#passing, given.length);
    this.#passing -= passed;
    const chunk = given.subarray(passed);
    if (chunk.length === 0) return [];
    this.#parts.push(chunk);
    this.#have += chunk.length;
    if (this.#have < this.#need) return [];
    const data = this.#parts.length === 1 ? chunk : Buffer.concat(this.#parts, this.#have);
    const frames: Frame[] = [];
    let at = 0;
    this.#need = HEADER_BYTES;
    while (data.length - at >= HEADER_BYTES) {
      const length = data.readUInt32BE(at + 1) + 1;
      if (length < HEADER_BYTES || length > this.#limitBytes) {
        throw new EstateError(
          'receiver.stream_broken',
          `reading a message: its length ${length} is out of bounds (at most ${this.#limitBytes})`,
        );
      }
      const kept = this.#keptOf(length);
      this.#need = kept;
      if (data.length - at < kept) break;
      if (kept < length) {
        const type = String.fromCharCode(data.readUInt8(at));
        frames.push({ type, body: Buffer.from(data.subarray(at + HEADER_BYTES, at + kept)), cutBytes: length - kept });
        const here = Math.min(length, data.length - at);
        this.#passing = length - here;
        at += here;
        this.#need = HEADER_BYTES;
        continue;
      }
      frames.push({ type: String.fromCharCode(data.readUInt8(at)), body: data.subarray(at + HEADER_BYTES, at + length) });
      at += length;
      this.#need = HEADER_BYTES;
    }
    this.#parts = at === data.length ? [] : [data.subarray(at)];
    this.#have = data.length - at;
    return frames;
  }

  #keptOf(length: number): number {
    return this.#long && length > this.#long.overBytes ? this.#long.keptBytes : length;
  }
}

export function encodeFrame(type: string, ...parts: readonly Buffer[]): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write(type, 0, 'latin1');
  header.writeUInt32BE(4 + parts.reduce((bytes, part) => bytes + part.length, 0), 1);
  return Buffer.concat([header, ...parts]);
}

export function cString(text: string): Buffer {
  return Buffer.from(`${text}\0`, 'utf8');
}

/** The text up to the next zero byte, and where it goes on behind it. */
export function readCString(body: Buffer, at: number): { readonly text: string; readonly next: number } {
  const end = body.indexOf(0, at);
  if (end < 0) throw new EstateError('receiver.stream_broken', 'reading a message: a text has no end');
  return { text: body.toString('utf8', at, end), next: end + 1 };
}
