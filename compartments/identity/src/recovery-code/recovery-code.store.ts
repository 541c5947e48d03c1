import type { Kysely, Transaction } from 'kysely';
import type { Schema } from '#schema.ts';

/** Puts new codes in place of all earlier ones. */
export async function replaceCodes(
  trx: Transaction<Schema>,
  accountId: string,
  hashes: readonly string[],
  at: Date,
): Promise<void> {
  await trx.deleteFrom('recovery_code').where('account_id', '=', accountId).execute();
  await trx
    .insertInto('recovery_code')
    .values(hashes.map((hash) => ({ account_id: accountId, code_sha256: hash, created_at: at })))
    .execute();
}

export async function hasUnusedCode(db: Kysely<Schema>, accountId: string, hash: string): Promise<boolean> {
  const row = await db
    .selectFrom('recovery_code')
    .select('code_sha256')
    .where('account_id', '=', accountId)
    .where('code_sha256', '=', hash)
    .where('used_at', 'is', null)
    .executeTakeFirst();
  return row !== undefined;
}

/** True for exactly one of all who try at once. */
export async function useUp(trx: Transaction<Schema>, accountId: string, hash: string, at: Date): Promise<boolean> {
  const row = await trx
    .updateTable('recovery_code')
    .set({ used_at: at })
    .where('account_id', '=', accountId)
    .where('code_sha256', '=', hash)
    .where('used_at', 'is', null)
    .returning('code_sha256')
    .executeTakeFirst();
  return row !== undefined;
}

export async function countUnused(db: Kysely<Schema>, accountId: string): Promise<number> {
  const { count } = await db
    .selectFrom('recovery_code')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('account_id', '=', accountId)
    .where('used_at', 'is', null)
    .executeTakeFirstOrThrow();
  return Number(count);
}
