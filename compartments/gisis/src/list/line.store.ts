import { type RawBuilder, sql } from 'kysely';
import type { Module } from '#declaration/module.rules.ts';
import type { Viewer } from '#sight/viewer.rules.ts';
import { conditionsOf, type Searched } from './list.store.ts';
import type { Query } from './query.rules.ts';

/** One batch of a query's records in the order of filing: the place of each, and what is written of it. */
export function linesQuery(
  module: Module,
  query: Query,
  {
    cells,
    viewer,
    searched,
    after,
    limit,
  }: {
    readonly cells: readonly string[];
    readonly viewer: Viewer;
    readonly searched: Searched;
    readonly after: string;
    readonly limit: number;
  },
): RawBuilder<unknown> {
  return sql`select id, ${sql.raw(cells.join(', '))} from ${sql.table(module.table)}
    where ${sql.join([...conditionsOf(module, query, viewer, searched), sql`id > ${after}::bigint`], sql` and `)}
    order by id limit ${limit}`;
}
