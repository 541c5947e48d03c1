import type { ArchivePeer } from '#peer/archive.actions.ts';
import { type FindingDeps, raiseFinding } from './finding.actions.ts';
import { type KeysTold, lookAtKeys } from './rule/key-worry.rules.ts';

/** Reads what the archive says of its keys again and again: what `bulkhead doctor` and `bulkhead keys` show is a finding, too. */
export class KeyWatch {
  readonly #deps: { readonly archive: Pick<ArchivePeer, 'readKeys'>; readonly finding: FindingDeps };
  readonly #compartments: readonly string[];
  readonly #told = new Map<string, KeysTold>();

  /** @param compartments those whose archive an escrow identity should open */
  constructor(
    deps: { readonly archive: Pick<ArchivePeer, 'readKeys'>; readonly finding: FindingDeps },
    compartments: readonly string[],
  ) {
    this.#deps = deps;
    this.#compartments = compartments;
  }

  async look(): Promise<void> {
    const { archive, finding } = this.#deps;
    for (const compartment of this.#compartments) {
      const { worries } = await archive.readKeys(compartment);
      const now = finding.now();
      const { told, seen } = lookAtKeys(worries, this.#told.get(compartment), now);
      if (seen) await raiseFinding(finding, { rule: 'key.worry', compartment, ...seen, seenAt: now.toISOString() }, 'recovery');
      if (told) this.#told.set(compartment, told);
      else this.#told.delete(compartment);
    }
  }
}
