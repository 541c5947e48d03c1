import { type Kysely, sql, type Transaction } from 'kysely';
import { z } from 'zod';
import type { Schema } from '#schema.ts';
import { MOST_SEARCHES, type SavedSearch } from './search.rules.ts';

const rowSchema = z
  .object({
    id: z.string(),
    account_id: z.string(),
    name: z.string(),
    module: z.string(),
    query: z.string(),
    created_at: z.date(),
    looked_at: z.date(),
    has_address: z.boolean(),
  })
  .transform(
    ({ account_id: accountId, created_at: createdAt, looked_at: lookedAt, has_address: hasAddress, ...row }): SavedSearch => ({
      ...row,
      accountId,
      createdAt,
      lookedAt,
      hasAddress,
    }),
  );
const COLUMNS = sql`id, account_id, name, module, query, created_at, looked_at, feed_sha256 is not null as has_address`;

export async function listSearches(db: Kysely<Schema>, accountId: string): Promise<SavedSearch[]> {
  const { rows } = await sql`select ${COLUMNS} from saved_search where account_id = ${accountId}
    order by created_at, id limit ${MOST_SEARCHES}`.execute(db);
  return z.array(rowSchema).parse(rows);
}

export async function findSearch(db: Kysely<Schema>, accountId: string, id: string): Promise<SavedSearch | undefined> {
  const { rows } = await sql`select ${COLUMNS} from saved_search where id = ${id} and account_id = ${accountId}`.execute(db);
  return rows[0] === undefined ? undefined : rowSchema.parse(rows[0]);
}

export async function findByAddress(db: Kysely<Schema>, sha256: string): Promise<SavedSearch | undefined> {
  const { rows } = await sql`select ${COLUMNS} from saved_search where feed_sha256 = ${sha256}`.execute(db);
  return rows[0] === undefined ? undefined : rowSchema.parse(rows[0]);
}

/** Keeps a search unless its account has as many as it may: one after the other. @returns whether it is kept */
export async function insertSearch(trx: Transaction<Schema>, search: Omit<SavedSearch, 'hasAddress'>): Promise<boolean> {
  const { id, accountId, name, module, query, createdAt, lookedAt } = search;
  await sql`select pg_advisory_xact_lock(hashtextextended(${`saved_search ${accountId}`}, 0))`.execute(trx);
  const { rows } = await sql`insert into saved_search (id, account_id, name, module, query, created_at, looked_at)
    select ${id}, ${accountId}, ${name}, ${module}, ${query}, ${createdAt}::timestamptz, ${lookedAt}::timestamptz
    where (select count(*) from saved_search where account_id = ${accountId}) < ${MOST_SEARCHES} returning id`.execute(trx);
  return rows.length > 0;
}

type Own = Pick<SavedSearch, 'id' | 'accountId'>;

export async function setLooked(trx: Transaction<Schema>, { id, accountId }: Own, at: Date): Promise<void> {
  await sql`update saved_search set looked_at = ${at} where id = ${id} and account_id = ${accountId} and looked_at < ${at}`.execute(
    trx,
  );
}

export async function setAddress(trx: Transaction<Schema>, { id, accountId }: Own, sha256: string | null): Promise<void> {
  await sql`update saved_search set feed_sha256 = ${sha256} where id = ${id} and account_id = ${accountId}`.execute(trx);
}

export async function deleteSearch(trx: Transaction<Schema>, { id, accountId }: Own): Promise<void> {
  await sql`delete from saved_search where id = ${id} and account_id = ${accountId}`.execute(trx);
}
