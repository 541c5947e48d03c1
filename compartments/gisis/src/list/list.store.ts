import { type Kysely, type RawBuilder, sql } from 'kysely';
import { z } from 'zod';
import type { Module } from '#declaration/module.rules.ts';
import { findModule } from '#modules/modules.ts';
import type { Registered } from '#record/record.rules.ts';
import { recordColumnNames, toRecord } from '#record/row.rules.ts';
import type { Schema } from '#schema.ts';
import type { Viewer } from '#sight/viewer.rules.ts';
import { meaningsOf } from '#value/meaning.rules.ts';
import { columnName, type Test } from '#value/value.rules.ts';
import { GONE_STATES, statesOf } from '#workflow/workflow.rules.ts';
import type { FacetCount } from './found.rules.ts';
import { orderExpression, sortColumn } from './order.rules.ts';
import { hiddenStates, MOST_COUNTED, type Query, RECORDS_A_PAGE, STATE_FILTER } from './query.rules.ts';

type Sql = RawBuilder<unknown>;

/** A record in a list, and its place there. */
export type Listed = { readonly record: Registered; readonly place: { readonly value: string; readonly id: string } };
/** What was typed into the search box, folded as the rows are. */
export type Searched = { readonly folded: string; readonly words: readonly string[] };

const MOST_WORDS = 8;

/** Folds what was searched, by the function that folded the rows. */
export async function foldText(db: Kysely<Schema>, text: string): Promise<Searched> {
  if (text === '') return { folded: '', words: [] };
  const { rows } = await sql`select registry_fold(${text}) as folded`.execute(db);
  const { folded } = z.object({ folded: z.string() }).parse(rows[0]);
  return {
    folded,
    words: folded
      .split(' ')
      .filter((word) => word !== '')
      .slice(0, MOST_WORDS),
  };
}

/** One page of a list, and one record more if there is one. */
export async function listPage(
  db: Kysely<Schema>,
  module: Module,
  query: Query,
  viewer: Viewer,
  searched: Searched,
): Promise<Listed[]> {
  const { rows } = await pageQuery(module, query, viewer, searched).execute(db);
  return rows.map((row) => {
    const { sort_value: value } = z.looseObject({ sort_value: z.string() }).parse(row);
    const record = toRecord(module, row);
    return { record, place: { value, id: record.id } };
  });
}

/** The statement of a page, apart, so that tests can have it explained. */
export function pageQuery(
  module: Module,
  query: Query,
  viewer: Viewer,
  searched: Searched,
  limit = RECORDS_A_PAGE + 1,
): RawBuilder<unknown> {
  const { expression, type } = orderOf(module, query, searched);
  const isDown = (query.order?.isDescending ?? true) !== (query.page.way === 'before');
  const after =
    query.page.way === 'first'
      ? []
      : [
          sql`(${expression}, id) ${sql.raw(isDown ? '<' : '>')} (${query.page.value}::${sql.raw(type)}, ${query.page.id}::bigint)`,
        ];
  const direction = sql.raw(isDown ? 'desc' : 'asc');
  return sql`select ${sql.join(recordColumnNames(module).map((name) => sql.ref(name)))}, (${expression})::text as sort_value from ${sql.table(module.table)}
    where ${sql.join([...conditionsOf(module, query, viewer, searched), ...after], sql` and `)}
    order by ${expression} ${direction}, id ${direction} limit ${limit}`;
}

/** Conditions of a query: what fits the search and the filters, and what the viewer may see. Never none. */
export function conditionsOf(module: Module, query: Query, viewer: Viewer, searched: Searched): readonly Sql[] {
  const states = query.states.length > 0 ? sql`state = any(${query.states}::text[])` : sql`state <> all(${GONE_STATES}::text[])`;
  return [
    sql`id > 0`,
    states,
    ...visible(module, viewer),
    ...query.tests.map(({ field, test }) => toSql(field, test)),
    ...searchOf(searched),
  ];
}

/** The same as one condition. */
export function conditionOf(module: Module, query: Query, viewer: Viewer, searched: Searched): Sql {
  return sql`(${sql.join(conditionsOf(module, query, viewer, searched), sql` and `)})`;
}

/** What somebody may see, of a part only where they see the whole. */
function visible(module: Module, viewer: Viewer): Sql[] {
  const own = visibleIn(module, viewer, module.table);
  const field = module.partOf === undefined ? undefined : module.fields[module.partOf];
  const whole = field?.kind === 'reference' ? findModule(field.to) : undefined;
  if (whole === undefined || module.partOf === undefined) return own;
  const seen = visibleIn(whole, viewer, 'whole');
  if (seen.length === 0) return own;
  return [
    ...own,
    sql`exists (select from ${sql.table(whole.table)} whole where whole.reference = ${sql.ref(`${module.table}.${module.partOf}`)} and ${sql.join(seen, sql` and `)})`,
  ];
}

function visibleIn(module: Module, viewer: Viewer, table: string): Sql[] {
  const hidden = hiddenStates(module, viewer);
  if (hidden === null) return [];
  const own = hidden.unless.map(({ field, is }) => sql`${sql.ref(`${table}.${sortColumn(module, field).name}`)} = ${is}`);
  // Where every state is hidden the index of whose they are leads to the few that are left.
  const isAllHidden = statesOf(module).every((state) => hidden.states.includes(state));
  const open = isAllHidden ? [] : [sql`${sql.ref(`${table}.state`)} <> all(${hidden.states}::text[])`];
  return [...open, ...own].length === 0 ? [sql`false`] : [sql`(${sql.join([...open, ...own], sql` or `)})`];
}

function searchOf({ folded, words }: Searched): Sql[] {
  if (folded === '') return [];
  const names = words.map((word) =>
    word.length < 3
      ? sql`(search_text like ${`${word}%`} or search_text like ${`% ${word}%`})`
      : sql`(search_text like ${`%${word}%`} or ${word} <% search_text)`,
  );
  return [sql`((${sql.join(names, sql` and `)}) or search_prose @@ plainto_tsquery('simple', ${folded}))`];
}

function orderOf(module: Module, query: Query, { folded }: Searched): { readonly expression: Sql; readonly type: string } {
  if (query.order === null && folded !== '')
    return { expression: sql`(word_similarity(${folded}, search_text) + similarity(${folded}, search_text))`, type: 'real' };
  const field = query.order?.field ?? 'reference';
  return { expression: sql.raw(orderExpression(module, field)), type: sortColumn(module, field).type };
}

function toSql(field: string, test: Test): Sql {
  if (test.test === 'all')
    return test.of.length === 0
      ? sql`true`
      : sql`(${sql.join(
          test.of.map((one) => toSql(field, one)),
          sql` and `,
        )})`;
  if (test.test === 'any')
    return test.of.length === 0
      ? sql`false`
      : sql`(${sql.join(
          test.of.map((one) => toSql(field, one)),
          sql` or `,
        )})`;
  const column = (suffix: string) => sql.ref(columnName(field, suffix));
  if (test.test === 'within') return withinSql(column(test.lat), column(test.lon), test);
  if (test.test === 'overlaps')
    return sql`(${column(test.from)} <= ${test.last} and (${column(test.to)} is null or ${column(test.to)} >= ${test.first}))`;
  const one = column(test.column);
  if (test.test === 'among')
    return sql`(${sql.join(
      test.values.map((value) => sql`${one} = ${value}`),
      sql` or `,
    )})`;
  if (test.test === 'shares') return sql`${one} && ${[...test.values]}`;
  if (test.test === 'empty') return test.isEmpty ? sql`${one} is null` : sql`${one} is not null`;
  const bounds = [
    ...(test.from === undefined ? [] : [sql`${one} >= ${test.from}`]),
    ...(test.to === undefined ? [] : [sql`${one} <= ${test.to}`]),
    ...(test.before === undefined ? [] : [sql`${one} < ${test.before}`]),
  ];
  return bounds.length === 0 ? sql`true` : sql`(${sql.join(bounds, sql` and `)})`;
}

function withinSql(lat: Sql, lon: Sql, box: Extract<Test, { test: 'within' }>): Sql {
  const { south, west, north, east } = box;
  const across = west <= east ? sql`${lon} between ${west} and ${east}` : sql`(${lon} >= ${west} or ${lon} <= ${east})`;
  // The index tells which are near; the numbers themselves decide.
  const halves =
    west <= east
      ? [{ west, east }]
      : [
          { west, east: 180 },
          { west: -180, east },
        ];
  const near = halves.map(
    (half) => sql`point(${lon}, ${lat}) <@ box(point(${half.west}, ${south}), point(${half.east}, ${north}))`,
  );
  return sql`((${sql.join(near, sql` or `)}) and ${lat} between ${south} and ${north} and ${across})`;
}

/**
 * How many match, up to one more than are counted, and how they are shared out over the facets and the states of the workflow: in one
 * look, and shared out only where not too many match.
 */
export async function countMatches(
  db: Kysely<Schema>,
  module: Module,
  facets: readonly string[],
  { query, viewer, searched }: { readonly query: Query; readonly viewer: Viewer; readonly searched: Searched },
): Promise<{ readonly count: number; readonly facets: readonly FacetCount[] }> {
  const { rows } = await facetQuery(module, facets, { query, viewer, searched }).execute(db);
  const counts = z.array(z.object({ field: z.string(), value: z.string(), count: z.number() })).parse(rows);
  const total = counts.find(({ field }) => field === '');
  return { count: total?.count ?? 0, facets: counts.filter((one) => one !== total) };
}

const FEW = sql`(select count from total) <= ${sql.lit(MOST_COUNTED)}`;

export function facetQuery(
  module: Module,
  facets: readonly string[],
  { query, viewer, searched }: { readonly query: Query; readonly viewer: Viewer; readonly searched: Searched },
): RawBuilder<unknown> {
  const parts = [
    ...facets.map((field) => ({
      field,
      by: meaningsOf(module)[field]?.facet?.by((suffix) => columnName(field, suffix)) ?? `''`,
    })),
    { field: STATE_FILTER, by: 'state' },
  ];
  const isMany = (field: string) => meaningsOf(module)[field]?.facet?.isMany === true;
  // Only what is counted: whole rows of thousands would not fit into the memory of a query.
  const needed = parts.flatMap(({ field, by }, number) =>
    isMany(field)
      ? (meaningsOf(module)[field]?.columns ?? []).map(({ suffix }) => sql.ref(columnName(field, suffix)))
      : [sql`${sql.raw(by)} as ${sql.raw(`f${number}`)}`],
  );
  // A facet of many values makes several rows of one: each is taken by itself.
  const counts = parts.map(({ field, by }, number) =>
    isMany(field)
      ? sql`select ${sql.lit(field)} as field, value::text, count(*)::int as count from (select ${sql.raw(by)} as value from matched where ${FEW}) one where value is not null group by value`
      : sql`select ${sql.lit(field)} as field, ${sql.raw(`f${number}`)}::text as value, count(*)::int as count from matched where ${FEW} and ${sql.raw(`f${number}`)} is not null group by 2`,
  );
  return sql`with matched as materialized (select ${sql.join(needed)} from ${sql.table(module.table)}
    where ${sql.join(conditionsOf(module, query, viewer, searched), sql` and `)} limit ${MOST_COUNTED + 1}),
    total as materialized (select count(*)::int as count from matched)
    select '' as field, '' as value, count from total union all ${sql.join(counts, sql` union all `)}`;
}

/** The same of all that match, however many, and how many they are: each facet in its own grouping of one reading of the rows. */
export async function countEverything(
  db: Kysely<Schema>,
  module: Module,
  facets: readonly string[],
  asked: { readonly query: Query; readonly viewer: Viewer; readonly searched: Searched },
): Promise<{ readonly count: number; readonly facets: readonly FacetCount[] }> {
  const { rows } = await everythingQuery(module, facets, asked).execute(db);
  const read = z.array(z.object({ part: z.number(), value: z.string().nullable(), count: z.number() })).parse(rows);
  const fields = [...facets, STATE_FILTER];
  return {
    count: read.find(({ part }) => part === fields.length)?.count ?? 0,
    facets: read.flatMap(({ part, value, count }) => {
      const field = fields[part];
      return field === undefined || value === null ? [] : [{ field, value, count }];
    }),
  };
}

export function everythingQuery(
  module: Module,
  facets: readonly string[],
  { query, viewer, searched }: { readonly query: Query; readonly viewer: Viewer; readonly searched: Searched },
): RawBuilder<unknown> {
  const where = sql`from ${sql.table(module.table)} where ${sql.join(conditionsOf(module, query, viewer, searched), sql` and `)}`;
  const facetOf = (field: string) => meaningsOf(module)[field]?.facet;
  const byOf = (field: string) => sql.raw(facetOf(field)?.by((suffix) => columnName(field, suffix)) ?? STATE_FILTER);
  const fields = [...facets, STATE_FILTER];
  const single = fields.flatMap((field, part) => (facetOf(field)?.isMany === true ? [] : [{ field, part }]));
  const names = single.map(({ part }) => sql.ref(`f${part}`));
  // Of several groupings a row belongs to the one whose column is not rolled up.
  const part = single.map(({ part: number }) => sql`when grouping(${sql.ref(`f${number}`)}) = 0 then ${sql.lit(number)}`);
  const value = single.map(
    ({ part: number }) => sql`when grouping(${sql.ref(`f${number}`)}) = 0 then ${sql.ref(`f${number}`)}::text`,
  );
  const many = fields.flatMap((field, number) =>
    facetOf(field)?.isMany === true
      ? [
          sql`select ${sql.lit(number)} as part, value::text, count(*)::int as count from (select ${byOf(field)} as value ${where}) one group by value`,
        ]
      : [],
  );
  const counted = sql`select case ${sql.join(part, sql` `)} else ${sql.lit(fields.length)} end as part, case ${sql.join(value, sql` `)} end as value, count(*)::int as count
    from (select ${sql.join(single.map(({ field, part: number }) => sql`${byOf(field)} as ${sql.ref(`f${number}`)}`))} ${where}) counted
    group by grouping sets (${sql.join(names.map((name) => sql`(${name})`))}, ())`;
  return sql.join([counted, ...many], sql` union all `);
}

/** Records of one batch of an export. */
export const BATCH = 500;

export async function listAfter(
  db: Kysely<Schema>,
  module: Module,
  query: Query,
  viewer: Viewer,
  { searched, after }: { readonly searched: Searched; readonly after: string },
): Promise<Registered[]> {
  const columns = sql.join(recordColumnNames(module).map((name) => sql.ref(name)));
  const { rows } = await sql`select ${columns} from ${sql.table(module.table)}
    where ${sql.join([...conditionsOf(module, query, viewer, searched), sql`id > ${after}::bigint`], sql` and `)}
    order by id limit ${BATCH}`.execute(db);
  return rows.map((row) => toRecord(module, row));
}

/** Which of these records fit a query. */
export async function listFitting(
  db: Kysely<Schema>,
  module: Module,
  query: Query,
  { viewer, searched, ids }: { readonly viewer: Viewer; readonly searched: Searched; readonly ids: readonly string[] },
): Promise<ReadonlySet<string>> {
  const { rows } = await sql`select id::text as id from ${sql.table(module.table)}
    where ${sql.join([...conditionsOf(module, query, viewer, searched), sql`id = any(${ids}::bigint[])`], sql` and `)}`.execute(
    db,
  );
  return new Set(
    z
      .array(z.object({ id: z.string() }))
      .parse(rows)
      .map(({ id }) => id),
  );
}

/** What a query finds, the last changed first; changed after a moment if one is given. */
export async function listLatest(
  db: Kysely<Schema>,
  module: Module,
  query: Query,
  {
    viewer,
    searched,
    after,
    limit,
  }: { readonly viewer: Viewer; readonly searched: Searched; readonly after: Date | null; readonly limit: number },
): Promise<Registered[]> {
  const columns = sql.join(recordColumnNames(module).map((name) => sql.ref(name)));
  const { rows } = await sql`select ${columns} from ${sql.table(module.table)}
    where ${sql.join([...conditionsOf(module, query, viewer, searched), ...laterThan(after)], sql` and `)}
    order by changed_at desc, id desc limit ${limit}`.execute(db);
  return rows.map((row) => toRecord(module, row));
}

/** How many of what a query finds changed after a moment, up to a limit. */
export async function countLatest(
  db: Kysely<Schema>,
  module: Module,
  query: Query,
  {
    viewer,
    searched,
    after,
    limit,
  }: { readonly viewer: Viewer; readonly searched: Searched; readonly after: Date; readonly limit: number },
): Promise<number> {
  const conditions = [...conditionsOf(module, query, viewer, searched), ...laterThan(after)];
  const { rows } = await sql`select count(*)::int as count from (select from ${sql.table(module.table)}
    where ${sql.join(conditions, sql` and `)} limit ${limit}) latest`.execute(db);
  return z.object({ count: z.number() }).parse(rows[0]).count;
}

function laterThan(after: Date | null): Sql[] {
  return after === null ? [] : [sql`changed_at > ${after}`];
}

/** Where a record stands in the order of filing. */
export async function findPlace(db: Kysely<Schema>, module: Module, reference: string): Promise<string | undefined> {
  const { rows } = await sql`select id::text as id from ${sql.table(module.table)} where reference = ${reference}`.execute(db);
  return rows[0] === undefined ? undefined : z.object({ id: z.string() }).parse(rows[0]).id;
}
