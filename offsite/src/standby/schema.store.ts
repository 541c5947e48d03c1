import { lsnSchema, type TableDescription, tableDescriptionSchema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { z } from 'zod';
import { readPosition } from './position.store.ts';
import type { JailSession } from './session.store.ts';

const TABLES_LIMIT = 10_000;

const descriptionRows = z.array(z.object({ description: tableDescriptionSchema }));

// A unique index over part of the rows, or partly over expressions, is told by its columns: whoever plans takes more
// care than needed, and the database judges.
const DESCRIPTIONS = `
  select json_build_object(
    'table', n.nspname || '.' || c.relname,
    'columns', (
      select coalesce(json_agg(json_build_object(
        'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
        'isGenerated', a.attgenerated <> '', 'isIdentity', a.attidentity <> '') order by a.attnum), '[]')
      from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
    'primaryKey', coalesce((
      select json_agg(a.attname order by k.place)
      from pg_index i cross join lateral unnest(i.indkey::int2[]) with ordinality as k(attnum, place)
      join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
      where i.indrelid = c.oid and i.indisprimary and k.place <= i.indnkeyatts), '[]'),
    'uniques', coalesce((
      select json_agg(u.columns) from (
        select json_agg(a.attname order by k.place) as columns
        from pg_index i cross join lateral unnest(i.indkey::int2[]) with ordinality as k(attnum, place)
        join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
        where i.indrelid = c.oid and i.indisunique and not i.indisprimary and k.place <= i.indnkeyatts
        group by i.indexrelid order by i.indexrelid) u), '[]'),
    'foreignKeys', coalesce((
      select json_agg(json_build_object(
        'name', f.conname,
        'columns', (select json_agg(a.attname order by k.place) from unnest(f.conkey) with ordinality as k(attnum, place)
                    join pg_attribute a on a.attrelid = f.conrelid and a.attnum = k.attnum),
        'references', rn.nspname || '.' || rc.relname,
        'referenced', (select json_agg(a.attname order by k.place) from unnest(f.confkey) with ordinality as k(attnum, place)
                       join pg_attribute a on a.attrelid = f.confrelid and a.attnum = k.attnum)) order by f.conname)
      from pg_constraint f join pg_class rc on rc.oid = f.confrelid join pg_namespace rn on rn.oid = rc.relnamespace
      where f.conrelid = c.oid and f.contype = 'f' and f.conparentid = 0), '[]'),
    'partitionOf', (
      select pn.nspname || '.' || p.relname
      from pg_inherits h join pg_class p on p.oid = h.inhparent join pg_namespace pn on pn.oid = p.relnamespace
      where h.inhrelid = c.oid and c.relispartition)
  ) as description
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p') and c.relpersistence = 'p'
    and n.nspname <> 'information_schema' and n.nspname not like 'pg\\_%'
  order by n.nspname, c.relname
  limit ${TABLES_LIMIT + 1}`;

/**
 * The tables of a database as its catalog describes them. A key over columns that are included only is not told.
 * @throws EstateError `postgres.query_failed`, `input.too_large`, `verification.failed` if the catalog gives no sense
 */
export async function readDescriptions(session: JailSession): Promise<{ lsn: string; tables: TableDescription[] }> {
  const { replayLsn } = await readPosition(session);
  return { lsn: lsnSchema.parse(replayLsn), tables: await listDescriptions(session) };
}

/** The same, without a position. */
export async function listDescriptions(session: Pick<JailSession, 'query'>): Promise<TableDescription[]> {
  const parsed = descriptionRows.safeParse(await session.query(DESCRIPTIONS));
  if (!parsed.success)
    throw new EstateError('verification.failed', 'reading the schema: the catalog tells of a table in no known form', {
      cause: parsed.error,
    });
  if (parsed.data.length > TABLES_LIMIT)
    throw new EstateError('input.too_large', `reading the schema: over ${TABLES_LIMIT} tables`);
  return parsed.data.map(({ description }) => description);
}
