import type { Kysely, Selectable, Transaction } from 'kysely';
import type { EntryTable, Schema } from '#schema.ts';
import type { Entry, EntryId, NewEntry } from './entry.rules.ts';

export async function insertEntry(trx: Transaction<Schema>, entry: NewEntry): Promise<EntryId> {
  const { id } = await trx
    .insertInto('entry')
    .values({
      title: entry.title,
      body: entry.body,
      added_by: entry.addedBy.accountId,
      added_by_name: entry.addedBy.name,
      added_at: entry.addedAt,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return toId(id);
}

/** Entries, newest first. */
export async function listEntries(
  db: Kysely<Schema>,
  { offset, limit }: { readonly offset: number; readonly limit: number },
): Promise<Entry[]> {
  const rows = await db
    .selectFrom('entry')
    .select(['id', 'title', 'body', 'added_by', 'added_by_name', 'added_at'])
    .orderBy('id', 'desc')
    .offset(offset)
    .limit(limit)
    .execute();
  return rows.map(toEntry);
}

export async function countEntries(db: Kysely<Schema>): Promise<number> {
  const { count } = await db
    .selectFrom('entry')
    .select((eb) => eb.fn.countAll().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
}

function toEntry(row: Selectable<EntryTable>): Entry {
  return {
    id: toId(row.id),
    title: row.title,
    body: row.body,
    addedBy: { accountId: row.added_by, name: row.added_by_name },
    addedAt: row.added_at,
  };
}

function toId(id: number): EntryId {
  return id as EntryId;
}
