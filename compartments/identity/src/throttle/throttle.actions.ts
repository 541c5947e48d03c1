import { type Now, sha256Hex } from '@bulkhead/kernel';
import type { Transact } from '@bulkhead/web';
import type { Kysely, Transaction } from 'kysely';
import type { Schema } from '#schema.ts';
import { type Attempts, FORGOTTEN_MS, type Pace, pacesOf, type Tried, waitMs } from './throttle.rules.ts';
import { deleteAttempts, type KeptAttempts, listAttempts, putAttempts } from './throttle.store.ts';

/** An attempt that was let through; it counts as failed until told otherwise, so that many at once do not slip by. */
export type Attempt = { readonly kind: 'let through'; readonly succeeded: () => void };
export type Throttled = { readonly kind: 'throttled'; readonly waitMs: number };

const REMEMBERED = 50_000;
/** Attempts that cost no wait yet are not worth a write: of the others the latest so many are kept over a restart. */
const KEPT_FROM = 4;
const KEPT = 5000;
/** Rows changed at a time: a round is no mass change that a person should look at. */
const ROUND_ROWS = 80;

/** Counts attempts to sign in, in the memory of this process, bounded; what has begun to cost a wait is kept in the database [I45]. */
export class Throttle {
  readonly #attempts = new Map<string, Attempts>();
  readonly #kept = new Map<string, number>();
  readonly #now: Now;

  constructor(now: Now) {
    this.#now = now;
  }

  begin(tried: Tried): Attempt | Throttled {
    const nowMs = this.#now().getTime();
    const paces = pacesOf(tried).map(([name, pace]): readonly [string, Pace] => [sha256Hex(name), pace]);
    const wait = Math.max(...paces.map(([key, pace]) => waitMs(this.#attempts.get(key), pace, nowMs)));
    if (wait > 0) return { kind: 'throttled', waitMs: wait };
    for (const [key] of paces) this.#count(key, nowMs);
    return { kind: 'let through', succeeded: () => this.#forgive(paces.map(([key]) => key)) };
  }

  /** Takes up what an earlier process kept. */
  async resume(db: Kysely<Schema>): Promise<void> {
    for (const { key, count, lastAt } of await listAttempts(db, KEPT)) {
      this.#attempts.set(key, { count, lastAtMs: lastAt.getTime() });
      this.#kept.set(key, lastAt.getTime());
    }
  }

  /** Keeps what changed since the last time; writes nothing when nothing did. */
  async keep(transact: Transact<Transaction<Schema>>): Promise<void> {
    const nowMs = this.#now().getTime();
    const worth = [...this.#attempts]
      .filter(([, { count, lastAtMs }]) => count >= KEPT_FROM && nowMs - lastAtMs < FORGOTTEN_MS)
      .slice(-KEPT);
    const stands = new Set(worth.map(([key]) => key));
    const changed = worth.filter(([key, { lastAtMs }]) => this.#kept.get(key) !== lastAtMs).slice(-ROUND_ROWS);
    const gone = [...this.#kept.keys()].filter((key) => !stands.has(key)).slice(0, ROUND_ROWS);
    if (changed.length === 0 && gone.length === 0) return;
    await transact(async (trx) => {
      await deleteAttempts(trx, gone);
      await putAttempts(trx, changed.map(toKept));
    });
    for (const key of gone) this.#kept.delete(key);
    for (const [key, { lastAtMs }] of changed) this.#kept.set(key, lastAtMs);
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

function toKept([key, { count, lastAtMs }]: readonly [string, Attempts]): KeptAttempts {
  return { key, count: Math.min(count, 1_000_000), lastAt: new Date(lastAtMs) };
}
