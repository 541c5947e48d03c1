import type { Kysely, Transaction } from 'kysely';
import type { Schema } from '#schema.ts';

export type KeptAttempts = { readonly key: string; readonly count: number; readonly lastAt: Date };

export async function listAttempts(db: Kysely<Schema>, limit: number): Promise<KeptAttempts[]> {
  const rows = await db
    .selectFrom('attempt')
    .select(['key_sha256', 'count', 'last_at'])
    .orderBy('last_at', 'desc')
    .limit(limit)
    .execute();
  return rows.map((row) => ({ key: row.key_sha256, count: row.count, lastAt: row.last_at })).toReversed();
}

export async function putAttempts(trx: Transaction<Schema>, attempts: readonly KeptAttempts[]): Promise<void> {
  if (attempts.length === 0) return;
  await trx
    .insertInto('attempt')
    .values(attempts.map(({ key, count, lastAt }) => ({ key_sha256: key, count, last_at: lastAt })))
    .onConflict((conflict) =>
      conflict
        .column('key_sha256')
        .doUpdateSet((given) => ({ count: given.ref('excluded.count'), last_at: given.ref('excluded.last_at') })),
    )
    .execute();
}

export async function deleteAttempts(trx: Transaction<Schema>, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  await trx
    .deleteFrom('attempt')
    .where('key_sha256', 'in', [...keys])
    .execute();
}
