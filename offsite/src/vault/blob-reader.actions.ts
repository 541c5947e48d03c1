import { verifyBytes } from '@bulkhead/blobs';
import { EstateError, sha256Hex } from '@bulkhead/kernel';
import type { Keyring } from './keyring.actions.ts';
import type { BlobRecord } from './register.rules.ts';
import { FRAME_BYTES, openFrame, openFrames, sealedBytesOf } from './sealing.rules.ts';
import type { VaultTarget } from './target/target.rules.ts';

export type BlobReaderDeps = {
  readonly target: VaultTarget;
  readonly keyring: Keyring;
  readonly onDamaged: (record: BlobRecord) => void;
};

/** Contents in pieces, whose memory whoever reads them may give back. */
export type Reading = { readonly pieces: Iterable<Buffer> | AsyncIterable<Buffer>; readonly leave: () => void };

/** Reads what lies at the target, opens and compares it. */
export class BlobReader {
  readonly #deps: BlobReaderDeps;

  constructor(deps: BlobReaderDeps) {
    this.#deps = deps;
  }

  /**
   * Begins to read; a small blob is verified before this answers, of others the last piece comes only when the digest matched.
   * @returns nothing if the target has no such object
   * @throws EstateError `blob.hash_mismatch`, as the pieces may
   */
  async open(record: BlobRecord): Promise<Reading | undefined> {
    if (isSmall(record)) {
      const contents = await this.readSmall(record);
      return contents && { pieces: contents.length === 0 ? [] : [contents], leave: () => {} };
    }
    const found = await this.#deps.target.open(record);
    return found && { pieces: this.#verify(record, found.stream), leave: () => void found.stream.destroy() };
  }

  /** A small blob, verified; nothing if the target has none. @throws EstateError `blob.hash_mismatch` */
  async readSmall(record: BlobRecord): Promise<Buffer | undefined> {
    const stored = await this.#deps.target.readSmall(record, storedBytesOf(record));
    try {
      return stored && this.#openWhole(record, stored);
    } catch (error) {
      this.#deps.onDamaged(record);
      throw error;
    }
  }

  /** Whether what was being brought when the vault was killed is there. A small blob is written where it lies: its length is not enough. */
  async isWhole(record: BlobRecord): Promise<boolean> {
    if (!isSmall(record)) return (await this.#deps.target.sizeOf(record)) === storedBytesOf(record);
    const stored = await this.#deps.target.readSmall(record, storedBytesOf(record));
    try {
      return stored !== undefined && this.#openWhole(record, stored).length === record.bytes;
    } catch {
      return false;
    }
  }

  #openWhole(record: BlobRecord, stored: Buffer): Buffer {
    const { wrappedKey, sha256 } = record;
    const contents = wrappedKey ? openFrame(this.#deps.keyring.unwrap(record, wrappedKey), sha256, 0, stored) : stored;
    if (sha256Hex(contents) === sha256) return contents;
    throw new EstateError('blob.hash_mismatch', `reading blob ${sha256}: its bytes have another digest`);
  }

  #verify(record: BlobRecord, stored: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    const { wrappedKey, sha256 } = record;
    const damaged = () => this.#deps.onDamaged(record);
    const bytes = wrappedKey ? openFrames(stored, this.#deps.keyring.unwrap(record, wrappedKey), sha256) : stored;
    return verifyBytes(tellingOf(bytes, damaged), sha256, damaged);
  }
}

/** One frame, and carried in one piece. */
export function isSmall({ bytes }: { readonly bytes: number }): boolean {
  return bytes <= FRAME_BYTES;
}

export function storedBytesOf({ bytes, wrappedKey }: BlobRecord): number {
  return wrappedKey ? sealedBytesOf(bytes) : bytes;
}

/** Frames that do not open are damage as much as a wrong digest is. */
async function* tellingOf(source: AsyncIterable<Buffer>, onDamaged: () => void): AsyncGenerator<Buffer> {
  try {
    yield* source;
  } catch (error) {
    if (error instanceof EstateError && error.code === 'blob.hash_mismatch') onDamaged();
    throw error;
  }
}
