import { EstateError } from '@bulkhead/kernel';

/** One message of PostgreSQL's protocol, version 3: a type letter and its body. */
export type Frame = { readonly type: string; readonly body: Buffer };

const HEADER_BYTES = 5;

/**
 * Cuts a stream of bytes into messages. Bodies are views into the chunks given to `push`, copied only where a
 * message spans chunks.
 */
export class FrameReader {
  readonly #limitBytes: number;
  #parts: Buffer[] = [];
  #have = 0;
  #need = HEADER_BYTES;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  push(chunk: Buffer): Frame[] {
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
      this.#need = length;
      if (data.length - at < length) break;
      frames.push({ type: String.fromCharCode(data.readUInt8(at)), body: data.subarray(at + HEADER_BYTES, at + length) });
      at += length;
      this.#need = HEADER_BYTES;
    }
    this.#parts = at === data.length ? [] : [data.subarray(at)];
    this.#have = data.length - at;
    return frames;
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
