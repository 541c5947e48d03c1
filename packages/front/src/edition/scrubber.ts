import { hasCode, sha256Hex } from '@bulkhead/kernel';
import { MANIFEST_NAME } from './edition-store.ts';
import type { Shelf } from './shelf.ts';

/** Files looked at without a pause. */
const LOOKED_AT_ONCE = 250;
/** Files whose fingerprints one look takes; those of a larger edition take turns. */
const LOOK_LIMIT = 1250;
/** What one look reads again though nothing tells that it changed: many small files cost more than their bytes. */
const READ_AT_ONCE_BYTES = 1_048_576;
const READ_AT_ONCE_FILES = 16;

export type ScrubResult = { readonly checked: number; readonly bad: number };

/**
 * Holds the disk against the signed manifest. People get bytes from verified memory in any case;
 * this is how an intruder on the disk is found within a second, in an edition of up to 2500 files, and the disk made whole.
 */
export class Scrubber {
  readonly #shelf: Shelf;
  #next = 0;
  #from = 0;

  constructor(shelf: Shelf) {
    this.#shelf = shelf;
  }

  /** One look: every file's fingerprint, the content of those that changed, and of a few more in turn. */
  look(signal: AbortSignal): Promise<ScrubResult> {
    return this.#shelf.locked(async () => {
      const names = this.#listNames();
      const suspects = new Set([...(await this.#findChanged(this.#takeWindow(names))), ...this.#takeTurn(names)]);
      return this.#check([...suspects], signal);
    });
  }

  /** Reads everything. */
  readAll(signal: AbortSignal): Promise<ScrubResult> {
    return this.#shelf.locked(() => this.#check(this.#listNames(), signal));
  }

  #listNames(): string[] {
    const { fingerprints, missing } = this.#shelf;
    return [...fingerprints.keys()].filter((name) => !missing.has(name));
  }

  async #findChanged(names: readonly string[]): Promise<string[]> {
    const changed: string[] = [];
    for (const [at, name] of names.entries()) {
      const known = this.#shelf.fingerprints.get(name);
      if (!known || this.#shelf.deps.store.isTouched(name, known)) changed.push(name);
      if (at % LOOKED_AT_ONCE === LOOKED_AT_ONCE - 1) await new Promise((resolve) => setImmediate(resolve));
    }
    return changed;
  }

  #takeWindow(names: readonly string[]): readonly string[] {
    if (names.length <= LOOK_LIMIT) return names;
    this.#from = this.#from < names.length ? this.#from : 0;
    const window = names.slice(this.#from, this.#from + LOOK_LIMIT);
    this.#from += LOOK_LIMIT;
    return [MANIFEST_NAME, ...window];
  }

  #takeTurn(names: readonly string[]): string[] {
    const turn: string[] = [];
    let bytes = 0;
    while (turn.length < Math.min(names.length, READ_AT_ONCE_FILES) && bytes < READ_AT_ONCE_BYTES) {
      const name = names[this.#next % names.length] ?? MANIFEST_NAME;
      bytes += this.#shelf.index?.digests.get(name) ?? this.#shelf.envelope.length;
      turn.push(name);
      this.#next = (this.#next + 1) % names.length;
    }
    return turn;
  }

  async #check(names: readonly string[], signal: AbortSignal): Promise<ScrubResult> {
    const bad: { readonly name: string; readonly found: string }[] = [];
    for (const name of names) {
      const found = await this.#checkFile(name);
      if (found !== null) bad.push({ name, found });
    }
    if (bad.length > 0) await this.#answer(bad, signal);
    return { checked: names.length, bad: bad.length };
  }

  /** @returns null when the file is as it was signed, else what was found in its place */
  async #checkFile(name: string): Promise<string | null> {
    const { store } = this.#shelf.deps;
    const fingerprint = store.fingerprint(name);
    const bytes = fingerprint === null ? null : name === MANIFEST_NAME ? await store.readManifest() : await store.readFile(name);
    if (bytes === null || fingerprint === null) return 'nothing';
    const expected = name === MANIFEST_NAME ? sha256Hex(this.#shelf.envelope) : name;
    const digest = sha256Hex(bytes);
    if (digest !== expected) return digest;
    this.#shelf.fingerprints.set(name, fingerprint);
    return null;
  }

  async #answer(bad: readonly { readonly name: string; readonly found: string }[], signal: AbortSignal): Promise<void> {
    const { deps, index } = this.#shelf;
    const paths = bad.map(({ name }) => this.#pathOf(name));
    deps.saw({
      rule: 'edition.unverified_bytes',
      compartment: deps.compartment,
      summary: `${bad.length} files of the edition on disk are not what was signed; what is served was not touched`,
      evidence: {
        edition: String(index?.number ?? 0),
        paths: paths.slice(0, 5).join(' ').slice(0, 500),
        found: bad
          .map(({ found }) => found)
          .slice(0, 5)
          .join(' '),
      },
    });
    // One that cannot be put back does not keep the others from it.
    const failures: unknown[] = [];
    for (const { name, found } of bad)
      await this.#replace(name, found, signal).catch((error: unknown) => void failures.push(error));
    if (failures.length > 0) throw failures[0];
  }

  async #replace(name: string, found: string, signal: AbortSignal): Promise<void> {
    const { deps, index, envelope, fingerprints } = this.#shelf;
    if (found !== 'nothing') await deps.store.quarantine(name, deps.compartment);
    if (name === MANIFEST_NAME) {
      await deps.store.saveManifest(envelope);
      const fingerprint = deps.store.fingerprint(name);
      if (fingerprint !== null) fingerprints.set(name, fingerprint);
      return;
    }
    try {
      await this.#shelf.restore(name, index?.digests.get(name) ?? 0, signal);
    } catch (error) {
      if (hasCode(error, 'disk.full')) throw error;
      // Neither memory nor the publisher has it now: the repair goes on trying.
      this.#shelf.missing.add(name);
    }
  }

  #pathOf(name: string): string {
    if (name === MANIFEST_NAME) return MANIFEST_NAME;
    for (const file of this.#shelf.index?.byPath.values() ?? []) if (file.sha256 === name) return file.path;
    return name;
  }
}
