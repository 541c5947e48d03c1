import { type Admin, runTagged } from '@bulkhead/postgres';

/** Questions to a running cluster, as its superuser. */

/** Whether the receiver off-site streams, and has made durable all that was committed here until now. */
export async function readProtection(admin: Admin): Promise<{ readonly isStreaming: boolean; readonly isCaughtUp: boolean }> {
  const [row] = await admin.query<{ is_streaming: boolean; is_caught_up: boolean }>(`
    select count(*) filter (where state = 'streaming') > 0 as is_streaming,
           coalesce(bool_or(flush_lsn >= pg_current_wal_insert_lsn()), false) as is_caught_up
    from pg_stat_replication where application_name = 'offsite'`);
  return { isStreaming: row?.is_streaming ?? false, isCaughtUp: row?.is_caught_up ?? false };
}

/** Writes the list of running transactions into the WAL: decoding on a standby can begin only at such a record. */
export async function logStandbySnapshot(admin: Admin): Promise<void> {
  await admin.query('select pg_log_standby_snapshot()');
}

/** Whether off-site's slot keeps the catalog's old rows, as a standby asked for that decodes. */
export async function isCatalogKept(admin: Admin): Promise<boolean> {
  const rows = await admin.query("select 1 from pg_replication_slots where slot_name = 'offsite' and catalog_xmin is not null");
  return rows.length > 0;
}

export async function hasDatabase(admin: Admin, database: string): Promise<boolean> {
  return (await admin.query('select 1 from pg_database where datname = $1', [database])).length > 0;
}

/** From now on no row that is deleted is cleaned away in this session's database, nor in the catalog that all share. */
export async function takeSnapshot(inside: Admin): Promise<void> {
  await inside.query('set idle_in_transaction_session_timeout = 0');
  await inside.query('set transaction_timeout = 0');
  await inside.query('begin isolation level repeatable read read only');
  await inside.query('select 1');
}

export async function endSnapshot(inside: Admin): Promise<void> {
  await inside.query('rollback');
}

/** Sets the superuser's password, which must be hexadecimal: the statement takes no parameters. */
export async function setSuperuserPassword(admin: Admin, password: string, token: string): Promise<void> {
  if (!/^[0-9a-f]{32,}$/.test(password)) throw new TypeError('a superuser password must be hexadecimal');
  await runTagged(admin, token, [`alter role postgres password '${password}'`]);
}

/** The settings in force that protect acknowledged commits. */
export async function readSynchronousNames(admin: Admin): Promise<string> {
  const [row] = await admin.query<{ setting: string }>("select current_setting('synchronous_standby_names') as setting");
  return row?.setting ?? '';
}
