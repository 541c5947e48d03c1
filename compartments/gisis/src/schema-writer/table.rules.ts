import type { Module } from '#declaration/module.rules.ts';
import { columnOf, dutiesOf, owingField, pendingSql } from '#duty/duty.rules.ts';
import { owingSql, ownerColumn } from '#duty/yearly.rules.ts';
import { filteredFields, orderExpression, ordersOf, readOrder } from '#list/order.rules.ts';
import { partyFields } from '#sight/sight.rules.ts';
import { meaningsOf } from '#value/meaning.rules.ts';
import { type Column, columnName, type Meaning } from '#value/value.rules.ts';
import { statesOf } from '#workflow/workflow.rules.ts';

/** A module's table, as statements: the references to other modules' tables come when all of them stand. */
export type WrittenTable = {
  readonly create: string;
  readonly indexes: readonly string[];
  readonly references: readonly string[];
};

/** Columns that every record has, beside its fields. */
const COMMON = [
  'id bigint generated always as identity primary key',
  'reference text not null check (length(reference) between 1 and 60)',
  'state text not null',
  'revision integer not null check (revision > 0)',
  'created_at timestamp with time zone not null',
  'changed_at timestamp with time zone not null',
  'changed_by text not null check (length(changed_by) between 1 and 64)',
  'source text check (length(source) <= 500)',
  'is_sample boolean not null default false',
  // The transaction that wrote it last: feeds go by it (`docs/design/programs.md`).
  'changed_in bigint not null default pg_current_xact_id()::text::bigint',
];
/** Former values of names that the search box still finds. */
const FORMER = 'former_names text check (length(former_names) <= 10000)';

/** The columns of a field with their names. */
export function columnsOf(module: Module, field: string): readonly (Column & { readonly name: string })[] {
  return (meaningsOf(module)[field]?.columns ?? []).map((column) => ({ ...column, name: columnName(field, column.suffix) }));
}

export function writeTable(module: Module, moduleTables: ReadonlyMap<string, string>): WrittenTable {
  const { table } = module;
  const meanings = meaningsOf(module);
  const lines = [
    ...COMMON,
    ...Object.entries(meanings).flatMap(([name, meaning]) => fieldLines(table, name, meaning)),
    FORMER,
    `search_text text generated always as (${searchedText(module, 'name')}) stored`,
    `search_prose tsvector generated always as (to_tsvector('simple'::regconfig, ${searchedText(module, 'prose')})) stored`,
    `constraint ${short(`${table}_state_known`)} check (state in (${statesOf(module).map(quote).join(', ')}))`,
  ];
  return {
    create: `create table ${table} (\n${lines.map((line) => `  ${line}`).join(',\n')}\n);`,
    indexes: writeIndexes(module),
    references: Object.keys(meanings).flatMap((name) =>
      columnsOf(module, name).flatMap(({ name: column, refersTo }) => {
        const other = refersTo === undefined ? undefined : moduleTables.get(refersTo);
        if (other === undefined) return [];
        return [
          `alter table ${table} add constraint ${short(`${table}_${column}_known`)} foreign key (${column}) references ${other} (reference);`,
        ];
      }),
    ),
  };
}

function fieldLines(table: string, field: string, { columns }: Meaning): string[] {
  const nameOf = (suffix: string) => columnName(field, suffix);
  return columns.flatMap(({ suffix, type, check }) => [
    `${nameOf(suffix)} ${type}`,
    ...(check ? [`constraint ${short(`${table}_${nameOf(suffix)}_fits`)} check (${check(nameOf)})`] : []),
  ]);
}

/** What the search box looks into, as one folded text: only what everybody sees, or a hit would tell of it. `coalesce` and `||`, as PostgreSQL holds `concat_ws` to be changeable. */
function searchedText(module: Module, wanted: 'name' | 'prose'): string {
  const names = module.list.search.filter((name) => isPublic(module, name) && meaningsOf(module)[name]?.search === wanted);
  const parts = names.flatMap((name) => columnsOf(module, name)).map(({ name: column }) => `coalesce(${column}::text, '')`);
  const all = wanted === 'name' ? [...parts, 'reference', `coalesce(former_names, '')`] : parts;
  return all.length === 0 ? `''` : `registry_fold(${all.join(` || ' ' || `)})`;
}

function isPublic({ fields }: Module, name: string): boolean {
  return (fields[name]?.seenBy ?? 'public') === 'public';
}

function writeIndexes(module: Module): string[] {
  const { table, unique = [], organizations } = module;
  const index = (name: string, body: string) => `create index ${short(`${table}_${name}`)} on ${table} ${body};`;
  return [
    `create unique index ${short(`${table}_reference`)} on ${table} (reference);`,
    index('changed', '(changed_at, id)'),
    index('written', '(changed_in, id)'),
    `create trigger ${short(`${table}_noted`)} before update on ${table} for each row execute function note_change();`,
    index('search_name', 'using gin (search_text gin_trgm_ops)'),
    index('search_prose', 'using gin (search_prose)'),
    ...[...new Set(ordersOf(module).map(({ field }) => field))].map((field) =>
      index(`by_${field}`, `((${orderExpression(module, field)}), id)`),
    ),
    ...filteredFields(module).flatMap((name) => writeFilterIndexes(module, name)),
    index('facets', `(${facetColumns(module).join(', ')}) where id > 0`),
    ...(organizations ? [index(`of_${organizations.filedBy}`, `(${organizations.filedBy}, id)`)] : []),
    ...dutiesOf([module]).map((of) =>
      index(
        `duty_${of.duty.name.replaceAll('-', '_')}`,
        `(${columnOf(module, owingField(of))}, ${columnOf(module, of.duty.from)}) where ${pendingSql(of)}`,
      ),
    ),
    ...(module.yearlyReports ?? []).map((report) =>
      index(`owes_${report.name.replaceAll('-', '_')}`, `(${ownerColumn(module)}, reference) where ${owingSql(module, report)}`),
    ),
    ...unique.map(
      (names) =>
        `create unique index ${short(`${table}_one_${names.join('_')}`)} on ${table} (${names
          .flatMap((name) => columnsOf(module, name).map((column) => column.name))
          .join(', ')}) where state <> 'withdrawn' and id > 0;`,
    ),
  ];
}

/**
 * All that the facets of a list count by, and that decides who is to see a record: counting reads no records but this one small index,
 * as many of them are alike. An entry has a most size: lists of what is not declared stay out.
 */
export function facetColumns(module: Module): readonly string[] {
  const { list, organizations } = module;
  const lists = list.facets.filter((name) => isMany(module, name));
  const seen = [...partyFields(module), ...(organizations ? [organizations.filedBy] : [])];
  const single = [...list.facets.filter((name) => !isMany(module, name)), ...seen];
  const bounded = lists.filter((name) => mostBytes(module, name) <= MOST_LIST_BYTES);
  return [
    ...new Set(
      [...single, 'state', ...bounded].flatMap((name) =>
        name === 'state' ? ['state'] : columnsOf(module, name).map((column) => column.name),
      ),
    ),
  ];
}

/** What a list takes in an entry at the most; several of them, and the other columns, fit into the 2700 bytes that one has. */
const MOST_LIST_BYTES = 600;

function isMany(module: Module, name: string): boolean {
  return meaningsOf(module)[name]?.facet?.isMany === true;
}

function mostBytes({ fields }: Module, name: string): number {
  const field = fields[name];
  if (field?.kind !== 'choices') return Number.POSITIVE_INFINITY;
  return Object.keys(field.of).reduce((sum, code) => sum + code.length + 8, 24);
}

function writeFilterIndexes(module: Module, name: string): string[] {
  const { table, list } = module;
  const usual = orderExpression(module, readOrder(list.sorts[0] ?? 'reference').field);
  const isFacet = list.facets.includes(name);
  return (meaningsOf(module)[name]?.indexes ?? []).map(({ method, on }, number) => {
    const columns = on((suffix) => columnName(name, suffix));
    // A facet's rows in the usual order: a page of them is read from one place of the index.
    const body =
      method === 'btree' && isFacet && !columns.includes(',') ? `(${columns}, (${usual}), id)` : `using ${method} (${columns})`;
    return `create index ${short(`${table}_of_${name}${number === 0 ? '' : number + 1}`)} on ${table} ${body};`;
  });
}

/** Names of PostgreSQL end after 63 bytes. */
function short(name: string): string {
  return name.length <= 63 ? name : `${name.slice(0, 50)}_${hash(name)}`;
}

function hash(text: string): string {
  let value = 5381;
  for (const char of text) value = (value * 33 + (char.codePointAt(0) ?? 0)) % 4_294_967_296;
  return value.toString(36);
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
