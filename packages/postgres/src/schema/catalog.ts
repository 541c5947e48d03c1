import type { ClientConfig } from 'pg';
import { type Admin, openAdmin } from '../session/connection.ts';

/** A column of a table or view, as the catalog tells it. */
export type CatalogColumn = {
  readonly name: string;
  /** As in `create table`, for example `character varying(20)` or `integer[]`. */
  readonly declared: string;
  /** The base type's catalog name without its array mark, for example `int4`; domains are resolved. */
  readonly base: string;
  readonly isArray: boolean;
  readonly isRequired: boolean;
  readonly default: string | null;
  readonly generated: '' | 's' | 'v';
  readonly identity: '' | 'a' | 'd';
  /** The labels of an enum type, in order. */
  readonly labels: readonly string[] | null;
};

/** A table or view of schema public. */
export type CatalogRelation = {
  readonly name: string;
  readonly kind: 'table' | 'view' | 'materialized view';
  readonly definition: string | null;
  readonly columns: readonly CatalogColumn[];
};

// Extensions' objects and our own record of migrations belong to nobody's schema.
const IS_OURS = `n.nspname = 'public' and c.relname <> 'bulkhead_migration'
  and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')`;

const COLUMNS = `
  select json_agg(json_build_object(
    'name', a.attname,
    'declared', format_type(a.atttypid, a.atttypmod),
    'base', coalesce(element.typname, base.typname),
    'isArray', element.oid is not null,
    'isRequired', a.attnotnull,
    'default', pg_get_expr(def.adbin, def.adrelid),
    'generated', a.attgenerated,
    'identity', a.attidentity,
    'labels', (select json_agg(e.enumlabel order by e.enumsortorder) from pg_enum e where e.enumtypid = coalesce(element.oid, base.oid))
  ) order by a.attnum)
  from pg_attribute a
  join pg_type t on t.oid = a.atttypid
  join pg_type base on base.oid = case when t.typtype = 'd' then t.typbasetype else t.oid end
  left join pg_type element on element.oid = base.typelem and base.typcategory = 'A'
  left join pg_attrdef def on def.adrelid = a.attrelid and def.adnum = a.attnum
  where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped`;

/** Reads all relations of schema public, sorted by name. */
export function listRelations(session: Admin): Promise<CatalogRelation[]> {
  return session.query<CatalogRelation>(`
    select c.relname as name,
      case c.relkind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end as kind,
      case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid) end as definition,
      coalesce((${COLUMNS}), '[]') as columns
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm') and ${IS_OURS}
    order by c.relname`);
}

/** A named part of a schema with its definition in SQL. */
export type CatalogPart = { readonly relation: string; readonly name: string; readonly definition: string };

/** Constraints, then indexes that no constraint made, then triggers, of all tables. */
export function listTableParts(session: Admin): Promise<CatalogPart[]> {
  return session.query<CatalogPart>(`
    select relation, name, definition from (
      select 1 as rank, c.relname as relation, k.conname as name, 'constraint ' || k.conname || ' ' || pg_get_constraintdef(k.oid) as definition
      from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
      where k.contype <> 'n' and ${IS_OURS}
      union all
      select 2, c.relname, i.relname, pg_get_indexdef(x.indexrelid)
      from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class c on c.oid = x.indrelid join pg_namespace n on n.oid = c.relnamespace
      where not exists (select from pg_constraint k where k.conindid = x.indexrelid and k.conrelid = x.indrelid) and ${IS_OURS}
      union all
      select 3, c.relname, t.tgname, pg_get_triggerdef(t.oid)
      from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
      where not t.tgisinternal and ${IS_OURS}
    ) part order by relation, rank, name`);
}

/** Extensions, enum and domain types, sequences that no column owns, and functions, in that order. */
export function listOtherParts(session: Admin): Promise<CatalogPart[]> {
  return session.query<CatalogPart>(`
    with member as (select classid, objid from pg_depend where deptype in ('e', 'a', 'i'))
    select '' as relation, name, definition from (
      select 1 as rank, e.extname as name, 'extension ' || e.extname as definition
      from pg_extension e where e.extname <> 'plpgsql'
      union all
      select 2, t.typname, 'type ' || t.typname || ' enum (' ||
        (select string_agg(quote_literal(l.enumlabel), ', ' order by l.enumsortorder) from pg_enum l where l.enumtypid = t.oid) || ')'
      from pg_type t where t.typtype = 'e' and t.typnamespace = 'public'::regnamespace
        and not exists (select from member m where m.classid = 'pg_type'::regclass and m.objid = t.oid)
      union all
      select 3, t.typname, concat_ws(' ', 'domain', t.typname, format_type(t.typbasetype, t.typtypmod), case when t.typnotnull then 'not null' end,
        'default ' || t.typdefault,
        (select string_agg(pg_get_constraintdef(k.oid), ' ' order by k.conname) from pg_constraint k where k.contypid = t.oid and k.contype = 'c'))
      from pg_type t where t.typtype = 'd' and t.typnamespace = 'public'::regnamespace
        and not exists (select from member m where m.classid = 'pg_type'::regclass and m.objid = t.oid)
      union all
      select 4, c.relname, 'sequence ' || c.relname
      from pg_class c where c.relkind = 'S' and c.relnamespace = 'public'::regnamespace
        and not exists (select from member m where m.classid = 'pg_class'::regclass and m.objid = c.oid)
      union all
      select 5, p.oid::regprocedure::text, pg_get_functiondef(p.oid)
      from pg_proc p where p.pronamespace = 'public'::regnamespace and p.prokind in ('f', 'p', 'w')
        and not exists (select from member m where m.classid = 'pg_proc'::regclass and m.objid = p.oid)
    ) part order by rank, name`);
}

/** Runs `read` in a session of its own. */
export async function withSession<Result>(connection: ClientConfig, read: (session: Admin) => Promise<Result>): Promise<Result> {
  const session = await openAdmin(connection);
  try {
    return await read(session);
  } finally {
    await session.close();
  }
}
