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
import type { Counts } from './found.rules.ts';
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

function orderOf(module: Module, query: Query, searched: Searched): { readonly expression: Sql; readonly type: string } {
  if (query.order === null && searched.folded !== '') return { expression: rankOf(searched), type: 'real' };
  const field = query.order?.field ?? 'reference';
  return { expression: sql.raw(orderExpression(module, field)), type: sortColumn(module, field).type };
}

/**
 * How well a record fits what was searched: one that has all words the best, then by how much else stands there. Trigrams are compared
 * where neither tells, as that takes thirty times as long: a common word fits many records, a misspelt one few.
 */
function rankOf({ folded, words }: Searched): Sql {
  const has = words.map((word) => sql`search_text like ${`%${word}%`}`);
  const whole = words.map(
    (word) => sql`case when ' ' || search_text || ' ' like ${`% ${word} %`} then 1::real else 0.8::real end`,
  );
  return sql`(case when ${sql.join(has, sql` and `)}
    then (${sql.join(whole, sql` + `)}) / ${words.length}::real + ${Buffer.byteLength(folded)}::real / octet_length(search_text)::real
    when search_prose @@ plainto_tsquery('simple', ${folded}) then 0.5::real
    else word_similarity(${folded}, search_text) + similarity(${folded}, search_text) end)`;
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

type Counting = { readonly query: Query; readonly viewer: Viewer; readonly searched: Searched };

/** How many match, up to one more than are counted, and how they are shared out over the facets and the states of the workflow. */
export function countMatches(db: Kysely<Schema>, module: Module, facets: readonly string[], asked: Counting): Promise<Counts> {
  return count(db, facets, countQuery(module, facets, asked, MOST_COUNTED + 1));
}

/** The same of all that match, however many. */
export function countEverything(db: Kysely<Schema>, module: Module, facets: readonly string[], asked: Counting): Promise<Counts> {
  return count(db, facets, countQuery(module, facets, asked, null));
}

async function count(db: Kysely<Schema>, facets: readonly string[], query: RawBuilder<unknown>): Promise<Counts> {
  const { rows } = await query.execute(db);
  const read = z.array(z.object({ part: z.number(), value: z.string().nullable(), count: z.number() })).parse(rows);
  const fields = [...facets, STATE_FILTER];
  return {
    count: read.find(({ part }) => part === fields.length)?.count ?? 0,
    facets: read.flatMap(({ part, value, count: number }) => {
      const field = fields[part];
      return field === undefined || value === null ? [] : [{ field, value, count: number }];
    }),
  };
}

/** The statement, apart, so that tests can have it explained: records that are alike in all facets are counted together, then shared out. */
export function countQuery(
  module: Module,
  facets: readonly string[],
  { query, viewer, searched }: Counting,
  limit: number | null,
): RawBuilder<unknown> {
  const parts = [...facets, STATE_FILTER].map((field, number) => {
    const facet = meaningsOf(module)[field]?.facet;
    const column = columnName(field, '');
    const isMany = facet?.isMany === true;
    const by = sql.raw(facet?.by((suffix) => columnName(field, suffix)) ?? STATE_FILTER);
    return { name: sql.ref(`f${number}`), column: sql.ref(column), number: sql.lit(number), isMany, by };
  });
  // A facet of many values is taken apart where few rows are left.
  const alike = parts.map(({ name, column, isMany, by }) => sql`${isMany ? column : by} as ${name}`);
  const names = sql.join(parts.map(({ name }) => name));
  const shared = parts.map(({ name, column, number, isMany, by }) =>
    isMany
      ? sql`select ${number} as part, value::text, sum(count)::int as count
          from alike cross join lateral (select ${by} from (select ${name} as ${column}) one) each (value) group by value`
      : sql`select ${number} as part, ${name}::text as value, sum(count)::int as count from alike group by ${name}`,
  );
  return sql`with alike as materialized (select ${names}, count(*) as count from (select ${sql.join(alike)} from ${sql.table(module.table)}
      where ${sql.join(conditionsOf(module, query, viewer, searched), sql` and `)}${limit === null ? sql`` : sql` limit ${limit}`}) matched group by ${names})
    ${sql.join(shared, sql` union all `)} union all select ${sql.lit(parts.length)}, null, coalesce(sum(count), 0)::int from alike`;
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
