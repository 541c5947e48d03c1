import { type Kysely, type RawBuilder, sql } from 'kysely';
import { z } from 'zod';
import type { Module } from '#declaration/module.rules.ts';
import type { Schema } from '#schema.ts';

/** When anything in a module last changed: from the end of its index. */
export async function findLastChange(db: Kysely<Schema>, { table }: Pick<Module, 'table'>): Promise<Date | undefined> {
  const statement: RawBuilder<unknown> = sql`select changed_at from ${sql.table(table)} where id > 0 order by changed_at desc, id desc limit 1`;
  const { rows } = await statement.execute(db);
  return rows[0] === undefined ? undefined : z.object({ changed_at: z.date() }).parse(rows[0]).changed_at;
}
