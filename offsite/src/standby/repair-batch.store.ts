import type { RepairStep } from '@bulkhead/contracts';
import { z } from 'zod';
import { onConflict, quoted, type RepairSession, type RepairTable, typeOf } from './repair-table.store.ts';

export type UpdateStep = Extract<RepairStep, { kind: 'update' }>;
export type InsertStep = Extract<RepairStep, { kind: 'insert' }>;
export type DeleteStep = Extract<RepairStep, { kind: 'delete' }>;

const placeRows = z.array(z.object({ i: z.number().int() }));

/** Texts of many rows, column by column, as they are handed to the server. */
class Batch {
  readonly #names: string[] = [];
  readonly #values: (string | null)[][] = [];

  /** @returns the column's name in the statement */
  add(values: (string | null)[]): string {
    const name = `v${this.#names.length}`;
    this.#names.push(name);
    this.#values.push(values);
    return `s.${name}`;
  }

  get from(): string {
    const arrays = this.#values.map((_values, at) => `$${at + 1}::text[]`).join(', ');
    return `unnest(${arrays}) with ordinality as s(${[...this.#names, 'i'].join(', ')})`;
  }

  get params(): (string | null)[][] {
    return this.#values;
  }
}

/**
 * Updates rows of which every cell still stands as the steps say. The steps name the same columns, and no row twice.
 * @returns the places of the steps that were carried out
 */
export async function updateMatching(
  session: RepairSession,
  table: RepairTable,
  steps: readonly UpdateStep[],
): Promise<Set<number>> {
  const batch = new Batch();
  const where = keyMatches(
    batch,
    table,
    steps.map(({ key }) => key),
  );
  const set: string[] = [];
  for (const [at, { column }] of (steps[0]?.cells ?? []).entries()) {
    const type = typeOf(table, column);
    const from = batch.add(steps.map(({ cells }) => cells[at]?.from ?? null));
    const to = batch.add(steps.map(({ cells }) => cells[at]?.to ?? null));
    where.push(`t.${quoted(column)}::text is not distinct from (${from}::${type})::text`);
    set.push(`${quoted(column)} = ${to}::${type}`);
  }
  const sql = `update ${table.sql} as t set ${set.join(', ')} from ${batch.from} where ${where.join(' and ')} returning s.i::int as i`;
  return placesOf(await session.query(sql, batch.params));
}

/**
 * Deletes rows that stand as the steps expect and that no row refers to. The rows are locked first: what refers to them
 * is asked in a statement that sees whoever came in between.
 * @returns the places of the steps that were carried out
 */
export async function deleteMatching(
  session: RepairSession,
  table: RepairTable,
  steps: readonly DeleteStep[],
): Promise<Set<number>> {
  const batch = new Batch();
  const where = keyMatches(
    batch,
    table,
    steps.map(({ key }) => key),
  );
  const lock = `select 1 from ${table.sql} as t, ${batch.from} where ${where.join(' and ')} for update of t`;
  await session.query(`select count(*) from (${lock}) as locked`, batch.params);
  for (const column of Object.keys(steps[0]?.expected ?? {})) {
    const expected = batch.add(steps.map((step) => step.expected[column] ?? null));
    where.push(`t.${quoted(column)}::text is not distinct from (${expected}::${typeOf(table, column)})::text`);
  }
  for (const { child, columns, referenced } of table.referredBy) {
    const pairs = columns.map((column, at) => `c.${quoted(column)} = t.${quoted(referenced[at] ?? '')}`);
    where.push(`not exists (select from ${child} as c where ${pairs.join(' and ')})`);
  }
  const sql = `delete from ${table.sql} as t using ${batch.from} where ${where.join(' and ')} returning s.i::int as i`;
  return placesOf(await session.query(sql, batch.params));
}

/**
 * Adds rows whose key and unique values are free. The steps name the same columns.
 * @returns the places of the steps that were carried out
 */
export async function insertFree(session: RepairSession, table: RepairTable, steps: readonly InsertStep[]): Promise<Set<number>> {
  const batch = new Batch();
  const columns = Object.keys(steps[0]?.row ?? {});
  const values = columns.map((column) => `${batch.add(steps.map(({ row }) => row[column] ?? null))}::${typeOf(table, column)}`);
  const returned = table.primaryKey.map((column) => `${quoted(column)}::text`).join(', ');
  const rows = await session.query(
    `insert into ${table.sql.replace(/^only /, '')} (${columns.map(quoted).join(', ')}) overriding system value
     select ${values.join(', ')} from ${batch.from} ${onConflict(table)}
     returning json_build_array(${returned})::text as key`,
    batch.params,
  );
  const added = new Set(keyRows.parse(rows).map(({ key }) => JSON.stringify(JSON.parse(key))));
  const keyAt = (at: number) => JSON.stringify(table.primaryKey.map((column) => steps[at]?.row[column] ?? null));
  return new Set(steps.map((_step, at) => at).filter((at) => added.has(keyAt(at))));
}

const keyRows = z.array(z.object({ key: z.string() }));

function keyMatches(batch: Batch, table: RepairTable, keys: readonly Readonly<Record<string, string | null>>[]): string[] {
  return Object.keys(keys[0] ?? {}).map(
    (column) => `t.${quoted(column)} = ${batch.add(keys.map((key) => key[column] ?? null))}::${typeOf(table, column)}`,
  );
}

function placesOf(rows: readonly unknown[]): Set<number> {
  return new Set(placeRows.parse(rows).map(({ i }) => i - 1));
}
