import { type Kysely, type RawBuilder, sql } from 'kysely';
import { z } from 'zod';
import type { Module } from '#declaration/module.rules.ts';
import type { Schema } from '#schema.ts';

/** When anything in some modules last changed: from the end of their indexes. */
export async function findLastChange(db: Kysely<Schema>, modules: readonly Pick<Module, 'table'>[]): Promise<Date | undefined> {
  const parts: readonly RawBuilder<unknown>[] = modules.map(
    ({ table }) => sql`(select changed_at from ${sql.table(table)} where id > 0 order by changed_at desc, id desc limit 1)`,
  );
  const { rows } = await sql`select max(changed_at) as changed_at from (${sql.join(parts, sql` union all `)}) lasts`.execute(db);
  return z.object({ changed_at: z.date().nullable() }).parse(rows[0]).changed_at ?? undefined;
}
