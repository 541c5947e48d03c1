import { randomBytes } from 'node:crypto';
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { EstateError } from '@bulkhead/kernel';
import { PORT } from '../session/connection.ts';
import type { Owner } from './copy-tree.ts';

/** The name of the settings file of ours inside a data directory. */
export const SETTINGS_FILE = 'bulkhead.conf';

/** Who may connect by default: every role with its password, replication included. */
export const DEFAULT_HBA = ['local all all scram-sha-256', 'local replication all scram-sha-256'] as const;

const DEFAULTS: Readonly<Record<string, string>> = {
  listen_addresses: '',
  unix_socket_permissions: '0777',
  max_connections: '20',
  shared_buffers: '16MB',
  huge_pages: 'off',
  io_method: 'sync',
  jit: 'off',
  max_worker_processes: '4',
  max_parallel_workers_per_gather: '0',
  autovacuum_worker_slots: '2',
  autovacuum_max_workers: '2',
  wal_level: 'logical',
  max_wal_senders: '5',
  max_replication_slots: '5',
  min_wal_size: '32MB',
  // A restored cluster has no slot until the receiver joins its new timeline, which begins some segments back.
  wal_keep_size: '128MB',
  max_wal_size: '128MB',
  archive_mode: 'off',
  hot_standby: 'on',
  hot_standby_feedback: 'on',
  password_encryption: 'scram-sha-256',
  allow_alter_system: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  datestyle: 'ISO, YMD',
  lc_messages: 'C',
  log_destination: 'stderr',
  logging_collector: 'off',
  log_line_prefix: '',
  log_checkpoints: 'off',
  // Statements and row contents are personal data: they stay out of the log.
  log_statement: 'none',
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
};

/** The text of the settings file: the defaults, then what the caller sets. */
export function renderSettings(socketDirectory: string, settings: Readonly<Record<string, string>>): string {
  const all: Record<string, string> = {
    ...DEFAULTS,
    ...settings,
    unix_socket_directories: socketDirectory,
    port: String(PORT),
  };
  return Object.entries(all)
    .map(
      ([name, value]) =>
        `${checkSettingName(name)} = '${checkValue(name, value).replaceAll('\\', '\\\\').replaceAll("'", "''")}'\n`,
    )
    .join('');
}

function checkSettingName(name: string): string {
  if (/^[a-z][a-z0-9_.]*$/i.test(name)) return name;
  throw new EstateError('config.invalid', `writing server settings: ${JSON.stringify(name)} is no name of a setting`);
}

function checkValue(name: string, value: string): string {
  if (!/[\r\n\0]/.test(value)) return value;
  throw new EstateError('config.invalid', `writing server settings: the value of ${name} holds a line break`);
}

/**
 * Writes every file the server reads its configuration from. What stands in the directory may come from a hostile
 * backup: `postgresql.auto.conf` is emptied, and links are replaced, never followed.
 */
export async function writeConfiguration(
  dataDirectory: string,
  files: { readonly settings: string; readonly hba: readonly string[] },
  owner: Owner | undefined,
): Promise<void> {
  await replaceFile(join(dataDirectory, SETTINGS_FILE), files.settings, owner);
  await replaceFile(join(dataDirectory, 'postgresql.auto.conf'), '', owner);
  await replaceFile(join(dataDirectory, 'pg_hba.conf'), files.hba.map((line) => `${line}\n`).join(''), owner);
  await replaceFile(join(dataDirectory, 'pg_ident.conf'), '', owner);
}

async function replaceFile(path: string, content: string, owner: Owner | undefined): Promise<void> {
  const sibling = `${path}.${randomBytes(6).toString('hex')}`;
  const file = await open(sibling, 'wx', 0o600);
  try {
    await file.writeFile(content);
    if (owner !== undefined) await file.chown(owner.uid, owner.gid);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(sibling, path);
}
