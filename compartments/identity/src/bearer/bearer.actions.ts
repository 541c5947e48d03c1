import type { Now } from '@bulkhead/kernel';
import type { Transact } from '@bulkhead/web';
import type { Transaction } from 'kysely';
import type { Schema } from '#schema.ts';
import { type BearerKind, mintBearer } from './bearer.rules.ts';
import { countLiveOf, endOf, setLastUsed } from './bearer.store.ts';

const USED_LIMIT = 20_000;

type Transacting = { readonly transact: Transact<Transaction<Schema>>; readonly now: Now };
export type BearerDeps = Transacting & {
  readonly newId: () => string;
  readonly randomBytes: (size: number) => Buffer;
};
/** What every new row has; the rest is its kind's own. */
export type NewBearer = { readonly id: string; readonly createdAt: Date; readonly secretSha256: string };

/** Makes a secret, whose text is told once and kept nowhere. Null beyond as many as may live at once. */
export async function makeBearer(
  deps: BearerDeps,
  kind: BearerKind,
  given: {
    readonly holderId: string;
    readonly insert: (trx: Transaction<Schema>, made: NewBearer) => Promise<void>;
  },
): Promise<string | null> {
  const { secret, secretSha256 } = mintBearer(kind, deps.randomBytes);
  const made = { id: deps.newId(), createdAt: deps.now(), secretSha256 };
  return deps.transact(async (trx) => {
    if ((await countLiveOf(trx, kind, given.holderId, made.createdAt)) >= kind.most) return null;
    await given.insert(trx, made);
    return secret;
  });
}

/** Ends a secret of this holder; what is not theirs, or has ended, stays as it is. */
export async function endBearer(
  deps: Transacting,
  kind: BearerKind,
  ended: { readonly id: string; readonly holderId: string },
): Promise<void> {
  await deps.transact((trx) => endOf(trx, kind, { ...ended, at: deps.now() }));
}

/** When secrets were used last, until the next round notes it. */
export class BearerUses {
  readonly #used = new Map<string, { readonly kind: BearerKind; readonly at: Date }>();

  note(kind: BearerKind, id: string, at: Date): void {
    if (this.#used.size < USED_LIMIT || this.#used.has(id)) this.#used.set(id, { kind, at });
  }

  async keep(transact: Transact<Transaction<Schema>>): Promise<void> {
    const used = [...this.#used];
    if (used.length === 0) return;
    this.#used.clear();
    await transact(async (trx) => {
      for (const [id, { kind, at }] of used) await setLastUsed(trx, kind, id, at);
    });
  }
}
