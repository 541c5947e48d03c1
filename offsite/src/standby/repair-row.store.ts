import type { RowImage } from '@bulkhead/contracts';
import { z } from 'zod';
import type { DeleteStep, InsertStep, UpdateStep } from './repair-batch.store.ts';
import { type CheckedKey, onConflict, quoted, type RepairSession, type RepairTable, typeOf } from './repair-table.store.ts';

const REFERRERS_LIMIT = 100;

/** A row under lock: where it stands, and how its cells compare. */
export type LockedRow = {
  readonly place: { readonly relation: string; readonly ctid: string };
  readonly cells: readonly { readonly current: string | null; readonly isFrom: boolean; readonly isTo: boolean }[];
};

type Compared = { readonly column: string; readonly from: string | null; readonly to: string | null };

const lockedRows = z.array(
  z.object({
    relation: z.string(),
    ctid: z.string(),
    cells: z.array(z.tuple([z.string().nullable(), z.boolean(), z.boolean()])),
  }),
);

/** Locks the row of a key and compares its cells; `undefined` if there is none. Waits for whoever is changing it. */
export async function lockRow(
  session: RepairSession,
  table: RepairTable,
  key: RowImage,
  compared: readonly Compared[],
): Promise<LockedRow | undefined> {
  const params: (string | null)[] = [];
  const param = (value: string | null) => `$${params.push(value)}::text`;
  const where = matches(table, key, param);
  const cells = compared.map(({ column, from, to }) => {
    const [name, type] = [`t.${quoted(column)}::text`, typeOf(table, column)];
    const isValue = (value: string | null) => `${name} is not distinct from (${param(value)}::${type})::text`;
    return `json_build_array(${name}, ${isValue(from)}, ${isValue(to)})`;
  });
  const rows = await session.query(
    `select t.tableoid::text as relation, t.ctid::text as ctid, json_build_array(${cells.join(', ')}) as cells
     from ${table.sql} as t where ${where} limit 1 for update`,
    params,
  );
  const [row] = lockedRows.parse(rows);
  if (row === undefined) return undefined;
  const { relation, ctid } = row;
  return { place: { relation, ctid }, cells: row.cells.map(([current, isFrom, isTo]) => ({ current, isFrom, isTo })) };
}

/** What is written into a cell of a locked row. */
export type Writing =
  | { readonly column: string; readonly value: string | null }
  | { readonly column: string; readonly takeAway: { readonly from: string; readonly to: string } };

/** Writes cells of a locked row; a counter is changed by what lies between two values. */
export async function writeRow(
  session: RepairSession,
  table: RepairTable,
  { place }: LockedRow,
  writings: readonly Writing[],
): Promise<void> {
  const params: (string | null)[] = [place.relation, place.ctid];
  const param = (value: string | null, type: string) => `$${params.push(value)}::text::${type}`;
  const set = writings.map((writing) => {
    const [name, type] = [quoted(writing.column), typeOf(table, writing.column)];
    if ('value' in writing) return `${name} = ${param(writing.value, type)}`;
    return `${name} = t.${name} - (${param(writing.takeAway.from, type)} - ${param(writing.takeAway.to, type)})`;
  });
  await session.query(`update ${table.sql} as t set ${set.join(', ')} where t.tableoid = $1::oid and t.ctid = $2::tid`, params);
}

export async function deleteRow(session: RepairSession, table: RepairTable, { place }: LockedRow): Promise<void> {
  await session.query(`delete from ${table.sql} as t where t.tableoid = $1::oid and t.ctid = $2::tid`, [
    place.relation,
    place.ctid,
  ]);
}

/** @returns whether the row was added; not, if its key or a unique value is taken */
export async function insertRow(session: RepairSession, table: RepairTable, { row }: InsertStep): Promise<boolean> {
  const columns = Object.keys(row);
  const values = columns.map((column, at) => `$${at + 1}::text::${typeOf(table, column)}`);
  const added = await session.query(
    `insert into ${table.sql.replace(/^only /, '')} (${columns.map(quoted).join(', ')}) overriding system value
     values (${values.join(', ')}) ${onConflict(table)} returning 1`,
    Object.values(row),
  );
  return added.length > 0;
}

const referrerRows = z.array(z.object({ key: z.array(z.string().nullable()) }));
export type Referrer = { readonly table: string; readonly key: readonly (string | null)[] };

/** Rows that refer to a locked row, by those of its foreign keys that name one of `columns` (all of them if not given). */
export async function listReferrers(
  session: RepairSession,
  table: RepairTable,
  { place }: LockedRow,
  columns?: readonly string[],
): Promise<Referrer[]> {
  const found: Referrer[] = [];
  for (const foreignKey of table.referredBy) {
    if (columns !== undefined && !foreignKey.referenced.some((column) => columns.includes(column))) continue;
    const pairs = foreignKey.columns.map((column, at) => `c.${quoted(column)} = t.${quoted(foreignKey.referenced[at] ?? '')}`);
    const rows = await session.query(
      `select ${keyArray(foreignKey, 'c')} as key from ${table.sql} as t join ${foreignKey.child} as c on ${pairs.join(' and ')}
       where t.tableoid = $1::oid and t.ctid = $2::tid limit ${REFERRERS_LIMIT}`,
      [place.relation, place.ctid],
    );
    found.push(...referrerRows.parse(rows).map(({ key }) => ({ table: foreignKey.childName, key })));
  }
  return found;
}

/** The key of a referring row as a JSON array of texts; of the whole row if it has none. */
export function keyArray({ childKey }: CheckedKey, alias: string): string {
  const parts = childKey.map((column) => `${alias}.${quoted(column)}::text`);
  return parts.length > 0 ? `json_build_array(${parts.join(', ')})` : `json_build_array(${alias}::text)`;
}

/** The cells of a row that a deletion compares. */
export function expectedCells({ expected }: DeleteStep): Compared[] {
  return Object.entries(expected).map(([column, value]) => ({ column, from: value, to: value }));
}

/** The cells of an update, as they are compared. */
export function updatedCells({ cells }: UpdateStep): Compared[] {
  return cells.map(({ column, from, to }) => ({ column, from, to }));
}

function matches(table: RepairTable, key: RowImage, param: (value: string | null) => string): string {
  const isKey = table.primaryKey.length > 0;
  return Object.entries(key)
    .map(([column, value]) => {
      const [name, type] = [`t.${quoted(column)}`, typeOf(table, column)];
      if (isKey) return `${name} = ${param(value)}::${type}`;
      return `${name}::text is not distinct from (${param(value)}::${type})::text`;
    })
    .join(' and ');
}
