import { EstateError } from '@bulkhead/kernel';
import { z } from 'zod';
import { keyArray } from './repair-row.store.ts';
import { type CheckedKey, quoted, type RepairSession, type RepairTable, typeOf } from './repair-table.store.ts';

const DANGLING_LIMIT = 100_000;

const danglingRows = z.array(z.object({ key: z.array(z.string().nullable()) }));
const countRows = z.array(z.object({ count: z.number().int() })).length(1);

/** The keys of rows that refer to nothing, as JSON arrays: among `keys` of the referring table, or (`null`) among all. */
export async function listDangling(
  session: RepairSession,
  foreignKey: CheckedKey,
  table: RepairTable,
  keys: readonly (readonly (string | null)[])[] | null,
): Promise<string[]> {
  const { child, parent, columns, referenced, isFull } = foreignKey;
  const names = table.primaryKey.map((_column, at) => `k${at}`);
  const params = keys === null ? [] : table.primaryKey.map((_column, at) => keys.map((key) => key[at] ?? null));
  const arrays = params.map((_values, at) => `$${at + 1}::text[]`).join(', ');
  const among =
    keys === null
      ? ''
      : ` join unnest(${arrays}) as s(${names.join(', ')}) on ${table.primaryKey
          .map((column, at) => `c.${quoted(column)} = s.k${at}::${typeOf(table, column)}`)
          .join(' and ')}`;
  const set = columns.map((column) => `c.${quoted(column)} is not null`);
  const pairs = columns.map((column, at) => `p.${quoted(referenced[at] ?? '')} = c.${quoted(column)}`);
  const half = isFull ? ` or ((${set.join(' or ')}) and not (${set.join(' and ')}))` : '';
  const rows = await session.query(
    `select ${keyArray(foreignKey, 'c')} as key from ${child} as c${among}
     where (${set.join(' and ')} and not exists (select from ${parent} as p where ${pairs.join(' and ')}))${half}
     limit ${DANGLING_LIMIT}`,
    params,
  );
  return danglingRows.parse(rows).map(({ key }) => JSON.stringify(key));
}

/**
 * Looks into unique constraints that may be checked late: with triggers off nobody checks them.
 * @returns how many there are
 * @throws EstateError `repair.not_valid`
 */
export async function checkLateUniques(session: RepairSession, table: RepairTable): Promise<number> {
  const late = table.uniques.filter(({ isDeferrable }) => isDeferrable);
  for (const { name, columns } of late) {
    const list = columns.map(quoted).join(', ');
    const [row] = countRows.parse(
      await session.query(
        `select count(*)::int as count from (
           select 1 from ${table.sql} where ${columns.map((column) => `${quoted(column)} is not null`).join(' and ')}
           group by ${list} having count(*) > 1) as twice`,
      ),
    );
    if (row && row.count > 0)
      throw new EstateError('repair.not_valid', `repairing ${table.name}: ${row.count} values would stand twice under ${name}`);
  }
  return late.length;
}
