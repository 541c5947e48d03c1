import { EstateError } from '@bulkhead/kernel';

/** What a blob takes of the quota: whole disk blocks, so that many tiny blobs cannot use up the disk's inodes. */
export const BLOCK_BYTES = 4096;
/** Uploads of one compartment at a time. */
const UPLOADS_LIMIT = 32;

export type Usage = { readonly usedBytes: number; readonly blobs: number; readonly quotaBytes: number };

/** The bytes that a blob of this length is counted with. */
export function chargeOf(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / BLOCK_BYTES)) * BLOCK_BYTES;
}

/** What one compartment has stored, and what its uploads under way may still add. */
export class Quota {
  readonly #compartment: string;
  readonly #quotaBytes: number;
  #usedBytes = 0;
  #reservedBytes = 0;
  #blobs = 0;
  #uploads = 0;

  constructor(compartment: string, quotaBytes: number) {
    this.#compartment = compartment;
    this.#quotaBytes = quotaBytes;
  }

  get usage(): Usage {
    return { usedBytes: this.#usedBytes, blobs: this.#blobs, quotaBytes: this.#quotaBytes };
  }

  /** Counts a blob that is on the disk. */
  count(bytes: number): void {
    this.#usedBytes += chargeOf(bytes);
    this.#blobs += 1;
  }

  /**
   * Begins an upload of (so far) so many bytes.
   * @throws EstateError `vault.quota_exceeded`, `request.too_many`
   */
  beginUpload(bytes: number): Upload {
    if (this.#uploads >= UPLOADS_LIMIT)
      throw new EstateError(
        'request.too_many',
        `adding a blob of ${this.#compartment}: ${UPLOADS_LIMIT} uploads are under way; wait for one`,
      );
    const upload = new Upload((wanted, held) => this.#reserve(wanted, held));
    upload.grow(Math.max(1, bytes));
    this.#uploads += 1;
    upload.onEnd = (held) => {
      this.#reservedBytes -= held;
      this.#uploads -= 1;
    };
    return upload;
  }

  /** Holds room for an upload that may be broken off and gone on with. `isStanding`: it held its room before a restart. */
  holdUpload(bytes: number, isStanding = false): Upload {
    const upload = new Upload((wanted, held) => {
      if (isStanding) this.#reservedBytes += wanted - held;
      else this.#reserve(wanted, held);
    });
    upload.grow(Math.max(1, bytes));
    upload.onEnd = (held) => {
      this.#reservedBytes -= held;
    };
    return upload;
  }

  /** No longer counts a blob that was taken away. */
  release(bytes: number): void {
    this.#usedBytes -= chargeOf(bytes);
    this.#blobs -= 1;
  }

  #reserve(wanted: number, held: number): void {
    const after = this.#usedBytes + this.#reservedBytes - held + wanted;
    if (after > this.#quotaBytes)
      throw new EstateError(
        'vault.quota_exceeded',
        `adding a blob of ${this.#compartment}: ${this.#usedBytes} of ${this.#quotaBytes} bytes are used; raise blobs.quotaBytes in its manifest`,
      );
    this.#reservedBytes += wanted - held;
  }
}

/** The claim of one upload on the quota; grows with what arrives when the length was not told. */
export class Upload {
  readonly #reserve: (wanted: number, held: number) => void;
  #bytes = 0;
  #held = 0;
  onEnd: (held: number) => void = () => {};

  constructor(reserve: (wanted: number, held: number) => void) {
    this.#reserve = reserve;
  }

  grow(toBytes: number): void {
    this.#bytes = Math.max(this.#bytes, toBytes);
    const wanted = chargeOf(this.#bytes);
    if (wanted <= this.#held) return;
    this.#reserve(wanted, this.#held);
    this.#held = wanted;
  }

  end(): void {
    this.onEnd(this.#held);
    this.onEnd = () => {};
  }
}
