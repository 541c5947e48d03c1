import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { Module } from '#declaration/module.rules.ts';
import type { Schema } from '#schema.ts';
import type { Viewer } from '#sight/viewer.rules.ts';
import { conditionsOf, type Searched } from './list.store.ts';
import type { Query } from './query.rules.ts';

/** Lines of one batch: some two megabytes. */
export const LINES_A_BATCH = 8000;

const linesSchema = z.object({ text: z.string().nullable(), last: z.string().nullable(), count: z.number() });
export type Lines = { readonly text: string; readonly last: string | null; readonly count: number };

/** One batch of lines that the database writes of the records of a query, in the order of filing. */
export async function listLines(
  db: Kysely<Schema>,
  module: Module,
  query: Query,
  {
    line,
    viewer,
    searched,
    after,
  }: { readonly line: string; readonly viewer: Viewer; readonly searched: Searched; readonly after: string },
): Promise<Lines> {
  const { rows } = await sql`select string_agg(line, '') as text, max(id)::text as last, count(*)::int as count from (
      select id, ${sql.raw(line)} as line from ${sql.table(module.table)}
      where ${sql.join([...conditionsOf(module, query, viewer, searched), sql`id > ${after}::bigint`], sql` and `)}
      order by id limit ${LINES_A_BATCH}) batch`.execute(db);
  const { text, last, count } = linesSchema.parse(rows[0]);
  return { text: text ?? '', last, count };
}
