import type { EditionFile } from '@bulkhead/contracts';

/** A list of files that editions share: they name it, it names the files. `sha256` is null for one inside a manifest. */
export type Listing = { readonly sha256: string | null; readonly files: readonly EditionFile[] };

/** Who names what on a shelf, counted, so that letting an edition go costs what it alone held. */
export class Holdings {
  readonly #editions = new Map<number, readonly Listing[]>();
  readonly #listings = new Map<readonly EditionFile[], number>();
  readonly #digests = new Map<string, number>();

  get numbers(): number[] {
    return [...this.#editions.keys()].sort((left, right) => left - right);
  }

  has(sha256: string): boolean {
    return this.#digests.has(sha256);
  }

  /** Counts an edition in. Listings that are shared must be the same object. */
  add(number: number, listings: readonly Listing[]): void {
    if (this.#editions.has(number)) return;
    this.#editions.set(number, listings);
    for (const { sha256, files } of listings) {
      const count = this.#listings.get(files) ?? 0;
      this.#listings.set(files, count + 1);
      if (count > 0) continue;
      if (sha256 !== null) this.#count(sha256, 1);
      for (const file of files) this.#count(file.sha256, 1);
    }
  }

  /** Counts an edition out. Returns what nobody names any more. */
  remove(number: number): { readonly digests: string[]; readonly listings: string[] } {
    const digests: string[] = [];
    const gone: string[] = [];
    for (const { sha256, files } of this.#editions.get(number) ?? []) {
      const count = (this.#listings.get(files) ?? 1) - 1;
      if (count > 0) {
        this.#listings.set(files, count);
        continue;
      }
      this.#listings.delete(files);
      if (sha256 !== null) gone.push(sha256);
      for (const digest of [...(sha256 === null ? [] : [sha256]), ...files.map((file) => file.sha256)])
        if (this.#count(digest, -1) === 0) digests.push(digest);
    }
    this.#editions.delete(number);
    return { digests, listings: gone };
  }

  #count(sha256: string, change: number): number {
    const count = (this.#digests.get(sha256) ?? 0) + change;
    if (count > 0) this.#digests.set(sha256, count);
    else this.#digests.delete(sha256);
    return count;
  }
}
