import type { Now } from '@bulkhead/kernel';
import type { Transact } from '@bulkhead/web';
import type { Kysely, Transaction } from 'kysely';
import type { Schema } from '#schema.ts';
import {
  choosePage,
  type Entry,
  type EntryId,
  PAGE_SIZE,
  type Page,
  type Person,
  type Written,
  writeEntry,
} from './entry.rules.ts';
import { countEntries, insertEntry, listEntries } from './entry.store.ts';

/** Adds an entry, in one transaction under the request's token. */
export function addEntry(
  { transact, now }: { readonly transact: Transact<Transaction<Schema>>; readonly now: Now },
  written: Written,
  by: Person,
): Promise<EntryId> {
  return transact((trx) => insertEntry(trx, writeEntry(written, by, now())));
}

/** Reads one page of the entries, newest first. */
export async function readEntries(
  { db }: { readonly db: Kysely<Schema> },
  asked: number,
): Promise<{ readonly entries: readonly Entry[]; readonly page: Page }> {
  const page = choosePage(asked, await countEntries(db));
  return { page, entries: await listEntries(db, { offset: (page.number - 1) * PAGE_SIZE, limit: PAGE_SIZE }) };
}
