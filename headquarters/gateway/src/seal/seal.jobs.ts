import { type Applied, type Signed, signedSchema } from '@bulkhead/contracts';
import { type ErrorCode, hasCode, type Log, runRounds } from '@bulkhead/kernel';
import { callWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';
import { Bell } from '#round/bell.actions.ts';
import type { SealBoard } from './seal.actions.ts';

const ordersSchema = z.object({ sequence: z.number().int().min(0), orders: z.array(signedSchema).max(1000) });
/** Off-site lets the question wait up to 20 s. */
const POLL_MS = 25_000;

/** Waits for orders, carries them out, and tells off-site what was done. */
export class OrderFollower {
  #sequence = 0;
  #poll = new AbortController();
  readonly #applied = new Map<string, Applied>();
  /** Compartment → the epoch that off-site has been told of in this life. */
  readonly #told = new Map<string, number>();
  readonly #bell = new Bell();

  /** Asks for all orders anew: off-site knows one that did not arrive here. */
  askAgain(): void {
    this.#sequence = 0;
    this.#poll.abort();
  }

  follow(given: {
    readonly board: SealBoard;
    readonly recovery: WirePeer;
    readonly carriedOut: () => void;
    readonly log: Log;
    readonly signal: AbortSignal;
  }): Promise<void> {
    return runRounds({
      what: 'waiting for orders',
      log: given.log,
      signal: given.signal,
      shortestPauseMs: 100,
      longestPauseMs: 1000,
      round: async (signal) => {
        this.#poll = new AbortController();
        const call = { method: 'GET', path: `/orders?after=${this.#sequence}`, timeoutMs: POLL_MS } as const;
        const both = AbortSignal.any([signal, this.#poll.signal]);
        const reply = await callWire(given.recovery, { ...call, signal: both }, ordersSchema).catch(async (error: unknown) => {
          if (hasCode(error, 'site.not_in_charge')) {
            given.board.standAside();
            await given.board.save();
          }
          throw error;
        });
        const outcomes = reply.orders.flatMap((order) => obey(order, given) ?? []);
        given.board.comeBack();
        await given.board.save();
        this.#note(outcomes, given.carriedOut);
        const ordered = new Set(outcomes.map(({ compartment }) => compartment));
        if (this.#sequence === 0) given.board.settle(ordered);
        this.#sequence = reply.sequence;
      },
    });
  }

  /** Tells off-site what was carried out, until it knows. */
  tell(given: { readonly recovery: WirePeer; readonly log: Log; readonly signal: AbortSignal }): Promise<void> {
    return runRounds({
      what: 'telling off-site what was carried out',
      log: given.log,
      signal: given.signal,
      shortestPauseMs: 200,
      longestPauseMs: 2000,
      round: async (signal) => {
        const next = this.#applied.values().next();
        if (next.done) return this.#bell.wait(signal);
        await callWire(given.recovery, { method: 'POST', path: '/applied', body: next.value, signal }, z.unknown());
        const { compartment, epoch } = next.value;
        this.#told.set(compartment, epoch);
        if (this.#applied.get(compartment) === next.value) this.#applied.delete(compartment);
      },
    });
  }

  #note(outcomes: readonly Applied[], carriedOut: () => void): void {
    const untold = outcomes.filter(({ compartment, epoch }) => this.#told.get(compartment) !== epoch);
    for (const applied of untold) this.#applied.set(applied.compartment, applied);
    if (untold.length === 0) return;
    this.#bell.ring();
    carriedOut();
  }
}

// One order that is not for us, or not off-site's, must not hold up the others.
function obey(signed: Signed, given: { readonly board: SealBoard; readonly log: Log }): Applied | null {
  try {
    return given.board.obey(signed);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    given.log.error({ err: error, keyId: signed.keyId }, 'refused an order');
    return null;
  }
}

const REFUSALS: readonly ErrorCode[] = ['signature.invalid', 'compartment.unknown', 'order.stale'];

function isRefusal(error: unknown): boolean {
  return REFUSALS.some((code) => hasCode(error, code));
}
