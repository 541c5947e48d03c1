import { write } from 'node:fs';
import { type AccessEntry, writeAccessLine } from './access.rules.ts';

/** A pipe takes this much in one piece: lines of other writers cannot fall into the middle. */
const PIECE_BYTES = 4096;
const WAITING_LIMIT_BYTES = 1_048_576;
const GATHER_MS = 100;

/** Writes access lines in pieces, off the event loop. When nobody reads them, lines are dropped and counted, never people kept waiting. */
export class AccessLog {
  readonly #fd: number;
  #lines: string[] = [];
  #bytes = 0;
  #dropped = 0;
  #timer: NodeJS.Timeout | null = null;
  #isWriting = false;
  #idle: (() => void)[] = [];

  constructor(fd: number) {
    this.#fd = fd;
  }

  add(entry: AccessEntry): void {
    const line = writeAccessLine(entry);
    if (this.#bytes + line.length > WAITING_LIMIT_BYTES) {
      this.#dropped += 1;
      return;
    }
    this.#lines.push(line);
    this.#bytes += line.length;
    this.#timer ??= setTimeout(() => this.#start(), GATHER_MS).unref();
  }

  /** Resolves when all lines so far are written. */
  flush(): Promise<void> {
    if (this.#lines.length === 0 && !this.#isWriting) return Promise.resolve();
    return new Promise((resolve) => {
      this.#idle.push(resolve);
      this.#start();
    });
  }

  #start(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    if (!this.#isWriting) this.#writeNext();
  }

  #writeNext(): void {
    const piece = this.#takePiece();
    if (piece === null) {
      this.#isWriting = false;
      for (const resolve of this.#idle.splice(0)) resolve();
      return;
    }
    this.#isWriting = true;
    this.#writeAll(piece);
  }

  #writeAll(piece: Buffer): void {
    write(this.#fd, piece, (error, written) => {
      if (error && error.code === 'EAGAIN') setTimeout(() => this.#writeAll(piece), 10).unref();
      else if (!error && written < piece.length) this.#writeAll(piece.subarray(written));
      else this.#writeNext();
    });
  }

  #takePiece(): Buffer | null {
    const dropped = this.#takeDropped();
    let bytes = 0;
    let count = 0;
    while (count < this.#lines.length && bytes + Buffer.byteLength(this.#lines[count] ?? '') <= PIECE_BYTES) {
      bytes += Buffer.byteLength(this.#lines[count] ?? '');
      count += 1;
    }
    if (count === 0 && this.#lines.length > 0) count = 1;
    const text = dropped + this.#lines.splice(0, count).join('');
    if (this.#lines.length === 0) this.#bytes = 0;
    else this.#bytes -= bytes;
    return text === '' ? null : Buffer.from(text);
  }

  #takeDropped(): string {
    if (this.#dropped === 0) return '';
    const count = this.#dropped;
    this.#dropped = 0;
    return `${JSON.stringify({ process: 'gateway', kind: 'access', dropped: count })}\n`;
  }
}
