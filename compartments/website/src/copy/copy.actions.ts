import type { Now } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import type { Transact } from '@bulkhead/web';
import type { Transaction } from 'kysely';
import type { Schema } from '#schema.ts';
import type { Copy, CopyInput } from './copy.rules.ts';
import { deleteCopies, listCopies, upsertCopy } from './copy.store.ts';

type Acting = {
  readonly transact: Transact<Transaction<Schema>>;
  readonly now: Now;
  readonly person: { readonly accountId: string; readonly name: string };
};

/** Keeps what somebody is typing; the copy of before goes. */
export function keepCopy({ transact, now, person }: Acting, copy: CopyInput): Promise<void> {
  return transact((trx) => upsertCopy(trx, copy, { ...person, at: now() }));
}

export function dropCopies({ transact, person }: Acting, place: string): Promise<void> {
  return transact((trx) => deleteCopies(trx, person.accountId, place));
}

/** Drops them in the transaction that saves what they are copies of. */
export function dropSavedCopies(trx: Transaction<Schema>, accountId: string, place: string): Promise<void> {
  return deleteCopies(trx, accountId, place);
}

export function readCopies({ db }: { readonly db: Database<Schema>['read'] }, accountId: string, place: string): Promise<Copy[]> {
  return listCopies(db, accountId, place);
}
