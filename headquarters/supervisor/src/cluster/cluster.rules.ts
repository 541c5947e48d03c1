import { rolesOf } from '@bulkhead/postgres';

/** What a primary runs with, besides the small defaults of every cluster. */
const SETTINGS: Readonly<Record<string, string>> = {
  synchronous_commit: 'on',
  // WAL is kept for a receiver that is away, but never until the disk is full.
  max_slot_wal_keep_size: '4GB',
  wal_sender_timeout: '10s',
  archive_timeout: '0',
  // Which pages changed: off-site takes the rest of a base from the one that it has. Summaries go after ten days.
  summarize_wal: 'on',
};

/** The settings of a primary; without `isSynchronous` commits are acknowledged though off-site does not have them. */
export function settingsOf(isSynchronous: boolean): Record<string, string> {
  return { ...SETTINGS, synchronous_standby_names: namesOf(isSynchronous) };
}

export function namesOf(isSynchronous: boolean): string {
  return isSynchronous ? 'offsite' : '';
}

/**
 * Who may log in: the roles of the estate, each where it works, and nobody else: a role that an attacker added, and
 * that a restore brought back, finds no line.
 */
export function hbaOf(database: string): readonly string[] {
  const { owner, app, reader, offsite } = rolesOf(database);
  return [
    `local ${database},postgres postgres scram-sha-256`,
    `local ${database} ${owner},${app},${reader} scram-sha-256`,
    `local replication ${offsite} scram-sha-256`,
  ];
}
