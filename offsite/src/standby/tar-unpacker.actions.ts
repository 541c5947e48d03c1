import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EstateError } from '@bulkhead/kernel';
import { isZero, paddingOf, readTarHead, TAR_BLOCK, type TarHead } from '#archive/tar.rules.ts';
import { judgeEntry } from './entry.rules.ts';

const ENTRIES_LIMIT = 5_000_000;
const LEFT_OUT_LIMIT = 1_000;
/** So much of a file is written at once. */
const WRITE_BYTES = 1_048_576;
/** So much may wait for the disk while more is unpacked. */
const WAITING_BYTES = 8_388_608;

/**
 * Lays the files of a base's tar into a directory as its bytes come. What comes is unpacked while the disk takes what came
 * before: `take` waits only when much has gathered. Nothing is copied.
 */
export class TarUnpacker {
  readonly #into: string;
  readonly #limitBytes: number;
  readonly #made = new Set<string>();
  readonly #leftOut: string[] = [];
  #entries = 0;
  #total = 0;
  /** Bytes of the current entry, and of the zeros behind it, that are still to come. */
  #content = 0;
  #padding = 0;
  #isTaken = false;
  /** The beginning of a header whose rest has not come. */
  #head: Buffer = Buffer.alloc(0);
  #parts: Buffer[] = [];
  #partBytes = 0;
  #file: FileHandle | undefined;
  /** What is done one after the other, beside the unpacking. */
  #doing: Promise<void> = Promise.resolve();
  #waitingBytes = 0;

  constructor(into: string, limitBytes: number) {
    this.#into = into;
    this.#limitBytes = limitBytes;
  }

  /** @throws EstateError `archive.damaged`, `input.too_large`, and what the disk says */
  async take(bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length; ) at += this.#takeSome(bytes.subarray(at));
    if (this.#waitingBytes > WAITING_BYTES) await this.#doing;
  }

  /** @returns the names of files that belong to no cluster of ours and were left out */
  async end(): Promise<string[]> {
    if (this.#content > 0 || this.#head.length > 0) throw damaged('it ends within a file');
    await this.#doing;
    return this.#leftOut;
  }

  /** Nothing is written any more, whatever came of it. */
  async close(): Promise<void> {
    await this.#doing.catch(() => undefined);
    await this.#file?.close();
    this.#file = undefined;
  }

  #takeSome(bytes: Buffer): number {
    if (this.#content > 0) {
      const part = bytes.subarray(0, this.#content);
      this.#content -= part.length;
      if (this.#isTaken) this.#keep(part);
      return part.length;
    }
    if (this.#padding > 0) {
      const passed = Math.min(this.#padding, bytes.length);
      this.#padding -= passed;
      return passed;
    }
    const part = bytes.subarray(0, TAR_BLOCK - this.#head.length);
    const head = this.#head.length === 0 ? part : Buffer.concat([this.#head, part]);
    this.#head = head.length < TAR_BLOCK ? Buffer.from(head) : Buffer.alloc(0);
    if (head.length === TAR_BLOCK) this.#begin(head);
    return part.length;
  }

  #begin(block: Buffer): void {
    const head = readTarHead(block);
    if (!head) {
      if (isZero(block)) return;
      throw damaged('it is no tar');
    }
    this.#entries += 1;
    this.#total += head.bytes;
    if (this.#total > this.#limitBytes || this.#entries > ENTRIES_LIMIT)
      throw new EstateError(
        'input.too_large',
        `unpacking a base backup: over ${this.#limitBytes} bytes or ${ENTRIES_LIMIT} files; raise SIZE_LIMIT_MB`,
      );
    [this.#content, this.#padding] = [head.bytes, paddingOf(head.bytes)];
    this.#isTaken = this.#admit(head);
  }

  /** Whether what follows is written to a file. */
  #admit({ name, type, bytes }: TarHead): boolean {
    const { path, fate } = judgeEntry({ name, type, size: bytes });
    if (fate === 'leave out' && this.#leftOut.length < LEFT_OUT_LIMIT) this.#leftOut.push(path);
    if (fate !== 'take') return false;
    const place = join(this.#into, path);
    if (type === 'directory') {
      this.#makeDirectory(place);
      return false;
    }
    this.#makeDirectory(dirname(place));
    this.#do(async () => {
      this.#file = await open(place, 'wx', 0o600);
    });
    if (bytes === 0) this.#finish();
    return bytes > 0;
  }

  #makeDirectory(path: string): void {
    if (this.#made.has(path)) return;
    this.#made.add(path);
    this.#do(async () => void (await mkdir(path, { recursive: true, mode: 0o700 })));
  }

  #keep(part: Buffer): void {
    this.#parts.push(part);
    this.#partBytes += part.length;
    if (this.#partBytes >= WRITE_BYTES || this.#content === 0) this.#write();
    if (this.#content === 0) this.#finish();
  }

  #write(): void {
    const [parts, bytes] = [this.#parts, this.#partBytes];
    [this.#parts, this.#partBytes] = [[], 0];
    this.#waitingBytes += bytes;
    this.#do(async () => {
      if (this.#file) await writeAll(this.#file, parts);
      this.#waitingBytes -= bytes;
    });
  }

  #finish(): void {
    this.#do(async () => {
      await this.#file?.close();
      this.#file = undefined;
    });
  }

  // After a failure nothing that follows is done; whoever waits next is told of it.
  #do(work: () => Promise<void>): void {
    this.#doing = this.#doing.then(work);
    this.#doing.catch(() => undefined);
  }
}

/** Parts as they lie: putting them together would cost more than the writing. */
async function writeAll(file: FileHandle, given: readonly Buffer[]): Promise<void> {
  for (let parts = given; parts.length > 0; ) parts = behind(parts, (await file.writev(parts)).bytesWritten);
}

/** What is left of parts of which so much was written. */
function behind(parts: readonly Buffer[], written: number): Buffer[] {
  let left = written;
  return parts.flatMap((part) => {
    const taken = Math.min(left, part.length);
    left -= taken;
    return taken < part.length ? [part.subarray(taken)] : [];
  });
}

function damaged(why: string): EstateError {
  return new EstateError('archive.damaged', `unpacking a base backup: ${why}`);
}
