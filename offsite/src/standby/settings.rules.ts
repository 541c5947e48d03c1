/** Nothing an attacker wrote into a catalog or a configuration file may name a program, a library or another host. */
const HARMLESS: Readonly<Record<string, string>> = {
  shared_preload_libraries: '',
  session_preload_libraries: '',
  local_preload_libraries: '',
  event_triggers: 'off',
  archive_mode: 'off',
  archive_command: '',
  archive_library: '',
  archive_cleanup_command: '',
  recovery_end_command: '',
  primary_slot_name: '',
  synchronous_standby_names: '',
  unix_socket_permissions: '0700',
  jit: 'off',
  // Nobody's duty is done here: what runs is what was asked for.
  autovacuum: 'off',
  log_startup_progress_interval: '2s',
};

/** At least as much of each as headquarters may have: a hot standby with less pauses its replay. */
const CAPACITY: Readonly<Record<string, string>> = {
  max_connections: '200',
  max_worker_processes: '32',
  max_wal_senders: '32',
  max_prepared_transactions: '64',
  max_locks_per_transaction: '256',
  autovacuum_worker_slots: '2',
};

/** @param source where the receiver's WAL server stands and what it asks for; undefined while the standby shall stand still */
export function standbySettings(
  source: { readonly walSocketDirectory: string; readonly secret: string } | undefined,
  compartment: string,
): Record<string, string> {
  return {
    ...HARMLESS,
    ...CAPACITY,
    restore_command: '',
    primary_conninfo:
      source === undefined
        ? ''
        : `host=${quoteConninfo(source.walSocketDirectory)} port=5432 user=standby password=${quoteConninfo(source.secret)} application_name=standby-${compartment} sslmode=disable gssencmode=disable`,
    recovery_target_timeline: 'latest',
    hot_standby: 'on',
    hot_standby_feedback: 'on',
    wal_receiver_status_interval: '5s',
    wal_retrieve_retry_interval: '200ms',
    // History that stays away must not fill the disk: its slot is lost then, and made anew from the archive.
    max_slot_wal_keep_size: '8GB',
    // A standby may be built anew at any time; what another boot of the machine left is.
    fsync: 'off',
  };
}

/** What recovery is to follow and where it is to end. */
export type RecoveryTarget = { readonly timeline: number; readonly lsn: string | undefined; readonly isInclusive: boolean };

/** @param waitForWal the command that waits until a segment stands in pg_wal */
export function replaySettings(target: RecoveryTarget, waitForWal: string): Record<string, string> {
  return {
    ...HARMLESS,
    ...CAPACITY,
    restore_command: waitForWal,
    primary_conninfo: '',
    recovery_target_timeline: String(target.timeline),
    recovery_target_action: 'promote',
    ...(target.lsn === undefined
      ? {}
      : { recovery_target_lsn: target.lsn, recovery_target_inclusive: target.isInclusive ? 'on' : 'off' }),
    hot_standby: 'off',
    fsync: 'off',
    full_page_writes: 'off',
    shared_buffers: '256MB',
    max_wal_size: '4GB',
    wal_keep_size: '1GB',
    checkpoint_timeout: '1h',
  };
}

export function quarantineSettings(): Record<string, string> {
  return { ...HARMLESS, ...CAPACITY, restore_command: '', primary_conninfo: '', fsync: 'on', wal_keep_size: '1GB' };
}

/** The socket directory admits this uid alone; within it nobody needs a password. */
export const JAIL_HBA = ['local all all trust', 'local replication all trust'] as const;

function quoteConninfo(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
