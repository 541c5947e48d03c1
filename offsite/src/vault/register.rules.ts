import { EstateError } from '@bulkhead/kernel';
import type { BlobName } from './target/target.rules.ts';

/**
 * `coming` its bytes may be at the target · `here` · `damaged` its bytes are not those of the digest, or gone ·
 * `leaving` a collection let it go: it is here for nobody, unless somebody asks for it before its bytes are gone.
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

/** @throws EstateError `vault.keyring_broken` */
export function stateOf(given: unknown): BlobState {
  if (given === 'coming' || given === 'here' || given === 'damaged' || given === 'leaving') return given;
  throw new EstateError('vault.keyring_broken', "reading the vault's register: a blob is in no known state");
}
