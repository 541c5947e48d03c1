import { ERASED_LIMIT, missingBlobsSchema } from '@bulkhead/contracts';
import { EstateError, hasCode } from '@bulkhead/kernel';
import { callWire, type WirePeer } from '@bulkhead/wire';

/**
 * Contents that pages name and that two operators erased. A renderer is told of them: it leaves out what names them, and
 * shows what was shown before, so that one page does not hold up all others.
 */
export class ErasedContents {
  readonly #known = new Set<string>();

  list(): string[] {
    return [...this.#known].toSorted();
  }

  /** @returns whether it is news */
  add(sha256: string): boolean {
    if (this.#known.has(sha256)) return false;
    this.#known.add(sha256);
    return true;
  }

  forget(): void {
    this.#known.clear();
  }

  /** Forgets those that two operators allowed again. @returns whether there were any */
  async forgetAllowed(vault: WirePeer, compartment: string): Promise<boolean> {
    if (this.#known.size === 0) return false;
    const call = { method: 'POST', path: `/compartments/${compartment}/missing`, body: { digests: this.list() } } as const;
    const { erased } = await callWire(vault, call, missingBlobsSchema);
    const allowed = this.list().filter((sha256) => !erased.includes(sha256));
    for (const sha256 of allowed) this.#known.delete(sha256);
    return allowed.length > 0;
  }

  /**
   * Makes something of rows, again for as long as it meets contents that were not known to be erased.
   * @throws EstateError `edition.invalid` if it goes on naming them, and whatever `make` throws
   */
  async around<Made>(make: () => Promise<Made>, beginAnew = async () => {}): Promise<Made> {
    for (;;) {
      const known = this.#known.size;
      try {
        return await make();
      } catch (error) {
        if (!hasCode(error, 'blob.erased')) throw error;
        if (this.#known.size === known || this.#known.size > ERASED_LIMIT)
          throw new EstateError('edition.invalid', 'assembling an edition: pages name contents that were erased', {
            cause: error,
          });
        await beginAnew();
      }
    }
  }
}
