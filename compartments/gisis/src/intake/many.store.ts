import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely';
import { z } from 'zod';
import type { Module } from '#declaration/module.rules.ts';
import { orderExpression, ordersOf } from '#list/order.rules.ts';
import { type NewChange, packValues, type RecordId, type Registered } from '#record/record.rules.ts';
import { recordColumnNames, toRecord } from '#record/row.rules.ts';
import type { Schema } from '#schema.ts';
import type { Viewer } from '#sight/viewer.rules.ts';
import { meaningsOf } from '#value/meaning.rules.ts';
import type { Values } from '#value/record-rule.rules.ts';
import { columnName } from '#value/value.rules.ts';

/** Records that are alike in what tells records apart: more of them are the same to whoever looks. */
const MOST_TWINS = 20;

/** Records by their references; locked until the transaction ends where they are to be written. */
export async function listByReference(
  db: Kysely<Schema>,
  module: Module,
  references: readonly string[],
  { isLocked }: { readonly isLocked: boolean },
): Promise<Registered[]> {
  if (references.length === 0) return [];
  const columns = sql.join(recordColumnNames(module).map((name) => sql.ref(name)));
  const { rows } = await sql`select ${columns} from ${sql.table(module.table)}
    where id > 0 and reference = any(${references}::text[]) order by id ${isLocked ? sql`for update` : sql``}`.execute(db);
  return rows.map((row) => toRecord(module, row));
}

/** Since when the values that stand hold, by record and field. */
export async function listHeldSince(
  db: Kysely<Schema>,
  module: Module,
  ids: readonly RecordId[],
): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>> {
  const held = new Map<string, Record<string, string>>();
  if (ids.length === 0) return held;
  const { rows } = await sql`select distinct on (record_id, field) record_id, field, effective_on from field_change
    where module = ${module.name} and record_id = any(${ids}::bigint[]) and effective_on is not null
    order by record_id, field, revision desc`.execute(db);
  for (const { record_id: id, field, effective_on: day } of z
    .array(z.object({ record_id: z.coerce.string(), field: z.string(), effective_on: z.string() }))
    .parse(rows))
    held.set(id, { ...held.get(id), [field]: day });
  return held;
}

/**
 * Of many values of some fields, which records that stand have the same, the first filed first: by place in `rows`. Each lookup is answered from an index:
 * a field that lists are sorted by is compared as its index has it.
 */
export async function listTwins(
  db: Kysely<Schema>,
  module: Module,
  fields: readonly string[],
  rows: readonly Values[],
): Promise<ReadonlyMap<number, readonly string[]>> {
  if (rows.length === 0) return new Map();
  const columns = fields.flatMap((name) =>
    (meaningsOf(module)[name]?.columns ?? []).map(({ suffix, type }) => ({
      name: columnName(name, suffix),
      type,
      // Empty is like empty; what is never empty is compared so that an index answers it.
      is: module.fields[name]?.required === true ? '=' : 'is not distinct from',
    })),
  );
  const given = rows.map((values, place) => {
    const packed = packValues(module, Object.fromEntries(fields.map((name) => [name, values[name] ?? null])));
    return { place, ...Object.fromEntries(columns.map(({ name }, at) => [`c${at}`, packed[name] ?? null])) };
  });
  const sorted = new Set(ordersOf(module).map(({ field }) => field));
  const same = columns.flatMap(({ name, is }, at) => [
    `r.${quote(name)} ${is} g.c${at}`,
    ...(sorted.has(name) ? [`${orderExpression(module, name)} = ${orderExpression(module, name, `g.c${at}`)}`] : []),
  ]);
  const shape = ['place integer', ...columns.map(({ type }, at) => `c${at} ${type}`)].join(', ');
  const found = await sql`select g.place, f.found from jsonb_to_recordset(${JSON.stringify(given)}::jsonb) as g(${sql.raw(shape)})
    cross join lateral (select array_agg(t.reference order by t.id) as found from (select r.id, r.reference from ${sql.table(module.table)} r
      where ${sql.raw(same.join(' and '))} and r.state <> 'withdrawn' and r.id > 0 limit ${MOST_TWINS}) t) f where f.found is not null`.execute(
    db,
  );
  const parsed = z.array(z.object({ place: z.number(), found: z.array(z.string()) })).parse(found.rows);
  return new Map(parsed.map(({ place, found: references }) => [place, references]));
}

/** Draws several numbers of a year, one after another; @returns the first. */
export async function drawNumbers(trx: Transaction<Schema>, module: string, year: number, count: number): Promise<number> {
  const { last } = await trx
    .insertInto('record_number')
    .values({ module, year, last: count })
    .onConflict((conflict) => conflict.columns(['module', 'year']).doUpdateSet({ last: sql`record_number.last + ${count}` }))
    .returning('last')
    .executeTakeFirstOrThrow();
  return last - count + 1;
}

/** The references of another module's records that stand there. */
export async function listKnown(
  db: Kysely<Schema>,
  { table }: Pick<Module, 'table'>,
  references: readonly string[],
): Promise<ReadonlySet<string>> {
  const { rows } =
    await sql`select reference from ${sql.table(table)} where id > 0 and reference = any(${references}::text[])`.execute(db);
  return new Set(
    z
      .array(z.object({ reference: z.string() }))
      .parse(rows)
      .map(({ reference }) => reference),
  );
}

/** Records by a text of which there is one of each; those that were withdrawn are passed over. */
export async function listNamed(
  db: Kysely<Schema>,
  { table }: Pick<Module, 'table'>,
  column: string,
  texts: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (texts.length === 0) return new Map();
  const { rows } = await sql`select reference, ${sql.ref(column)} as name from ${sql.table(table)}
    where id > 0 and state <> 'withdrawn' and ${sql.ref(column)} = any(${texts}::text[])`.execute(db);
  const found = z.array(z.object({ reference: z.string(), name: z.string() })).parse(rows);
  return new Map(found.map(({ reference, name }) => [name, reference]));
}

export type ManyNote = { readonly source: string; readonly by: Viewer; readonly at: Date };
export type NewRow = {
  readonly reference: string;
  readonly state: string;
  readonly isSample: boolean;
  readonly formerNames: string | null;
  readonly values: Values;
};

/** @returns the records' numbers by their references */
export async function insertRecords(
  trx: Transaction<Schema>,
  module: Module,
  rows: readonly NewRow[],
  { source, by, at }: ManyNote,
): Promise<ReadonlyMap<string, RecordId>> {
  const given = rows.map(({ reference, state, isSample, formerNames, values }) => ({
    reference,
    state,
    revision: 1,
    created_at: at,
    changed_at: at,
    changed_by: by.accountId,
    source,
    is_sample: isSample,
    former_names: formerNames,
    ...packValues(module, values),
  }));
  if (given[0] === undefined) return new Map();
  const names = refs(Object.keys(given[0]));
  const { rows: made } = await sql`insert into ${sql.table(module.table)} (${names})
    select ${names} from jsonb_populate_recordset(null::${sql.table(module.table)}, ${JSON.stringify(given)}::jsonb)
    returning id, reference`.execute(trx);
  const parsed = z.array(z.object({ id: z.coerce.string(), reference: z.string() })).parse(made);
  return new Map(parsed.map(({ id, reference }) => [reference, id as RecordId]));
}

export type ChangedRow = Pick<Registered, 'id' | 'revision' | 'formerNames' | 'values'>;

/** Writes records whole; what is the same stays the same. */
export async function updateRecords(
  trx: Transaction<Schema>,
  module: Module,
  rows: readonly ChangedRow[],
  { source, by, at }: ManyNote,
): Promise<void> {
  const given = rows.map(({ id, revision, formerNames, values }) => ({
    id,
    revision,
    changed_at: at,
    changed_by: by.accountId,
    source,
    former_names: formerNames,
    ...packValues(module, values),
  }));
  if (given[0] === undefined) return;
  const set = Object.keys(given[0])
    .filter((name) => name !== 'id')
    .map((name) => sql`${sql.ref(name)} = ${sql.ref(`n.${name}`)}`);
  await sql`update ${sql.table(module.table)} as r set ${sql.join(set)}
    from jsonb_populate_recordset(null::${sql.table(module.table)}, ${JSON.stringify(given)}::jsonb) as n where r.id = n.id`.execute(
    trx,
  );
}

export type ManyChange = NewChange & {
  readonly recordId: RecordId;
  readonly revision: number;
  readonly act: 'create' | 'change';
};

export async function insertManyChanges(
  trx: Transaction<Schema>,
  module: Module,
  changes: readonly ManyChange[],
  { source, by, at }: ManyNote,
): Promise<void> {
  if (changes.length === 0) return;
  const given = changes.map(({ recordId, revision, act, field, before, after, effectiveOn }) => ({
    record_id: recordId,
    revision,
    act,
    field,
    before: before ?? null,
    after: after ?? null,
    effective_on: effectiveOn,
  }));
  await sql`insert into field_change (module, record_id, revision, act, field, before, after, effective_on, account_id, account_name,
      delegation, source, at)
    select ${module.name}::text, record_id, revision, act, field, before, after, effective_on, ${by.accountId}::text, ${by.name}::text,
      ${by.delegation}::text, ${source}::text, ${at}::timestamptz
    from jsonb_to_recordset(${JSON.stringify(given)}::jsonb) as c(record_id bigint, revision integer, act text, field text, before jsonb,
      after jsonb, effective_on date)`.execute(trx);
}

function refs(names: readonly string[]): RawBuilder<unknown> {
  return sql.join(names.map((name) => sql.ref(name)));
}

function quote(name: string): string {
  return `"${name}"`;
}
