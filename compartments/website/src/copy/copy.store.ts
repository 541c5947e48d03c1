import { languageSchema } from '@bulkhead/contracts';
import type { Kysely, Transaction } from 'kysely';
import { z } from 'zod';
import type { Schema } from '#schema.ts';
import type { Copy, CopyInput } from './copy.rules.ts';

const typedSchema = z.record(z.string(), z.string());

export async function upsertCopy(
  trx: Transaction<Schema>,
  copy: CopyInput,
  by: { readonly accountId: string; readonly name: string; readonly at: Date },
): Promise<void> {
  const changed = { account_name: by.name, seen_revision: copy.revision, typed: JSON.stringify(copy.typed), saved_at: by.at };
  await trx
    .insertInto('draft_copy')
    .values({ account_id: by.accountId, place: copy.place, language: copy.language, ...changed })
    .onConflict((conflict) => conflict.columns(['account_id', 'place', 'language']).doUpdateSet(changed))
    .execute();
}

export async function listCopies(db: Kysely<Schema>, accountId: string, place: string): Promise<Copy[]> {
  const rows = await db
    .selectFrom('draft_copy')
    .select(['language', 'seen_revision', 'typed', 'saved_at'])
    .where('account_id', '=', accountId)
    .where('place', '=', place)
    .orderBy('language')
    .execute();
  return rows.map((row) => ({
    language: languageSchema.parse(row.language),
    seenRevision: row.seen_revision,
    typed: typedSchema.parse(row.typed),
    savedAt: row.saved_at,
  }));
}

export async function deleteCopies(trx: Transaction<Schema>, accountId: string, place: string): Promise<void> {
  await trx.deleteFrom('draft_copy').where('account_id', '=', accountId).where('place', '=', place).execute();
}
