import { forEachAtOnce } from '@bulkhead/kernel';
import type { EditionStore, Fingerprint } from './edition-store.ts';

/** Bytes that may wait in memory for the disk while they are served. */
const WAITING_BYTES = 33_554_432;
const WRITES_AT_ONCE = 6;

/** The new files of one edition, verified, on their way to the disk: those that are held in memory wait until it is served. */
export class Arrivals {
  readonly #store: EditionStore;
  readonly #waiting = new Map<string, Buffer>();
  #waitingBytes = 0;
  /** Fingerprints of those that stand on disk; null of one that is gone again. */
  readonly saved = new Map<string, Fingerprint | null>();

  constructor(store: EditionStore) {
    this.#store = store;
  }

  async add(sha256: string, bytes: Buffer, mayWait: boolean): Promise<void> {
    if (!mayWait || this.#waitingBytes + bytes.length > WAITING_BYTES) return this.#save(sha256, bytes);
    this.#waiting.set(sha256, bytes);
    this.#waitingBytes += bytes.length;
  }

  /** Puts those that wait on disk, as far as they are wanted. @throws EstateError `disk.full` */
  async save(isWanted: (sha256: string) => boolean): Promise<void> {
    await forEachAtOnce([...this.#waiting], WRITES_AT_ONCE, async ([sha256, bytes]) => {
      if (isWanted(sha256)) await this.#save(sha256, bytes);
      this.#waiting.delete(sha256);
    });
  }

  async #save(sha256: string, bytes: Buffer): Promise<void> {
    await this.#store.saveFile(sha256, bytes);
    this.saved.set(sha256, this.#store.fingerprint(sha256));
  }
}
