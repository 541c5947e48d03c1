import type { BlobName } from './target/target.rules.ts';

/**
 * `coming` its bytes may be at the target · `here` · `damaged` its bytes are not those of the digest, or gone ·
 * `leaving` it is being taken away.
 */
export type BlobState = 'coming' | 'here' | 'damaged' | 'leaving';
export type BlobRecord = BlobName & {
  readonly bytes: number;
  readonly state: BlobState;
  /** Null for what was laid down before blobs were sealed. */
  readonly wrappedKey: Uint8Array | null;
  readonly leasedAt: number;
};
export type UploadRecord = BlobName & {
  readonly bytes: number;
  readonly wrappedKey: Uint8Array;
  readonly touchedAt: number;
};
