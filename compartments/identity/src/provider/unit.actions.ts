import { AsyncLocalStorage } from 'node:async_hooks';
import { EstateError } from '@bulkhead/kernel';
import type { Transaction } from 'kysely';
import type { Schema } from '#schema.ts';
import type { ProviderFault } from './token.rules.ts';

export type Write = (trx: Transaction<Schema>) => Promise<void>;

/** Where a person has to go before an authorization request can be answered. */
export type Detour = { readonly kind: 'sign in'; readonly isFreshWanted: boolean } | { readonly kind: 'consent' };

/**
 * One request to the provider: who asks, and what is to be written when it is answered, in one transaction [F3].
 * The provider's adapters find it by the asynchronous context, as the provider's own interface names none.
 */
export class Unit {
  /** The session of the gateway's token; null for software. */
  readonly sessionId: string | null;
  readonly writes: Write[] = [];
  detour: Detour | null = null;
  fault: ProviderFault | null = null;

  constructor(sessionId: string | null) {
    this.sessionId = sessionId;
  }
}

const units = new AsyncLocalStorage<Unit>();

export function runUnit<Result>(unit: Unit, run: () => Promise<Result>): Promise<Result> {
  return units.run(unit, run);
}

/** @throws EstateError `config.invalid` outside of a request */
export function currentUnit(): Unit {
  const unit = units.getStore();
  if (unit) return unit;
  throw new EstateError('config.invalid', 'keeping what the provider says: it speaks outside of a request');
}

/** Runs what uses one token after another: each sees what the one before has committed. */
export class Queue {
  readonly #last = new Map<string, Promise<unknown>>();

  async run<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#last.get(name) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.#last.set(name, mine);
    try {
      return await mine;
    } finally {
      if (this.#last.get(name) === mine) this.#last.delete(name);
    }
  }
}
