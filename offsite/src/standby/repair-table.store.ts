import { EstateError } from '@bulkhead/kernel';
import { sqlState, violatedConstraint } from '@bulkhead/postgres';
import pg from 'pg';
import { z } from 'zod';

/** A session in which a repair is carried out: a jail's, or an administrator's in a live database. */
export type RepairSession = { readonly query: <Row>(sql: string, params?: readonly unknown[]) => Promise<Row[]> };

const foreignKeySchema = z.object({
  name: z.string(),
  /** The referring table, quoted. */
  child: z.string(),
  childName: z.string(),
  childKey: z.array(z.string()),
  columns: z.array(z.string()).min(1),
  /** The table referred to, quoted. */
  parent: z.string(),
  parentName: z.string(),
  referenced: z.array(z.string()).min(1),
  isFull: z.boolean(),
});
/** A foreign key, as it is looked after while its triggers are off. */
export type CheckedKey = z.infer<typeof foreignKeySchema>;

const tableSchema = z.object({
  name: z.string(),
  isPartitioned: z.boolean(),
  columns: z.array(z.object({ name: z.string(), type: z.string(), isGenerated: z.boolean() })),
  primaryKey: z.array(z.string()),
  /** Index or constraint → its columns. */
  uniques: z.array(z.object({ name: z.string(), columns: z.array(z.string()), isDeferrable: z.boolean() })),
  references: z.array(foreignKeySchema),
  referredBy: z.array(foreignKeySchema),
  /** Triggers that no session setting turns off. */
  stubbornTriggers: z.array(z.string()),
});
const tableRows = z.array(z.object({ found: tableSchema })).max(1);

/** A table as the steps of a repair need it. */
export type RepairTable = Omit<z.infer<typeof tableSchema>, 'columns'> & {
  /** Quoted, with `only` where rows of other tables would answer too. */
  readonly sql: string;
  readonly columns: ReadonlyMap<string, { readonly type: string; readonly isGenerated: boolean }>;
};

const FOREIGN_KEY = `json_build_object(
  'name', f.conname,
  'child', format('%I.%I', cn.nspname, cc.relname), 'childName', cn.nspname || '.' || cc.relname,
  'childKey', coalesce((select json_agg(a.attname order by k.place)
    from pg_index i cross join lateral unnest(i.indkey::int2[]) with ordinality as k(attnum, place)
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
    where i.indrelid = cc.oid and i.indisprimary and k.place <= i.indnkeyatts), '[]'),
  'columns', (select json_agg(a.attname order by k.place) from unnest(f.conkey) with ordinality as k(attnum, place)
              join pg_attribute a on a.attrelid = f.conrelid and a.attnum = k.attnum),
  'parent', format('%I.%I', pn.nspname, pc.relname), 'parentName', pn.nspname || '.' || pc.relname,
  'referenced', (select json_agg(a.attname order by k.place) from unnest(f.confkey) with ordinality as k(attnum, place)
                 join pg_attribute a on a.attrelid = f.confrelid and a.attnum = k.attnum),
  'isFull', f.confmatchtype = 'f')`;

const FOREIGN_KEYS = `
  from pg_constraint f
  join pg_class cc on cc.oid = f.conrelid join pg_namespace cn on cn.oid = cc.relnamespace
  join pg_class pc on pc.oid = f.confrelid join pg_namespace pn on pn.oid = pc.relnamespace
  where f.contype = 'f' and f.conparentid = 0 and f.convalidated and f.conenforced`;

// Types without their modifiers: a cast to varchar(20) would cut, an assignment refuses.
const TABLE = `
  select json_build_object(
    'name', n.nspname || '.' || c.relname,
    'isPartitioned', c.relkind = 'p',
    'columns', (select json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, -1),
        'isGenerated', a.attgenerated <> '') order by a.attnum)
      from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
    'primaryKey', coalesce((select json_agg(a.attname order by k.place)
      from pg_index i cross join lateral unnest(i.indkey::int2[]) with ordinality as k(attnum, place)
      join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
      where i.indrelid = c.oid and i.indisprimary and k.place <= i.indnkeyatts), '[]'),
    'uniques', coalesce((select json_agg(u.one) from (
        select json_build_object('name', x.relname, 'columns', json_agg(a.attname order by k.place),
          'isDeferrable', not i.indimmediate) as one
        from pg_index i join pg_class x on x.oid = i.indexrelid
        cross join lateral unnest(i.indkey::int2[]) with ordinality as k(attnum, place)
        join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
        where (i.indrelid = c.oid or i.indrelid in (select relid from pg_partition_tree(c.oid)))
          and (i.indisunique or i.indisexclusion) and k.place <= i.indnkeyatts
        group by x.relname, i.indimmediate) u), '[]'),
    'references', coalesce((select json_agg(${FOREIGN_KEY}) ${FOREIGN_KEYS} and f.conrelid = c.oid), '[]'),
    'referredBy', coalesce((select json_agg(${FOREIGN_KEY}) ${FOREIGN_KEYS} and f.confrelid = c.oid), '[]'),
    'stubbornTriggers', coalesce((select json_agg(t.tgname) from pg_trigger t
      where (t.tgrelid = c.oid or t.tgrelid in (select relid from pg_partition_tree(c.oid)))
        and not t.tgisinternal and t.tgenabled in ('A', 'R')), '[]')
  ) as found
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.oid = to_regclass($1) and c.relkind in ('r', 'p')`;

/** What a repair must know of a table; `undefined` if there is none of that name. */
export async function findRepairTable(session: RepairSession, table: string): Promise<RepairTable | undefined> {
  const [row] = tableRows.parse(await session.query(TABLE, [quoteRecorded(table)]));
  if (row === undefined) return undefined;
  const { columns, ...found } = row.found;
  const quoted = quoteRecorded(table);
  return {
    ...found,
    sql: found.isPartitioned ? quoted : `only ${quoted}`,
    columns: new Map(columns.map(({ name, ...column }) => [name, column])),
  };
}

/** A table as changes name it, `schema.name`, quoted. */
export function quoteRecorded(table: string): string {
  const dot = table.indexOf('.');
  return `${pg.escapeIdentifier(table.slice(0, dot))}.${pg.escapeIdentifier(table.slice(dot + 1))}`;
}

export const quoted = (name: string) => pg.escapeIdentifier(name);

/** The type of a column, as it may stand in a cast. */
export function typeOf(table: RepairTable, column: string): string {
  const found = table.columns.get(column);
  if (found !== undefined) return found.type;
  throw new EstateError('repair.not_valid', `repairing ${table.name}: it has no column ${column}; plan again`);
}

/** A constraint that is checked late cannot be asked in advance: there a clash is an error. */
export function onConflict(table: RepairTable): string {
  return table.uniques.some(({ isDeferrable }) => isDeferrable) ? '' : 'on conflict do nothing';
}

/** Tells whether a step's statement was refused for what it would have written; everything else ends the repair. */
export function isRefusal(error: unknown): boolean {
  const state = sqlState(error) ?? '';
  return state.startsWith('22') || state.startsWith('23') || ['428C9', '42804', '42846', '42883'].includes(state);
}

/** The columns of the unique or exclusion constraint that refused a statement; `undefined` if it was none. */
export function clashingColumns(table: RepairTable, error: unknown): readonly string[] | undefined {
  const state = sqlState(error);
  if (state !== '23505' && state !== '23P01') return undefined;
  const name = violatedConstraint(error);
  return table.uniques.find((unique) => unique.name === name)?.columns ?? table.uniques.flatMap(({ columns }) => columns);
}
