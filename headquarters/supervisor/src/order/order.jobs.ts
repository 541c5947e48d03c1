import { type Signed, signedSchema } from '@bulkhead/contracts';
import { type ErrorCode, EstateError, hasCode, type Log, sha256Hex, sleepMs } from '@bulkhead/kernel';
import { callWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';
import type { Reports } from '#report/report.actions.ts';
import type { OrderBook } from './order.actions.ts';

const ordersSchema = z.object({ sequence: z.number().int().min(0), orders: z.array(signedSchema).max(1000) });
/** Off-site lets the question wait up to 20 s. */
const POLL_MS = 25_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1_000;
const TOLD_LIMIT = 1000;
const REFUSALS: readonly ErrorCode[] = ['signature.invalid', 'compartment.unknown', 'order.stale'];

/** Waits for orders and takes them, until the signal aborts. */
export class OrderFollower {
  readonly #deps: { readonly book: OrderBook; readonly reports: Reports; readonly log: Log };
  #poll = new AbortController();
  #sequence: number | undefined;
  /** Digests of refused orders that were told already: off-site sends them again with each change. */
  #told: string[] = [];

  constructor(deps: { readonly book: OrderBook; readonly reports: Reports; readonly log: Log }) {
    this.#deps = deps;
  }

  /** Asks for all orders anew: off-site knows one that did not arrive here. */
  askAgain(): void {
    this.#sequence = undefined;
    this.#poll.abort();
  }

  async run(recovery: WirePeer, signal: AbortSignal): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    while (!signal.aborted) {
      try {
        await this.#askOnce(recovery, signal);
        pauseMs = FIRST_PAUSE_MS;
      } catch (error) {
        if (signal.aborted) return;
        if (hasCode(error, 'site.not_in_charge')) await this.#standAside();
        this.#deps.log.debug({ err: error }, 'waiting for orders');
        await sleepMs(pauseMs, signal).catch(() => undefined);
        pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
      }
    }
  }

  async #askOnce(recovery: WirePeer, signal: AbortSignal): Promise<void> {
    this.#poll = new AbortController();
    const path = this.#sequence === undefined ? '/orders' : `/orders?after=${this.#sequence}`;
    const both = AbortSignal.any([signal, this.#poll.signal]);
    const reply = await callWire(recovery, { method: 'GET', path, timeoutMs: POLL_MS, signal: both }, ordersSchema);
    const taken = await Promise.allSettled(reply.orders.map((order) => this.#take(order)));
    const failed = taken.find((one) => one.status === 'rejected');
    // A full disk for instance: the question is asked anew until every order is taken.
    if (failed) throw failed.reason;
    await this.#deps.book.comeBack();
    this.#sequence = reply.sequence;
  }

  /** What stands here is another site's matter: all of it is asked for anew when this one is called back. */
  async #standAside(): Promise<void> {
    this.#sequence = undefined;
    await this.#deps.book
      .standAside()
      .catch((error: unknown) => this.#deps.log.error({ err: error }, 'writing down that another site is in charge'));
  }

  async #take(signed: Signed): Promise<void> {
    try {
      await this.#deps.book.obey(signed);
    } catch (error) {
      const code = error instanceof EstateError ? error.code : undefined;
      // One order that is not for us, or not off-site's, must not hold up the others.
      if (code === undefined || !REFUSALS.includes(code)) throw error;
      this.#tellRefused(signed, code, error);
    }
  }

  #tellRefused(signed: Signed, code: ErrorCode, error: unknown): void {
    const digest = sha256Hex(signed.message + signed.signature);
    if (this.#told.includes(digest)) return;
    this.#told = [...this.#told, digest].slice(-TOLD_LIMIT);
    this.#deps.log.error({ err: error, keyId: signed.keyId }, 'refused an order');
    this.#deps.reports.finding({
      rule: 'operator.refused',
      compartment: null,
      summary:
        "Headquarters refused an order: it is not off-site's, not for a compartment here, or not newer than the one that stands",
      evidence: { code, keyId: signed.keyId, messageSha256: sha256Hex(signed.message) },
    });
  }
}
