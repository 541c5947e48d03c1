import { EstateError } from '@bulkhead/kernel';

/** Bytes that come in pieces of any length, taken as they are wanted. */
export class ByteSource {
  readonly #pieces: AsyncIterator<Buffer>;
  #held: Buffer = Buffer.alloc(0);

  constructor(pieces: AsyncIterable<Buffer>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  /** Exactly so many. @throws EstateError `receiver.base_failed` where it ends before */
  async take(bytes: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (let left = bytes; left > 0; ) {
      const part = await this.some(left);
      if (!part) throw new EstateError('receiver.base_failed', 'reading a base backup: it ends within a file');
      parts.push(part);
      left -= part.length;
    }
    return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts, bytes);
  }

  /** What there is, at most so many; undefined at the end. */
  async some(limit: number): Promise<Buffer | undefined> {
    while (this.#held.length === 0) {
      const next = await this.#pieces.next();
      if (next.done) return undefined;
      this.#held = next.value;
    }
    const part = this.#held.subarray(0, limit);
    this.#held = this.#held.subarray(part.length);
    return part;
  }

  /** Whatever is left, in the pieces in which it comes. */
  async *rest(bytes = Number.MAX_SAFE_INTEGER): AsyncGenerator<Buffer> {
    for (let left = bytes; left > 0; ) {
      const part = await this.some(left);
      if (!part) return;
      left -= part.length;
      yield part;
    }
  }
}
