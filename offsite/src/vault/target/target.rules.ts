import type { Readable } from 'node:stream';

/** Which blob of which compartment. */
export type BlobName = { readonly compartment: string; readonly sha256: string };

/** A file that was written and flushed beside its place. */
export type Flushed = { readonly path: string; readonly bytes: number };

/** Whether something was added; false if something stands under the name. */
export type Added = boolean | { readonly failure: unknown };

/**
 * Where the vault lays its blobs' bytes, as they are sealed: it adds and reads, and takes away only what the vault's own rules allow.
 * Every target passes `tests/target-conformance.ts`.
 */
export type VaultTarget = {
  /**
   * Brings a flushed file to its place, whole or not at all; the file is gone afterwards. Never replaces what stands there.
   * @returns false if something stands under the name
   * @throws EstateError `disk.full`, `vault.target_failed`
   */
  readonly add: (name: BlobName, file: Flushed) => Promise<boolean>;
  /**
   * Adds small objects from memory, many at once, each whole or not at all unless it is killed meanwhile: then what lies
   * there may be torn, and is to be compared. What was added when it answers would survive a power failure.
   */
  readonly addSmall: (objects: readonly { readonly name: BlobName; readonly bytes: Buffer }[]) => Promise<Added[]>;
  /**
   * A small object in one piece, or nothing if there is none. One that is longer than told comes with a byte too many.
   * @throws EstateError `vault.target_failed`
   */
  readonly readSmall: (name: BlobName, bytes: number) => Promise<Buffer | undefined>;
  /**
   * @returns the bytes as they lie there, or nothing if there is no such object
   * @throws EstateError `vault.target_failed`
   */
  readonly open: (name: BlobName) => Promise<{ readonly stream: Readable; readonly bytes: number } | undefined>;
  /** The length of what lies there; also tells whether anything does. */
  readonly sizeOf: (name: BlobName) => Promise<number | undefined>;
  /** Every digest of a compartment, one at a time, in no order. */
  readonly list: (compartment: string) => AsyncGenerator<string>;
  /** Frees a name whose bytes are damaged; they are kept as evidence. `label` makes the evidence's name unique. */
  readonly setAside: (name: BlobName, label: string) => Promise<void>;
  /** Takes an object away for good; `locked` while the target's own retention forbids it. What is not there is `removed`. */
  readonly remove: (name: BlobName) => Promise<'removed' | 'locked'>;
  /** Until when the target itself refuses to remove an object; nothing where it locks nothing, or has none of this name. */
  readonly lockedUntil: (name: BlobName) => Promise<Date | undefined>;
  /** Prolongs the target's lock, where there are locks; never shortens one. @throws EstateError `vault.target_failed` */
  readonly locking?: Locking;
};

/** How a target locks what is laid there. */
export type Locking = {
  /** Each new object is locked for so long, and each prolonging is for so long again. */
  readonly days: number;
  /** False if there is no such object. */
  readonly prolong: (name: BlobName, until: Date) => Promise<boolean>;
};
