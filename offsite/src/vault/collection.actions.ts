import type { Collected, CollectionRound } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { parseLsn } from '#archive/wal.rules.ts';
import type { Holdings } from './holdings.actions.ts';
import type { BlobRecord } from './register.rules.ts';
import type { Register } from './register.store.ts';
import type { VaultTarget } from './target/target.rules.ts';

const BATCH = 500;

export type CollectionDeps = {
  readonly holdings: Holdings;
  readonly register: Register;
  readonly target: VaultTarget;
  readonly seconds: () => number;
};

/**
 * Takes away blobs that no row version names which the archive keeps. A blob goes in two rounds: the first marks it,
 * a later one, whose proven point lies behind the first round's position, takes it, if it is still named by nothing.
 * Whoever brings it or asks for it meanwhile renews its lease, and thereby takes the mark off [V17].
 */
export class Collection {
  readonly #deps: CollectionDeps;
  readonly #rounds = new Map<string, { readonly round: CollectionRound; listed: number }>();

  constructor(deps: CollectionDeps) {
    this.#deps = deps;
  }

  /** Begins a round of one compartment; one that was begun before is forgotten. */
  async begin(compartment: string, round: CollectionRound): Promise<void> {
    this.#deps.holdings.quotaOf(compartment);
    await this.#deps.register.write(() => this.#deps.register.forgetNamed(compartment));
    this.#rounds.set(compartment, { round, listed: 0 });
  }

  /** Takes a part of the digests that row versions name. @throws EstateError `compartment.wrong_state` */
  async addNamed(compartment: string, digests: readonly string[]): Promise<void> {
    const open = this.#roundOf(compartment);
    const added = await this.#deps.register.write(() => this.#deps.register.addNamed(compartment, digests));
    open.listed += added;
  }

  /**
   * Ends a round: takes what an earlier round marked, and marks what this one found.
   * @throws EstateError `compartment.wrong_state` if not all digests came
   */
  async finish(compartment: string): Promise<Collected> {
    const { round, listed } = this.#roundOf(compartment);
    if (listed !== round.named)
      throw new EstateError(
        'compartment.wrong_state',
        `collecting blobs of ${compartment}: ${listed} of ${round.named} named digests came; begin anew`,
      );
    this.#rounds.delete(compartment);
    const { register, seconds } = this.#deps;
    const leasedBefore = seconds() - round.minimumAgeSeconds;
    const taken = await this.#take(compartment, round, leasedBefore);
    const marked = await register.write(() => register.markUnnamed(compartment, parseLsn(round.lsn), leasedBefore));
    await register.write(() => register.forgetNamed(compartment));
    return { compartment, marked, ...taken };
  }

  async #take(compartment: string, round: CollectionRound, leasedBefore: number) {
    const taken = { removed: 0, removedBytes: 0, locked: 0 };
    const { holdings, register } = this.#deps;
    // What an earlier round let leave, and a target that was away kept.
    for (const blob of register.listInState(compartment, 'leaving', BATCH))
      await holdings.inTurn(blob, () => holdings.sendAway(blob));
    if (round.provenLsn === null) return taken;
    const provenLsn = parseLsn(round.provenLsn);
    let after = '';
    for (;;) {
      const batch = register.listMarked(compartment, provenLsn, leasedBefore, after, BATCH);
      for (const blob of batch) {
        const outcome = await this.#takeOne(blob, provenLsn, leasedBefore);
        if (outcome === 'removed') taken.removed += 1;
        if (outcome === 'removed') taken.removedBytes += blob.bytes;
        if (outcome === 'locked') taken.locked += 1;
      }
      const last = batch.at(-1);
      if (!last) return taken;
      after = last.sha256;
    }
  }

  #takeOne(blob: BlobRecord, provenLsn: bigint, leasedBefore: number): Promise<'removed' | 'locked' | 'kept'> {
    const { holdings, register } = this.#deps;
    return holdings.inTurn(blob, async () => {
      // Judged again in the same flush that takes it: a lease renewed since the listing keeps it.
      const isLeaving = await register.write(() => register.letLeave(blob, provenLsn, leasedBefore));
      return isLeaving ? holdings.sendAway(blob) : 'kept';
    });
  }

  #roundOf(compartment: string) {
    const open = this.#rounds.get(compartment);
    if (open) return open;
    throw new EstateError('compartment.wrong_state', `collecting blobs of ${compartment.slice(0, 40)}: no round was begun`);
  }
}
