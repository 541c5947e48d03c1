import { type Kysely, type RawBuilder, sql } from 'kysely';
import { z } from 'zod';
import type { Module } from '#declaration/module.rules.ts';
import type { Registered } from '#record/record.rules.ts';
import { recordColumnNames, toRecord } from '#record/row.rules.ts';
import type { Schema } from '#schema.ts';
import type { Place } from './place.rules.ts';

type Sql = RawBuilder<unknown>;

/** A record that was written, and its place. */
export type Written = { readonly record: Registered; readonly place: Pick<Place, 'transaction' | 'id'> };

/** The line of history that stands, and the first transaction that may still be under way. */
export async function findHorizon(db: Kysely<Schema>): Promise<Pick<Place, 'timeline' | 'transaction'>> {
  const { rows } = await sql`select pg_snapshot_xmin(pg_current_snapshot())::text as transaction,
    case when pg_is_in_recovery() then (select timeline_id::text from pg_control_checkpoint())
      else ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::bigint::text end as timeline`.execute(db);
  return z.object({ transaction: z.string(), timeline: z.string() }).parse(rows[0]);
}

type Between = { readonly after: Pick<Place, 'transaction' | 'id'>; readonly horizon: string; readonly limit: number };

/** Records that were written after a place and before the horizon, in their order; a part is when its whole is, too. */
export async function listWritten(
  db: Kysely<Schema>,
  module: Module,
  whole: Module | undefined,
  between: Between,
): Promise<Written[]> {
  const { rows } = await (whole === undefined ? ownQuery(module, between) : partQuery(module, whole, between)).execute(db);
  return rows.map((row) => {
    const record = toRecord(module, row);
    const { transaction } = z.looseObject({ transaction: z.coerce.string() }).parse(row);
    return { record, place: { transaction, id: record.id } };
  });
}

function ownQuery(module: Module, { after, horizon, limit }: Between): Sql {
  return sql`select ${columnsOf(module, 'one')}, one.changed_in as transaction from ${sql.table(module.table)} one
    where one.id > 0 and (one.changed_in, one.id) > (${after.transaction}::bigint, ${after.id}::bigint) and one.changed_in < ${horizon}::bigint
    order by one.changed_in, one.id limit ${limit}`;
}

/** Of each part the later of two: its own transaction, or that of its whole. */
function partQuery(module: Module, whole: Module, { after, horizon, limit }: Between): Sql {
  const [part, reference] = [sql.table(module.table), sql.ref(`one.${module.partOf ?? ''}`)];
  const before = sql`${horizon}::bigint`;
  const from = sql`${after.transaction}::bigint`;
  // A page that its own transactions fill ends with the last of them: wholes beyond it are for the next.
  return sql`with own as materialized (
    select ${columnsOf(module, 'one')}, one.changed_in as transaction from ${part} one
      where one.id > 0 and (one.changed_in, one.id) > (${from}, ${after.id}::bigint) and one.changed_in < ${before}
        and not exists (select from ${sql.table(whole.table)} whole where whole.reference = ${reference}
          and whole.changed_in > one.changed_in and whole.changed_in < ${before})
      order by one.changed_in, one.id limit ${limit})
    select * from (select * from own union all
      (select ${columnsOf(module, 'one')}, whole.changed_in as transaction from ${sql.table(whole.table)} whole
        join ${part} one on whole.reference = ${reference}
        where one.id > 0 and whole.changed_in >= ${from} and whole.changed_in < ${before} and whole.changed_in > one.changed_in
          and whole.changed_in <= (select case when count(*) < ${limit} then ${before} else max(transaction) end from own)
          and (whole.changed_in, one.id) > (${from}, ${after.id}::bigint)
        order by whole.changed_in, one.id limit ${limit})) written
    order by transaction, id limit ${limit}`;
}

function columnsOf(module: Module, table: string): Sql {
  return sql.join(recordColumnNames(module).map((name) => sql.ref(`${table}.${name}`)));
}

/** The transaction of the first record of some modules that changed at or after a moment; undefined where none did. */
export async function findTransactionAt(
  db: Kysely<Schema>,
  modules: readonly Pick<Module, 'table'>[],
  at: Date,
): Promise<string | undefined> {
  const firsts = modules.map(
    ({ table }) =>
      sql`(select changed_in from ${sql.table(table)} where id > 0 and changed_at >= ${at} order by changed_at, id limit 1)`,
  );
  const { rows } =
    await sql`select min(changed_in)::text as transaction from (${sql.join(firsts, sql` union all `)}) firsts`.execute(db);
  return z.object({ transaction: z.string().nullable() }).parse(rows[0]).transaction ?? undefined;
}

/** Which of these records were ever in a state that everybody sees. */
export async function listOncePublished(
  db: Kysely<Schema>,
  { name, workflow }: Module,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const { rows } = await sql`select distinct record_id::text as id from field_change where module = ${name}
    and record_id = any(${ids}::bigint[]) and field = 'state' and not (after #>> '{}' = any(${[...(workflow?.unpublished ?? [])]}::text[]))`.execute(
    db,
  );
  return new Set(
    z
      .array(z.object({ id: z.string() }))
      .parse(rows)
      .map(({ id }) => id),
  );
}

/** What was done last to each of these records. */
export async function listLastActs(
  db: Kysely<Schema>,
  { name }: Pick<Module, 'name'>,
  records: readonly Registered[],
): Promise<ReadonlyMap<string, string>> {
  if (records.length === 0) return new Map();
  const ids = records.map(({ id }) => id);
  const revisions = records.map(({ revision }) => revision);
  const { rows } = await sql`select distinct record_id::text as id, act
    from unnest(${ids}::bigint[], ${revisions}::integer[]) as wanted (wanted_id, wanted_revision)
    join field_change on module = ${name} and record_id = wanted_id and revision = wanted_revision`.execute(db);
  const acts = z.array(z.object({ id: z.string(), act: z.string() })).parse(rows);
  return new Map(acts.map(({ id, act }) => [id, act]));
}
