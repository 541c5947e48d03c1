import { type Now, sha256Hex } from '@bulkhead/kernel';
import {
  ACCOUNT_PACE,
  ADDRESS_PACE,
  type Attempts,
  FAMILIAR_ADDRESS_PACE,
  FORGOTTEN_MS,
  networkOf,
  PAIR_PACE,
  type Pace,
  waitMs,
} from './throttle.rules.ts';

/** An attempt that was let through; it counts as failed until told otherwise, so that many at once do not slip by. */
export type Attempt = { readonly kind: 'let through'; readonly succeeded: () => void };
export type Throttled = { readonly kind: 'throttled'; readonly waitMs: number };

const REMEMBERED = 50_000;

/** Counts attempts to sign in, in the memory of this process, bounded. */
export class Throttle {
  readonly #attempts = new Map<string, Attempts>();
  readonly #now: Now;

  constructor(now: Now) {
    this.#now = now;
  }

  /** @param given.email whatever was typed; @param given.isFamiliar whether that account has signed in from that address */
  begin(given: { readonly address: string; readonly email: string; readonly isFamiliar: boolean }): Attempt | Throttled {
    const nowMs = this.#now().getTime();
    const paces = pacesOf(given);
    const wait = Math.max(...paces.map(([key, pace]) => waitMs(this.#attempts.get(key), pace, nowMs)));
    if (wait > 0) return { kind: 'throttled', waitMs: wait };
    for (const [key] of paces) this.#count(key, nowMs);
    return { kind: 'let through', succeeded: () => this.#forgive(paces.map(([key]) => key)) };
  }

  #count(key: string, nowMs: number): void {
    const before = this.#attempts.get(key);
    const isFresh = before !== undefined && nowMs - before.lastAtMs < FORGOTTEN_MS;
    // Taken out and put in again, so that the oldest stand first.
    this.#attempts.delete(key);
    this.#attempts.set(key, { count: isFresh ? before.count + 1 : 1, lastAtMs: nowMs });
    for (const [oldest] of this.#attempts) {
      if (this.#attempts.size <= REMEMBERED) break;
      this.#attempts.delete(oldest);
    }
  }

  // The pair begins anew; address and account lose this attempt only: a sprayer's own account does not clear its address.
  #forgive([pair = '', ...others]: readonly string[]): void {
    this.#attempts.delete(pair);
    for (const key of others) {
      const before = this.#attempts.get(key);
      if (before) this.#attempts.set(key, { ...before, count: before.count - 1 });
    }
  }
}

function pacesOf(given: {
  readonly address: string;
  readonly email: string;
  readonly isFamiliar: boolean;
}): readonly (readonly [string, Pace])[] {
  const network = networkOf(given.address);
  const account = sha256Hex(given.email);
  const pair = [`pair ${network} ${account}`, PAIR_PACE] as const;
  if (given.isFamiliar) return [pair, [`address ${network}`, FAMILIAR_ADDRESS_PACE]];
  return [pair, [`address ${network}`, ADDRESS_PACE], [`account ${account}`, ACCOUNT_PACE]];
}
