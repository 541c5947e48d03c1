import type { Module } from '#declaration/module.rules.ts';
import { SECRETARIAT_CODE } from '#sight/viewer.rules.ts';
import { meaningsOf } from '#value/meaning.rules.ts';
import { quoteSql } from '#value/single-column.rules.ts';
import { type Column, columnName, type Meaning } from '#value/value.rules.ts';

/** How the history names what a recovery took back, and who did it. */
export const TAKEN_BACK = 'taken-back';
export const RECOVERY_ACCOUNT = 'recovery';

/**
 * The statement by which a repair keeps the history of a module's records true: for records that it wrote (`$1`, their keys) each
 * field that stands otherwise than its last line says gets a line, in a new revision, and those concerned are told. Times, revision
 * and source of a record are those of its last line; former names are those that lines tell of, and no false one that was taken back.
 * Whoever had opened the record before is told that it was changed since.
 */
export function writeTakenBack(module: Module): string {
  const { name, table, owner } = module;
  const fields = [
    `(${quoteSql('state')}, to_jsonb(r.state))`,
    ...Object.entries(meaningsOf(module)).map(([field, meaning]) => `(${quoteSql(field)}, ${jsonOf(field, meaning)})`),
  ];
  const lines = `from public.field_change c join asked on asked.id = c.record_id where c.module = ${quoteSql(name)}`;
  const names = `array[${listNames(module).map(quoteSql).join(', ')}]::text[]`;
  const whom = [
    `select '${SECRETARIAT_CODE}'`,
    ...(owner === 'secretariat' ? [] : [`select r.${owner.stateIn} where r.${owner.stateIn} is not null`]),
  ];
  return `with asked as materialized (
  select distinct (k->>'id')::bigint as id from jsonb_array_elements($1::jsonb) k where (k->>'id')::bigint > 0
), said as (
  select distinct on (c.record_id, c.field) c.record_id, c.field, c.after ${lines} order by c.record_id, c.field, c.revision desc
), newest as (
  select distinct on (c.record_id) c.record_id, c.revision, c.at, c.account_id, c.source ${lines} order by c.record_id, c.revision desc
), wrong as (
  select r.id, f.field, said.after as before, f.value as after
  from public.${table} r join asked on asked.id = r.id cross join lateral (values ${fields.join(', ')}) f(field, value)
  join said on said.record_id = r.id and said.field = f.field where said.after is distinct from f.value
), line as (
  insert into public.field_change (module, record_id, revision, act, field, before, after, effective_on, account_id, account_name, source, at)
  select ${quoteSql(name)}, w.id, n.revision + 1, '${TAKEN_BACK}', w.field, w.before, w.after,
    (select e.effective_on from public.field_change e where e.module = ${quoteSql(name)} and e.record_id = w.id and e.field = w.field
      and e.after is not distinct from w.after order by e.revision desc limit 1),
    '${RECOVERY_ACCOUNT}', '${RECOVERY_ACCOUNT}', $2, now()
  from wrong w join newest n on n.record_id = w.id returning record_id
), told as (
  insert into public.told (module, reference, act, whom, account_name, at)
  select ${quoteSql(name)}, r.reference, '${TAKEN_BACK}', concerned.code, '${RECOVERY_ACCOUNT}', now()
  from public.${table} r cross join lateral (${whom.join(' union ')}) concerned(code)
  where r.id in (select record_id from line) returning id
), former as (
  select one.id, left(string_agg(one.name, E'\n' order by one.place), 10000) as names from (
    select d.id, d.name, min(d.place) as place from (
      select c.record_id as id, c.before #>> '{}' as name, -c.revision as place ${lines} and c.field = any(${names}) and c.before is not null
        and not exists (select from wrong w where w.id = c.record_id and w.field = c.field and w.before = c.after)
      union all select r.id, u.name, u.place from public.${table} r join asked on asked.id = r.id
        cross join lateral unnest(string_to_array(r.former_names, E'\n')) with ordinality u(name, place)) d
    where not exists (select from wrong w where w.id = d.id and w.field = any(${names}) and d.name in (w.before #>> '{}', w.after #>> '{}'))
    group by d.id, d.name) one group by one.id
)
update public.${table} r set
  former_names = (select f.names from former f where f.id = r.id),
  revision = n.revision + mended.by,
  changed_at = case mended.by when 0 then n.at else now() end,
  changed_by = case mended.by when 0 then n.account_id else '${RECOVERY_ACCOUNT}' end,
  source = case mended.by when 0 then n.source else $2 end
from newest n cross join lateral (select (n.record_id in (select id from wrong))::int as by) mended
where r.id = n.record_id`;
}

/** Fields whose former values the search box still finds. */
function listNames(module: Module): readonly string[] {
  return module.list.search.filter(
    (name) => (module.fields[name]?.seenBy ?? 'public') === 'public' && meaningsOf(module)[name]?.search === 'name',
  );
}

/** A field's value as the history keeps it, from its columns. */
function jsonOf(field: string, { columns }: Meaning): string {
  const [first] = columns;
  if (first === undefined) return 'null::jsonb';
  const of = (column: Column) => plainOf(`r.${columnName(field, column.suffix)}`, column.type);
  if (columns.length === 1 && first.suffix === '') return `to_jsonb(${of(first)})`;
  const parts = columns.map((column) => `${quoteSql(column.suffix)}, ${of(column)}`);
  return `case when r.${columnName(field, first.suffix)} is not null then jsonb_build_object(${parts.join(', ')}) end`;
}

/** Times and days as they are written in JSON. */
function plainOf(column: string, type: string): string {
  if (type === 'timestamptz') return `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;
  return type === 'date' ? `to_char(${column}, 'YYYY-MM-DD')` : column;
}
