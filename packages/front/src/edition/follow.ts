import { signedSchema } from '@bulkhead/contracts';
import { hasCode, type Log, runRounds, sleepMs } from '@bulkhead/kernel';
import { callWire } from '@bulkhead/wire';
import type { Scrubber } from './scrubber.ts';
import type { Shelf } from './shelf.ts';

/** The publisher lets the question wait up to 20 s. */
const POLL_MS = 30_000;
const LOOK_EVERY_MS = 500;
const SAME_REFUSAL_MS = 60_000;

/** Waits for newer editions and adopts them. */
export function followEditions(given: {
  readonly shelf: Shelf;
  readonly monotonicMs: () => number;
  readonly log: Log;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { shelf } = given;
  const { compartment, publisher } = shelf.deps;
  const refusals = new Refusals(shelf, given.monotonicMs);
  return runRounds({
    what: `following the editions of ${compartment}`,
    log: given.log,
    signal: given.signal,
    shortestPauseMs: 250,
    longestPauseMs: 2000,
    round: async (signal) => {
      const path = `/editions/${compartment}/latest?after=${shelf.index?.number ?? 0}`;
      const offered = await callWire(publisher, { method: 'GET', path, timeoutMs: POLL_MS, signal }, signedSchema.optional());
      if (offered === undefined) return;
      await shelf.adopt(offered, signal).catch((error: unknown) => {
        refusals.report(error);
        throw error;
      });
    },
  });
}

/** Tells of refused editions, each fault once a minute: the publisher will offer the same again. */
class Refusals {
  readonly #shelf: Shelf;
  readonly #monotonicMs: () => number;
  readonly #toldAtMs = new Map<string, number>();

  constructor(shelf: Shelf, monotonicMs: () => number) {
    this.#shelf = shelf;
    this.#monotonicMs = monotonicMs;
  }

  report(error: unknown): void {
    if (!(error instanceof Error) || !(hasCode(error, 'signature.invalid') || hasCode(error, 'edition.invalid'))) return;
    const nowMs = this.#monotonicMs();
    if (nowMs - (this.#toldAtMs.get(error.message) ?? Number.NEGATIVE_INFINITY) < SAME_REFUSAL_MS) return;
    this.#toldAtMs.clear();
    this.#toldAtMs.set(error.message, nowMs);
    this.#shelf.deps.saw({
      rule: 'edition.unverified_bytes',
      compartment: this.#shelf.deps.compartment,
      summary: 'What came as an edition is not what was signed; it was refused, the last good edition is served',
      evidence: { refused: error.message.slice(0, 500), served: String(this.#shelf.index?.number ?? 0) },
    });
  }
}

/** Holds the disk against the manifest, twice a second, and fetches what is missing. */
export function watchDisk(given: {
  readonly shelf: Shelf;
  readonly scrubber: Scrubber;
  readonly log: Log;
  readonly signal: AbortSignal;
}): Promise<void> {
  return runRounds({
    what: `watching the edition of ${given.shelf.deps.compartment} on disk`,
    log: given.log,
    signal: given.signal,
    shortestPauseMs: LOOK_EVERY_MS,
    longestPauseMs: 2000,
    round: async (signal) => {
      await sleepMs(LOOK_EVERY_MS, signal);
      // What cannot be kept must not keep anybody from looking.
      const kept = await given.shelf.keep().then(
        () => null,
        (error: unknown) => ({ error }),
      );
      await given.scrubber.look(signal);
      if (kept) throw kept.error;
      if (given.shelf.missing.size > 0) await given.shelf.repair(signal);
    },
  });
}
