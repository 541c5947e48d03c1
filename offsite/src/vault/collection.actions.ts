import { createHash } from 'node:crypto';
import {
  CANDIDATES_LIMIT,
  type CollectionAsked,
  type CollectionBegun,
  type CollectionFinished,
  type CollectionFound,
  type CollectionRemoved,
  type Leaving,
} from '@bulkhead/contracts';
import { EstateError, forEachAtOnce, type Now } from '@bulkhead/kernel';
import { formatLsn, parseLsn } from '#archive/wal.rules.ts';
import type { CandidateRow } from './collection.store.ts';
import type { Holdings } from './holdings.actions.ts';
import type { Register } from './register.store.ts';
import type { VaultTarget } from './target/target.rules.ts';

/** Those that are judged together share a flush. */
const JUDGED_AT_ONCE = 64;
const REMOVED_AT_ONCE = 8;

export type CollectionDeps = {
  readonly holdings: Holdings;
  readonly register: Register;
  readonly target: VaultTarget;
  readonly seconds: () => number;
  readonly now: Now;
};

type Round = { readonly leasedBefore: number; readonly candidates: readonly CandidateRow[] };

/**
 * Takes away blobs that nothing kept names. A blob goes in two rounds: the first marks it, a later one, for which a drill
 * has proved a point behind the first one's position, lets it go, if nothing names it still. Whoever brings it or asks for
 * it meanwhile takes the mark off [V17]. Nothing goes that was not among the round's candidates: what nobody looked for
 * is kept. A kill forgets the round, and nothing else.
 */
export class Collection {
  readonly #deps: CollectionDeps;
  readonly #rounds = new Map<string, Round>();

  constructor(deps: CollectionDeps) {
    this.#deps = deps;
  }

  /** Begins a round of one compartment; one that was begun before is forgotten. @throws EstateError `compartment.unknown` */
  begin(compartment: string, { minimumAgeSeconds }: CollectionAsked): CollectionBegun {
    this.#deps.holdings.quotaOf(compartment);
    // Fixed here: what grows old enough while names are looked for was not looked for.
    const leasedBefore = this.#deps.seconds() - minimumAgeSeconds;
    const candidates = this.#deps.register.collection.listCandidates(compartment, leasedBefore, CANDIDATES_LIMIT);
    this.#rounds.set(compartment, { leasedBefore, candidates });
    return {
      candidates: candidates.map(({ sha256, bytes, doomedLsn }) => ({
        sha256,
        bytes,
        markedLsn: doomedLsn === null ? null : formatLsn(doomedLsn),
      })),
    };
  }

  /**
   * Ends a round: lets go of what an earlier round marked, and marks what this one found. No byte goes yet.
   * @throws EstateError `compartment.wrong_state` if none was begun
   */
  async finish(compartment: string, found: CollectionFound): Promise<CollectionFinished> {
    const round = this.#rounds.get(compartment);
    if (!round)
      throw new EstateError(
        'compartment.wrong_state',
        `collecting blobs of ${compartment.slice(0, 40)}: no round was begun; begin anew`,
      );
    this.#rounds.delete(compartment);
    const named = new Set(found.named);
    const count = { marked: 0, named: 0, locked: 0 };
    await forEachAtOnce(round.candidates, JUDGED_AT_ONCE, async (candidate) => {
      const outcome = await this.#judge({ compartment, sha256: candidate.sha256 }, candidate, round, named, found);
      if (outcome !== 'kept' && outcome !== 'let go') count[outcome] += 1;
    });
    return { ...count, leaving: this.tellLeaving(compartment) };
  }

  async #judge(
    name: { readonly compartment: string; readonly sha256: string },
    { doomedLsn }: CandidateRow,
    { leasedBefore }: Round,
    named: ReadonlySet<string>,
    { lsn, provenLsn }: CollectionFound,
  ): Promise<'named' | 'marked' | 'locked' | 'let go' | 'kept'> {
    const { register, target, seconds, now } = this.#deps;
    if (named.has(name.sha256)) {
      await register.write(() => register.collection.keepNamed(name, seconds()));
      return 'named';
    }
    if (doomedLsn === null) {
      const isMarked = await register.write(() => register.collection.mark(name, parseLsn(lsn), leasedBefore));
      return isMarked ? 'marked' : 'kept';
    }
    if (provenLsn === null || doomedLsn > parseLsn(provenLsn)) return 'kept';
    const lockedUntil = await target.lockedUntil(name);
    if (lockedUntil && lockedUntil > now()) return 'locked';
    // Judged again in the same flush: a lease renewed since the listing keeps it.
    return (await register.write(() => register.collection.letLeave(name, parseLsn(provenLsn), leasedBefore)))
      ? 'let go'
      : 'kept';
  }

  /** What was let go and whose bytes still lie there: of this round, and of earlier ones that a kill broke off. */
  tellLeaving(compartment: string): Leaving {
    this.#deps.holdings.quotaOf(compartment);
    const told = { blobs: 0, bytes: 0 };
    const hash = createHash('sha256');
    for (const { sha256, bytes } of this.#deps.register.collection.eachLeaving(compartment)) {
      told.blobs += 1;
      told.bytes += bytes;
      hash.update(`${sha256}\n`);
    }
    return { ...told, sha256: hash.digest('hex') };
  }

  /** The bytes of what is leaving go. Whoever orders it has written down what goes. Doing it twice is well. */
  async remove(compartment: string): Promise<CollectionRemoved> {
    const { holdings, register } = this.#deps;
    holdings.quotaOf(compartment);
    const gone = { removed: 0, removedBytes: 0, locked: 0 };
    await forEachAtOnce(register.collection.eachLeaving(compartment), REMOVED_AT_ONCE, async ({ sha256, bytes }) => {
      const outcome = await holdings.sendAway({ compartment, sha256 });
      if (outcome === 'kept') return;
      gone[outcome] += 1;
      if (outcome === 'removed') gone.removedBytes += bytes;
    });
    return gone;
  }
}
