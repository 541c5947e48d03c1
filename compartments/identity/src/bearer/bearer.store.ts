import type { Transaction } from 'kysely';
import type { Schema } from '#schema.ts';
import type { BearerKind } from './bearer.rules.ts';

const HOLDERS = {
  api_token: { table: 'account', column: 'account_id' },
  scim_token: { table: 'delegation', column: 'delegation_id' },
} as const;

export async function countLiveOf(
  trx: Transaction<Schema>,
  { table }: Pick<BearerKind, 'table'>,
  holderId: string,
  now: Date,
): Promise<number> {
  const holder = HOLDERS[table];
  // Two who make one at once wait for each other here.
  await trx.selectFrom(holder.table).select('id').where('id', '=', holderId).forNoKeyUpdate().executeTakeFirst();
  const rows = await trx
    .selectFrom(table)
    .select('id')
    .where(holder.column, '=', holderId)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', now)
    .execute();
  return rows.length;
}

export async function endOf(
  trx: Transaction<Schema>,
  { table }: Pick<BearerKind, 'table'>,
  ended: { readonly id: string; readonly holderId: string; readonly at: Date },
): Promise<void> {
  await trx
    .updateTable(table)
    .set({ ended_at: ended.at })
    .where('id', '=', ended.id)
    .where(HOLDERS[table].column, '=', ended.holderId)
    .where('ended_at', 'is', null)
    .execute();
}

export async function setLastUsed(
  trx: Transaction<Schema>,
  { table }: Pick<BearerKind, 'table'>,
  id: string,
  at: Date,
): Promise<void> {
  await trx.updateTable(table).set({ last_used_at: at }).where('id', '=', id).execute();
}
