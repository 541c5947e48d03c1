import { type Kysely, type RawBuilder, sql } from 'kysely';
import { z } from 'zod';
import type { Module } from '#declaration/module.rules.ts';
import type { Schema } from '#schema.ts';
import { meaningsOf } from '#value/meaning.rules.ts';
import { columnName } from '#value/value.rules.ts';
import { type Drawn, isSeveral, MOST_CHARTED, type Tallied } from './chart.rules.ts';

type Asked = { readonly module: Module; readonly chart: Drawn; readonly condition: RawBuilder<unknown> };

const rowSchema = z.array(
  z.object({ is_all: z.boolean(), key: z.string().nullable(), part: z.string().nullable(), count: z.number() }),
);

/** Counts the records of one chart, in one statement. */
export async function countChart(db: Kysely<Schema>, asked: Asked): Promise<Tallied> {
  const { rows } = await chartQuery(asked).execute(db);
  const read = rowSchema.parse(rows);
  const tallies = read.filter((row) => !row.is_all).map(({ key, part, count }) => ({ key, part, count }));
  const every = read.find((row) => row.is_all)?.count;
  return { tallies, records: every ?? tallies.reduce((sum, { count }) => sum + count, 0) };
}

/** The statement, apart, so that tests can have it explained. Records are counted by themselves only where one can stand under several. */
export function chartQuery({ module, chart, condition }: Asked): RawBuilder<unknown> {
  const matched = sql`from ${sql.table(module.table)} where ${condition} limit ${MOST_CHARTED + 1}`;
  const fields = [...new Set([chart.by, ...(chart.split === null ? [] : [chart.split])])];
  const columns = fields.flatMap((field) =>
    (meaningsOf(module)[field]?.columns ?? []).map(({ suffix }) => sql.ref(columnName(field, suffix))),
  );
  const counted = sql`select false as is_all, key, part, count(*)::int as count
    from (select (${alongOf(module, chart)})::text as key, ${codeOf(module, chart.split)} as part from (select ${sql.join(columns)} ${matched}) matched) one
    group by key, part`;
  if (!isSeveral(module, chart)) return counted;
  return sql`${counted} union all select true, null, null, count(*)::int from (select ${matched}) every`;
}

function alongOf(module: Module, { by, along }: Drawn): RawBuilder<unknown> {
  if (along !== 'month') return codeOf(module, by);
  const column = sql.ref(columnName(by, ''));
  return module.fields[by]?.kind === 'moment'
    ? sql`to_char(${column} at time zone 'UTC', 'YYYY-MM')`
    : sql`to_char(${column}, 'YYYY-MM')`;
}

/** What a field is counted by; a record that names none of several counts once, as not given. */
function codeOf(module: Module, field: string | null): RawBuilder<unknown> {
  const facet = field === null ? null : (meaningsOf(module)[field]?.facet ?? null);
  if (field === null || facet === null) return sql`null::text`;
  const nameOf = (suffix: string) =>
    facet.isMany ? `coalesce(${columnName(field, suffix)}, array[null]::text[])` : columnName(field, suffix);
  return sql.raw(`(${facet.by(nameOf)})::text`);
}
