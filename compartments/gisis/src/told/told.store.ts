import { type Kysely, sql, type Transaction } from 'kysely';
import { z } from 'zod';
import type { Schema } from '#schema.ts';
import type { Viewer } from '#sight/viewer.rules.ts';
import { TOLD_A_PAGE, type Told } from './told.rules.ts';

const toldSchema = z.object({
  id: z.coerce.string(),
  module: z.string(),
  reference: z.string(),
  act: z.string(),
  account_name: z.string(),
  at: z.date(),
});

export type NewTold = {
  readonly module: string;
  readonly reference: string;
  readonly act: string;
  readonly by: Viewer;
  readonly at: Date;
};

export async function insertTold(
  trx: Transaction<Schema>,
  { module, reference, act, by, at }: NewTold,
  whom: readonly string[],
): Promise<void> {
  if (whom.length === 0) return;
  await trx
    .insertInto('told')
    .values(whom.map((code) => ({ module, reference, act, whom: code, account_name: by.name, at })))
    .execute();
}

/** What was told under any of these codes, the newest first; once, though several of them were told. */
export async function listTold(db: Kysely<Schema>, codes: readonly string[], before: string | null): Promise<Told[]> {
  const parts = codes.map(
    (code) => sql`(select id, module, reference, act, account_name, at from told
      where whom = ${code} and (${before}::bigint is null or id < ${before}::bigint) order by id desc limit ${TOLD_A_PAGE + 1})`,
  );
  if (parts.length === 0) return [];
  const { rows } =
    await sql`select * from (select distinct on (module, reference, act, at) * from (${sql.join(parts, sql` union all `)}) one
    order by module, reference, act, at, id) told order by id desc limit ${TOLD_A_PAGE + 1}`.execute(db);
  return z
    .array(toldSchema)
    .parse(rows)
    .map(({ account_name: accountName, ...row }) => ({ ...row, accountName }));
}
