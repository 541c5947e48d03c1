import { isZero, paddingOf, readTarHead, TAR_BLOCK } from './tar.rules.ts';

/** 16 of PostgreSQL's pages: a file is cut from its start, so that a page that did not change stays in the same chunk. */
export const CHUNK_BYTES = 131_072;
/** Less than this is not worth a chunk of its own. */
const LEAST_CHUNK_BYTES = 1024;

/** A stretch of a tar: what describes files, or bytes of one file. */
export type TarPiece = { readonly kind: 'frame' | 'content'; readonly bytes: Buffer };

/**
 * Cuts a tar into headers and contents while it comes. What is no tar is cut all the same: put together again, the
 * pieces are the bytes that came.
 */
export class TarCutter {
  #waiting: Buffer[] = [];
  #have = 0;
  /** Bytes of the current file still to come, and of the padding behind it. */
  #content = 0;
  #padding = 0;
  #isTar = true;

  push(bytes: Buffer): TarPiece[] {
    this.#waiting.push(bytes);
    this.#have += bytes.length;
    return this.#cut(false);
  }

  end(): TarPiece[] {
    return this.#cut(true);
  }

  #cut(isEnd: boolean): TarPiece[] {
    const pieces: TarPiece[] = [];
    for (;;) {
      const wanted = this.#wanted();
      if (this.#have === 0 || (this.#have < wanted && !isEnd)) return pieces;
      const bytes = this.#take(Math.min(wanted, this.#have));
      pieces.push({ kind: this.#kindOf(bytes.length), bytes });
      this.#advance(bytes);
    }
  }

  #wanted(): number {
    if (!this.#isTar) return CHUNK_BYTES;
    if (this.#content > 0) return Math.min(this.#content, CHUNK_BYTES);
    return this.#padding > 0 ? this.#padding : TAR_BLOCK;
  }

  #kindOf(length: number): TarPiece['kind'] {
    return (this.#content > 0 || !this.#isTar) && length >= LEAST_CHUNK_BYTES ? 'content' : 'frame';
  }

  #advance(bytes: Buffer): void {
    if (!this.#isTar) return;
    if (this.#content > 0) this.#content -= bytes.length;
    else if (this.#padding > 0) this.#padding -= bytes.length;
    else {
      const size = sizeIn(bytes);
      this.#isTar = size !== undefined;
      this.#content = size ?? 0;
      this.#padding = paddingOf(this.#content);
    }
  }

  #take(length: number): Buffer {
    const data = this.#waiting.length === 1 ? (this.#waiting[0] ?? Buffer.alloc(0)) : Buffer.concat(this.#waiting, this.#have);
    this.#have -= length;
    this.#waiting = this.#have > 0 ? [data.subarray(length)] : [];
    return data.subarray(0, length);
  }
}

/** How many bytes of a file follow a header; 0 behind the last one. Undefined for what is no header. */
function sizeIn(header: Buffer): number | undefined {
  if (header.length < TAR_BLOCK) return undefined;
  return isZero(header) ? 0 : readTarHead(header)?.bytes;
}
