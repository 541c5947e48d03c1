import type { Admin } from '@bulkhead/postgres';

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

/** Sets the superuser's password, which must be hexadecimal: the statement takes no parameters. */
export async function setSuperuserPassword(admin: Admin, password: string): Promise<void> {
  if (!/^[0-9a-f]{32,}$/.test(password)) throw new TypeError('a superuser password must be hexadecimal');
  await admin.query(`alter role postgres password '${password}'`);
}

/** The settings in force that protect acknowledged commits. */
export async function readSynchronousNames(admin: Admin): Promise<string> {
  const [row] = await admin.query<{ setting: string }>("select current_setting('synchronous_standby_names') as setting");
  return row?.setting ?? '';
}
