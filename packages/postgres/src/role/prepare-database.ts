import { EstateError } from '@bulkhead/kernel';
import type { Admin } from '../session/connection.ts';
import { checkName, quoteIdentifier } from '../session/quote.ts';
import { PROVENANCE_SQL, RESTRICTION_SQL } from './provenance-sql.ts';
import { listRoleStatements, type RolePasswords, rolesOf } from './roles.ts';
import { runTagged } from './run-tagged.ts';

const EXTENSIONS = ['amcheck', 'btree_gist', 'citext', 'pg_trgm', 'pg_walinspect', 'pgcrypto', 'unaccent'] as const;

/** An extension that a compartment may ask for. */
export type Extension = (typeof EXTENSIONS)[number];

/** What `prepareDatabase` needs. */
export type PrepareDatabaseOptions = {
  /** A session of the superuser, in any database of the cluster. */
  readonly admin: Admin;
  /** The database, and the beginning of its roles' names. */
  readonly name: string;
  readonly passwords: RolePasswords;
  /** Extensions made in schema public by the superuser, since no role of ours may. */
  readonly extensions?: readonly Extension[];
  /** Sessions that the owner, and the reader in its place, may have; theirs as a rule unless told. */
  readonly connections?: number;
  /** Put first into the WAL of the transaction that changes the schema, so that the change is known as the estate's own. */
  readonly token?: string;
  /** The same for the transaction that changes roles and who may enter: another token, since each counts once there. */
  readonly rolesToken?: string;
};

/**
 * Makes database `name` with its roles, privileges, provenance function and event triggers, or brings them up to date.
 * Idempotent: run it at each start.
 */
export async function prepareDatabase(options: PrepareDatabaseOptions): Promise<void> {
  const { admin, name } = options;
  checkName(name, 'database');
  const [existing] = await admin.query('select 1 from pg_database where datname = $1', [name]);
  if (existing === undefined) await admin.query(`create database ${quoteIdentifier(name)} template template0`);
  const roles = await listRoleStatements(admin, name, options.passwords, options.connections);
  const closing = 'revoke all on database postgres, template1 from public';
  await runTagged(admin, options.rolesToken, [...roles, closing, ...listGrants(name, name)]);
  const inside = await admin.toDatabase(name);
  try {
    await prepareInside(inside, options);
  } finally {
    await inside.close();
  }
}

/** Lets the roles of `name` into `database`, and nobody else. A cloned database does not carry this with it. */
export async function grantDatabase(admin: Admin, database: string, name: string): Promise<void> {
  await runTagged(admin, undefined, listGrants(database, name));
}

function listGrants(database: string, name: string): string[] {
  const { owner, app, reader, offsite } = quotedRoles(name);
  const quoted = quoteIdentifier(checkName(database, 'database'));
  return [
    `revoke all on database ${quoted} from public`,
    `grant connect on database ${quoted} to ${owner}, ${app}, ${reader}, ${offsite}`,
  ];
}

async function prepareInside(inside: Admin, { name, extensions = [], token }: PrepareDatabaseOptions): Promise<void> {
  for (const extension of extensions) {
    if (!EXTENSIONS.includes(extension))
      throw new EstateError('config.invalid', `preparing database ${name}: no extension ${extension}`);
  }
  const [known] = await inside.query("select 1 from pg_namespace where nspname = 'bulkhead'");
  // The first time nothing notes changes yet, and there is nothing to tag with.
  if (known === undefined) await inside.query(PROVENANCE_SQL);
  await inside.query('begin');
  if (token !== undefined) await inside.query('select bulkhead.tag($1)', [token]);
  for (const extension of extensions)
    await inside.query(`create extension if not exists ${quoteIdentifier(extension)} schema public`);
  await inside.query(PROVENANCE_SQL);
  await grantInside(inside, name);
  await inside.query('commit');
}

async function grantInside(inside: Admin, name: string): Promise<void> {
  const { owner, app, reader, offsite } = quotedRoles(name);
  await inside.query(RESTRICTION_SQL);
  await inside.query(`
    alter schema public owner to ${owner};
    revoke all on schema public from public;
    grant usage on schema public to ${app}, ${reader};
    grant usage on schema bulkhead to ${owner}, ${app};
    grant execute on function bulkhead.tag(text) to ${owner}, ${app};
    alter default privileges for role ${owner} in schema public grant select, insert, update, delete on tables to ${app};
    alter default privileges for role ${owner} in schema public grant usage on sequences to ${app};
    alter default privileges for role ${owner} in schema public grant select on tables to ${reader};
    grant execute on function pg_switch_wal(), pg_log_standby_snapshot() to ${offsite};
  `);
}

function quotedRoles(name: string) {
  const { owner, app, reader, offsite } = rolesOf(name);
  return {
    owner: quoteIdentifier(owner),
    app: quoteIdentifier(app),
    reader: quoteIdentifier(reader),
    offsite: quoteIdentifier(offsite),
  };
}
