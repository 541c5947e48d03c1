import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { Module } from '#declaration/module.rules.ts';
import type { Schema } from '#schema.ts';

/** When a published record of each module last changed: from the end of its index. */
export async function listLastChanges(db: Kysely<Schema>, modules: readonly Module[]): Promise<ReadonlyMap<string, Date>> {
  if (modules.length === 0) return new Map();
  const parts = modules.map(
    ({ name, table, workflow }) => sql`(select ${name} as module, changed_at from ${sql.table(table)}
      where id > 0 and state <> all(${[...(workflow?.unpublished ?? [])]}::text[]) order by changed_at desc, id desc limit 1)`,
  );
  const { rows } = await sql`${sql.join(parts, sql` union all `)}`.execute(db);
  const found = z.array(z.object({ module: z.string(), changed_at: z.date() })).parse(rows);
  return new Map(found.map(({ module, changed_at: changedAt }) => [module, changedAt]));
}
