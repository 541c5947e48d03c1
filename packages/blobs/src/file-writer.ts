import type { FileHandle } from 'node:fs/promises';
import { releaseBuffer } from './memory.ts';

const GATHERED_BYTES = 1_048_576;
/** The system takes no more pieces in one call. */
const GATHERED_PIECES = 1024;
const FLUSHED_EACH_BYTES = 67_108_864;

/**
 * Writes pieces to a file as they come, many in one call, while others are being gathered: at most twice a MiB is held.
 * A failure is told by the next call; the file is torn then.
 */
export class FileWriter {
  readonly #handle: FileHandle;
  readonly #options: { readonly isOwner: boolean; readonly isFlushed: boolean };
  #at: number;
  #pieces: Buffer[] = [];
  #bytes = 0;
  #writing: Promise<void> | undefined;
  /** What was gathered waits for what is being written. */
  #next: Promise<void> | undefined;
  #flushing: Promise<void> | undefined;
  #unflushedBytes = 0;
  #failure: Error | undefined;

  /**
   * @param options.from where in the file the first piece goes
   * @param options.isOwner nobody else reads the pieces: their memory is given back once they are written
   * @param options.isFlushed the disk begins early with what `flush` is to wait for
   */
  constructor(handle: FileHandle, options: { readonly from?: number; readonly isOwner: boolean; readonly isFlushed: boolean }) {
    this.#handle = handle;
    this.#options = options;
    this.#at = options.from ?? 0;
  }

  /** Takes a piece, which nobody may change any more. @returns what to wait for before more is given, if anything */
  take(piece: Buffer): Promise<void> | undefined {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    if (this.#bytes < GATHERED_BYTES && this.#pieces.length < GATHERED_PIECES) return undefined;
    if (this.#writing || this.#failure) {
      this.#next ??= this.#settled().then(() => this.#begin());
      return this.#next;
    }
    this.#begin();
    return undefined;
  }

  /** When it answers, all that was taken is in the file. */
  async finish(): Promise<void> {
    await this.#next;
    await this.#settled();
    if (this.#pieces.length > 0) this.#begin();
    await this.#settled();
  }

  /** When it answers, all that was taken would survive a power failure. */
  async flush(): Promise<void> {
    await this.finish();
    await this.#flushing;
    if (this.#failure) throw this.#failure;
    await this.#handle.sync();
  }

  async #settled(): Promise<void> {
    await this.#writing;
    if (this.#failure) throw this.#failure;
  }

  #begin(): void {
    const [pieces, bytes] = [this.#pieces, this.#bytes];
    [this.#pieces, this.#bytes] = [[], 0];
    this.#next = undefined;
    this.#writing = this.#write(pieces, bytes).then(
      () => void (this.#writing = undefined),
      (error: unknown) => this.#fail(error),
    );
  }

  #fail(error: unknown): void {
    this.#writing = undefined;
    this.#failure ??= error instanceof Error ? error : new Error(String(error));
  }

  async #write(pieces: readonly Buffer[], bytes: number): Promise<void> {
    let left = pieces;
    for (let written = 0; written < bytes; ) {
      const { bytesWritten } = await this.#handle.writev(left, this.#at + written);
      written += bytesWritten;
      if (written < bytes) left = behind(left, bytesWritten);
    }
    if (this.#options.isOwner) for (const piece of pieces) releaseBuffer(piece);
    this.#at += bytes;
    this.#unflushedBytes += bytes;
    if (this.#options.isFlushed && this.#unflushedBytes >= FLUSHED_EACH_BYTES && !this.#flushing) this.#flushMeanwhile();
  }

  /** A disk that is told only at the end would have to write all of it then. The system tells a fault once: it is kept. */
  #flushMeanwhile(): void {
    this.#unflushedBytes = 0;
    this.#flushing = this.#handle.datasync().then(
      () => void (this.#flushing = undefined),
      (error: unknown) => {
        this.#fail(error);
        this.#flushing = undefined;
      },
    );
  }
}

function behind(pieces: readonly Buffer[], bytes: number): Buffer[] {
  let passed = 0;
  const left: Buffer[] = [];
  for (const piece of pieces) {
    const cut = Math.min(piece.length, Math.max(0, bytes - passed));
    if (cut < piece.length) left.push(piece.subarray(cut));
    passed += piece.length;
  }
  return left;
}
