import { type Kysely, sql, type Transaction } from 'kysely';
import type { Schema } from '#schema.ts';
import { ERASED_NAME, erasedEmail, type Trace } from './privacy.rules.ts';

const ROWS_LIMIT = 10_000;

/** What one table has of an account, without what proves who somebody is. */
export async function listTraces(db: Kysely<Schema>, trace: Trace, accountId: string): Promise<unknown[]> {
  const { rows } = await sql<{ row: unknown }>`
    select to_jsonb(kept) - ${[...trace.secrets]}::text[] as row
    from ${sql.table(trace.table)} kept where ${sql.ref(`kept.${trace.column}`)} = ${accountId} limit ${ROWS_LIMIT}`.execute(db);
  return rows.map(({ row }) => row);
}

export async function deleteTraces(trx: Transaction<Schema>, trace: Trace, accountId: string): Promise<void> {
  await sql`delete from ${sql.table(trace.table)} where ${sql.ref(trace.column)} = ${accountId}`.execute(trx);
}

/** Takes an account out of use for good. False if it was. */
export async function markDeleted(
  trx: Transaction<Schema>,
  accountId: string,
  given: { readonly at: Date; readonly eraseAt: Date },
): Promise<boolean> {
  const row = await trx
    .updateTable('account')
    .set({ status: 'deleted', erase_at: given.eraseAt, password_hash: null, totp_secret: null, changed_at: given.at })
    .where('id', '=', accountId)
    .where('status', 'in', ['invited', 'active', 'disabled'])
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** Accounts whose time is over, the longest first. */
export async function listToErase(db: Kysely<Schema>, now: Date, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('account')
    .select('id')
    .where('erase_at', '<=', now)
    .orderBy('erase_at')
    .limit(limit)
    .execute();
  return rows.map((row) => row.id);
}

/** Takes name and address from an account that is still to be erased. */
export async function eraseAccount(trx: Transaction<Schema>, accountId: string, at: Date): Promise<boolean> {
  const row = await trx
    .updateTable('account')
    .set({ email: erasedEmail(accountId), display_name: ERASED_NAME, erase_at: null, changed_at: at })
    .where('id', '=', accountId)
    .where('status', '=', 'deleted')
    .where('erase_at', '<=', at)
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

/** Invitations whose time is over. */
export async function deleteOldInvitations(trx: Transaction<Schema>, before: Date): Promise<void> {
  await trx.deleteFrom('set_up').where('expires_at', '<', before).execute();
}

/** The delegation of an account, as its holder knows it. */
export async function findDelegationNames(db: Kysely<Schema>, accountId: string): Promise<unknown> {
  const row = await db
    .selectFrom('account')
    .innerJoin('delegation', 'delegation.id', 'account.delegation_id')
    .select('delegation.names')
    .where('account.id', '=', accountId)
    .executeTakeFirst();
  return row?.names;
}
