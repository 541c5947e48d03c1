import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely';
import { z } from 'zod';
import type { Module } from '#declaration/module.rules.ts';
import type { Schema } from '#schema.ts';
import type { Viewer } from '#sight/viewer.rules.ts';
import type { Values } from '#value/record-rule.rules.ts';
import type { Stored } from '#value/value.rules.ts';
import { type FieldChange, type NewChange, packValues, type RecordId, type Registered } from './record.rules.ts';
import { recordColumnNames, toRecord } from './row.rules.ts';

const changeSchema = z.object({
  revision: z.number(),
  act: z.string(),
  field: z.string(),
  before: z.unknown(),
  after: z.unknown(),
  effective_on: z.string().nullable(),
  account_name: z.string(),
  delegation: z.string().nullable(),
  source: z.string().nullable(),
  at: z.date(),
});
const MOST_CHANGES = 5000;

function recordColumns(module: Module): RawBuilder<unknown> {
  return sql.join(recordColumnNames(module).map((name) => sql.ref(name)));
}

export async function findRecord(db: Kysely<Schema>, module: Module, reference: string): Promise<Registered | undefined> {
  const { rows } =
    await sql`select ${recordColumns(module)} from ${sql.table(module.table)} where reference = ${reference} and id > 0`.execute(
      db,
    );
  return rows[0] === undefined ? undefined : toRecord(module, rows[0]);
}

/** A record that nobody else changes until the transaction ends. */
export async function lockRecord(trx: Transaction<Schema>, module: Module, reference: string): Promise<Registered | undefined> {
  const { rows } =
    await sql`select ${recordColumns(module)} from ${sql.table(module.table)} where reference = ${reference} and id > 0 for update`.execute(
      trx,
    );
  return rows[0] === undefined ? undefined : toRecord(module, rows[0]);
}

/** Records of the same module that look like the same: alike in each of these fields. */
export async function findAlike(db: Kysely<Schema>, module: Module, values: Values): Promise<Registered | undefined> {
  const conditions = (module.alike ?? []).flatMap((fields) => {
    if (fields.some((name) => (values[name] ?? null) === null)) return [];
    const columns = packValues(module, Object.fromEntries(fields.map((name) => [name, values[name] ?? null])));
    return [
      sql`(${sql.join(
        Object.entries(columns).map(([column, stored]) => sql`${sql.ref(column)} = ${stored}`),
        sql` and `,
      )})`,
    ];
  });
  if (conditions.length === 0) return undefined;
  const { rows } = await sql`select ${recordColumns(module)} from ${sql.table(module.table)}
    where (${sql.join(conditions, sql` or `)}) and state <> 'withdrawn' and id > 0 order by id limit 1`.execute(db);
  return rows[0] === undefined ? undefined : toRecord(module, rows[0]);
}

/** Draws the next number of a year: each once, whatever becomes of the record. */
export async function drawNumber(trx: Transaction<Schema>, module: string, year: number): Promise<number> {
  const { last } = await trx
    .insertInto('record_number')
    .values({ module, year, last: 1 })
    .onConflict((conflict) => conflict.columns(['module', 'year']).doUpdateSet({ last: sql`record_number.last + 1` }))
    .returning('last')
    .executeTakeFirstOrThrow();
  return last;
}

export type NewRecord = Pick<Registered, 'reference' | 'state' | 'source' | 'isSample' | 'values'> & {
  readonly by: Viewer;
  readonly at: Date;
};

export async function insertRecord(trx: Transaction<Schema>, module: Module, record: NewRecord): Promise<RecordId> {
  const { reference, state, source, isSample, values, by, at } = record;
  const columns: Record<string, Stored> = {
    reference,
    state,
    revision: 1,
    created_at: at,
    changed_at: at,
    changed_by: by.accountId,
    source,
    is_sample: isSample,
    ...packValues(module, values),
  };
  const names = Object.keys(columns).map((name) => sql.ref(name));
  const given = Object.values(columns).map((stored) => sql`${stored}`);
  const { rows } =
    await sql`insert into ${sql.table(module.table)} (${sql.join(names)}) values (${sql.join(given)}) returning id`.execute(trx);
  return z.object({ id: z.coerce.string() }).parse(rows[0]).id as RecordId;
}

export type ChangedRecord = Pick<Registered, 'id' | 'state' | 'revision' | 'formerNames'> & {
  readonly values: Values;
  readonly source: string | null;
  readonly by: Viewer;
  readonly at: Date;
};

/** Writes the fields that changed, and the record's new revision. */
export async function updateRecord(trx: Transaction<Schema>, module: Module, record: ChangedRecord): Promise<void> {
  const { id, state, revision, formerNames, values, source, by, at } = record;
  const columns: Record<string, Stored> = {
    state,
    revision,
    changed_at: at,
    changed_by: by.accountId,
    source,
    former_names: formerNames,
    ...packValues(module, values),
  };
  const set = Object.entries(columns).map(([name, stored]) => sql`${sql.ref(name)} = ${stored}`);
  await sql`update ${sql.table(module.table)} set ${sql.join(set)} where id = ${id}`.execute(trx);
}

export type ChangeNote = {
  readonly module: string;
  readonly recordId: RecordId;
  readonly revision: number;
  readonly act: string;
  readonly source: string | null;
  readonly by: Viewer;
  readonly at: Date;
};

export async function insertChanges(trx: Transaction<Schema>, note: ChangeNote, changes: readonly NewChange[]): Promise<void> {
  if (changes.length === 0) return;
  const { module, recordId, revision, act, source, by, at } = note;
  const rows = changes.map(
    ({
      field,
      before,
      after,
      effectiveOn,
    }) => sql`(${module}, ${recordId}, ${revision}, ${act}, ${field}, ${toJson(before)}::jsonb,
      ${toJson(after)}::jsonb, ${effectiveOn}::date, ${by.accountId}, ${by.name}, ${by.delegation}, ${source}, ${at})`,
  );
  await sql`insert into field_change (module, record_id, revision, act, field, before, after, effective_on, account_id, account_name,
    delegation, source, at) values ${sql.join(rows)}`.execute(trx);
}

/** The history of a record, the newest first. */
export async function listChangesOf(db: Kysely<Schema>, module: string, id: RecordId, after = 0): Promise<FieldChange[]> {
  const { rows } =
    await sql`select revision, act, field, before, after, effective_on, account_name, delegation, source, at from field_change
    where module = ${module} and record_id = ${id} and revision > ${after} order by revision desc, field limit ${MOST_CHANGES}`.execute(
      db,
    );
  return z
    .array(changeSchema)
    .parse(rows)
    .map(({ effective_on: effectiveOn, account_name: accountName, ...row }) => ({
      ...row,
      before: row.before,
      after: row.after,
      effectiveOn,
      accountName,
    }));
}

/** The references of another module's records that stand there. */
export async function listKnown(db: Kysely<Schema>, table: string, references: readonly string[]): Promise<ReadonlySet<string>> {
  if (references.length === 0) return new Set();
  const { rows } = await sql`select reference from ${sql.table(table)} where id > 0 and reference = any(${references})`.execute(
    db,
  );
  return new Set(
    z
      .array(z.object({ reference: z.string() }))
      .parse(rows)
      .map(({ reference }) => reference),
  );
}

function toJson(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value);
}

const MOST_PARTS = 200;

export async function listRecords(db: Kysely<Schema>, module: Module, references: readonly string[]): Promise<Registered[]> {
  const { rows } =
    await sql`select ${recordColumns(module)} from ${sql.table(module.table)} where id > 0 and reference = any(${references})`.execute(
      db,
    );
  return rows.map((row) => toRecord(module, row));
}

/** Records that name another one as the whole of which they are parts. */
export async function listParts(db: Kysely<Schema>, module: Module, field: string, whole: string): Promise<Registered[]> {
  const { rows } = await sql`select ${recordColumns(module)} from ${sql.table(module.table)}
    where ${sql.ref(field)} = ${whole} and state <> 'withdrawn' order by id limit ${MOST_PARTS}`.execute(db);
  return rows.map((row) => toRecord(module, row));
}
