import { EstateError, type Now } from '@bulkhead/kernel';
import type { Client, ClientConfig } from 'pg';
import { openClient } from '../session/connection.ts';
import { toEstateError } from '../session/query-error.ts';
import { listMigrations, type Migration } from './migration-file.ts';

// Any number that nothing else locks; two runners of one database meet here.
const LOCK_KEY = 7_263_541_902;
const LOCK_WAIT = '2min';

/** What `migrate` needs. */
export type MigrateOptions = {
  /** A configuration of the database's owner. */
  readonly connection: ClientConfig;
  /** The directory with the files `NNNN-verb-noun.sql`. */
  readonly directory: string;
  /** Told as `applied_at`; default: the server's clock. */
  readonly now?: Now;
  /** Put first into the WAL of each migration's transaction; the database must have been prepared. */
  readonly token?: string;
  /** `local` (default) does not wait for the synchronous standby, which may not stand yet. */
  readonly synchronousCommit?: 'local' | 'on';
};

type Applied = { readonly name: string; readonly sha256: string; readonly is_breaking: boolean };

/**
 * Applies the migrations that are missing, in order, each in a transaction of its own, and returns their names.
 * @throws EstateError `migration.changed` if an applied file has another content or is gone from between others,
 *   `migration.newer_schema` if the database has a breaking migration that the directory lacks, `migration.failed`
 */
export async function migrate(options: MigrateOptions): Promise<string[]> {
  const migrations = await listMigrations(options.directory);
  const client = await openClient(options.connection, {
    synchronous_commit: options.synchronousCommit ?? 'local',
    lock_timeout: LOCK_WAIT,
    statement_timeout: '0',
  });
  try {
    await run(client, 'select pg_advisory_lock($1)', [LOCK_KEY]);
    await ensureRecord(client, options.token);
    const missing = listMissing(migrations, await readApplied(client));
    for (const migration of missing) await apply(client, migration, options);
    return missing.map((migration) => migration.name);
  } finally {
    await client.end();
  }
}

async function readApplied(client: Client): Promise<Applied[]> {
  return run<Applied>(client, 'select name, sha256, is_breaking from public.bulkhead_migration order by name');
}

async function ensureRecord(client: Client, token: string | undefined): Promise<void> {
  const [found] = await run<{ readonly exists: boolean }>(
    client,
    "select to_regclass('public.bulkhead_migration') is not null as exists",
  );
  if (found?.exists === true) return;
  await run(client, 'begin');
  if (token !== undefined) await run(client, 'select bulkhead.tag($1)', [token]);
  await run(client, CREATE_RECORD);
  await run(client, 'commit');
}

// Only its owner writes it: default privileges would let the application's role rewrite the record.
const CREATE_RECORD = `
create table public.bulkhead_migration (
  name text primary key,
  sha256 text not null,
  is_breaking boolean not null,
  applied_at timestamptz not null default now()
);
do $do$
declare
  grantee name;
begin
  for grantee in
    select distinct a.grantee::regrole::name from pg_class c, aclexplode(c.relacl) a
    where c.oid = 'public.bulkhead_migration'::regclass and a.grantee <> c.relowner and a.grantee <> 0
  loop
    execute format('revoke insert, update, delete on public.bulkhead_migration from %s', grantee);
  end loop;
end
$do$`;

function listMissing(migrations: readonly Migration[], applied: readonly Applied[]): Migration[] {
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  const newest = migrations.at(-1)?.name ?? '';
  for (const { name, sha256, is_breaking: isBreaking } of applied) {
    const migration = known.get(name);
    if (migration === undefined) refuseUnknown(name, isBreaking, newest);
    else if (migration.sha256 !== sha256) {
      throw new EstateError(
        'migration.changed',
        `comparing migrations: ${name} was changed after it had been applied; restore it and add a new file`,
      );
    }
  }
  const done = new Set(applied.map(({ name }) => name));
  const latest = applied.filter(({ name }) => known.has(name)).at(-1)?.name ?? '';
  const missing = migrations.filter(({ name }) => !done.has(name));
  const late = missing.find(({ name }) => name < latest);
  if (late !== undefined) {
    throw new EstateError(
      'migration.failed',
      `comparing migrations: ${late.name} comes before ${latest}, which is applied; give it a higher number`,
    );
  }
  return missing;
}

function refuseUnknown(name: string, isBreaking: boolean, newest: string): void {
  if (name < newest) {
    throw new EstateError('migration.changed', `comparing migrations: ${name} was applied and its file is gone; restore it`);
  }
  if (isBreaking) {
    throw new EstateError(
      'migration.newer_schema',
      `comparing migrations: the database has ${name}, which this version cannot run with; run a newer one`,
    );
  }
}

async function apply(client: Client, migration: Migration, { token, now }: MigrateOptions): Promise<void> {
  try {
    await client.query('begin');
    if (token !== undefined) await client.query('select bulkhead.tag($1)', [token]);
    await client.query(migration.sql);
    if (client.getTransactionStatus() !== 'T') throw new Error('the file ended its transaction');
    await client.query(
      'insert into public.bulkhead_migration (name, sha256, is_breaking, applied_at) values ($1, $2, $3, coalesce($4, now()))',
      [migration.name, migration.sha256, migration.isBreaking, now?.() ?? null],
    );
    await client.query('commit');
  } catch (error) {
    const cause = toEstateError(error, `running ${migration.name}`).cause ?? error;
    throw new EstateError('migration.failed', `applying ${migration.name}: nothing of it stands`, { cause });
  }
}

async function run<Row>(client: Client, sql: string, params?: readonly unknown[]): Promise<Row[]> {
  try {
    // The caller names the row's type, as it wrote the statement.
    return (await client.query(sql, params === undefined ? undefined : [...params])).rows as Row[];
  } catch (error) {
    throw new EstateError('migration.failed', 'reading which migrations are applied', {
      cause: toEstateError(error, 'running a statement'),
    });
  }
}
