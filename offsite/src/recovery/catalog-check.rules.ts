import type { CompartmentManifest } from '@bulkhead/contracts';
import { rolesOf } from '@bulkhead/postgres/roles';

type Check = CompartmentManifest['checks'][number];

/** The first oid of what was made after initdb (FirstNormalObjectId in access/transam.h). */
const FIRST_NORMAL = '16384::pg_catalog.oid';
const SUPERUSER = '10::pg_catalog.oid';
const IS_OURS = `operator(pg_catalog.>=) ${FIRST_NORMAL}`;

/**
 * What a superuser of the database could have left in its catalog to come back by: each check gives what is not the
 * estate's own [C18]. Operators are named with their schema, since the copy may hold others of the same sign. Whoever
 * changed the system's own tables can still lie: that a check holds is no proof.
 */
export function listCatalogChecks(compartment: string): readonly Check[] {
  const { owner, app, reader, offsite } = rolesOf(compartment);
  return [
    {
      name: 'no role in the database but those of the estate',
      sql: `select rolname::pg_catalog.text from pg_catalog.pg_roles
        where oid ${IS_OURS} or (oid operator(pg_catalog.<>) ${SUPERUSER} and (rolsuper or rolcreaterole or rolbypassrls))
        except ${valuesOf([owner, app, reader, offsite])}`,
    },
    {
      name: 'no role of the estate may more than it was given',
      sql: `select member from pg_catalog.pg_auth_members where member ${IS_OURS}
        union all select oid from pg_catalog.pg_roles where oid ${IS_OURS} and (rolsuper or rolcreaterole or rolcreatedb or rolbypassrls)`,
    },
    {
      name: 'no setting follows the superuser or a whole database',
      sql: `select setdatabase from pg_catalog.pg_db_role_setting
        where setrole operator(pg_catalog.=) 0::pg_catalog.oid or setrole operator(pg_catalog.=) ${SUPERUSER}`,
    },
    {
      name: 'no event trigger and no subscription but those of the estate',
      sql: `select evtname::pg_catalog.text from pg_catalog.pg_event_trigger except ${valuesOf(['bulkhead_note_ddl', 'bulkhead_note_drop'])}
        union all select subname::pg_catalog.text from pg_catalog.pg_subscription
        union all select datname::pg_catalog.text from pg_catalog.pg_database where dathasloginevt`,
    },
    {
      name: 'every function belongs to the owner, to an extension or to provenance',
      sql: `select p.proname::pg_catalog.text from pg_catalog.pg_proc p
        join pg_catalog.pg_language l on l.oid operator(pg_catalog.=) p.prolang
        join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) p.pronamespace
        join pg_catalog.pg_roles r on r.oid operator(pg_catalog.=) p.proowner
        where p.oid ${IS_OURS}
          and (r.rolname operator(pg_catalog.<>) '${owner}'::pg_catalog.name or not l.lanpltrusted
            and l.lanname operator(pg_catalog.<>) 'sql'::pg_catalog.name)
          and not (n.nspname operator(pg_catalog.=) 'bulkhead'::pg_catalog.name
            and p.proname operator(pg_catalog.=) any (array['tag', 'note_ddl', 'note_drop']::pg_catalog.name[]))
          and not exists (select from pg_catalog.pg_depend d
            where d.objid operator(pg_catalog.=) p.oid and d.deptype operator(pg_catalog.=) 'e'::pg_catalog."char")`,
    },
  ];
}

function valuesOf(texts: readonly string[]): string {
  return `select pg_catalog.unnest(array[${texts.map((text) => `'${text}'`).join(', ')}]::pg_catalog.text[])`;
}
