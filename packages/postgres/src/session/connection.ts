import { join } from 'node:path';
import { EstateError } from '@bulkhead/kernel';
import { Client, type ClientConfig } from 'pg';
import { toEstateError } from './query-error.ts';

/** The port in the name of every socket of ours; nothing listens on a network. */
export const PORT = 5432;

const CONNECT_TIMEOUT_MS = 15_000;

/** Who connects to what. */
export type ConnectionTarget = {
  readonly database: string;
  readonly role: string;
  readonly password?: string;
  readonly applicationName?: string;
};

/** The configuration of a `pg` client for a cluster whose socket stands in `socketDirectory`. */
export function connectionTo(socketDirectory: string, target: ConnectionTarget): ClientConfig {
  return {
    host: socketDirectory,
    port: PORT,
    database: target.database,
    user: target.role,
    // Never undefined: the driver would look into the environment and ~/.pgpass.
    password: target.password ?? '',
    application_name: target.applicationName ?? 'bulkhead',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    ssl: false,
  };
}

/** The path of a cluster's socket. */
export function socketPath(socketDirectory: string): string {
  return join(socketDirectory, `.s.PGSQL.${PORT}`);
}

/** An administrative session. Its commits do not wait for the synchronous standby. */
export type Admin = {
  /** Runs one statement and returns its rows. */
  readonly query: <Row>(sql: string, params?: readonly unknown[]) => Promise<Row[]>;
  /** Opens a session of the same role in another database of the cluster. */
  readonly toDatabase: (database: string) => Promise<Admin>;
  readonly close: () => Promise<void>;
};

/**
 * Opens an administrative session with `synchronous_commit = local`: it must not hang while the synchronous standby is away.
 * @throws EstateError `postgres.query_failed`
 */
export async function openAdmin(config: ClientConfig): Promise<Admin> {
  const client = await openClient(config, { synchronous_commit: 'local' });
  return {
    query: async <Row>(sql: string, params: readonly unknown[] = []): Promise<Row[]> => {
      try {
        // The driver knows nothing of the row's type: the caller names it, as it wrote the statement.
        return (await client.query(sql, [...params])).rows as Row[];
      } catch (error) {
        throw toEstateError(error, 'running an administrative statement');
      }
    },
    toDatabase: (database) => openAdmin({ ...config, database }),
    close: () => client.end(),
  };
}

/** Opens a client with session settings given in the start-up packet, so that they hold from the first statement. */
export async function openClient(config: ClientConfig, settings: Readonly<Record<string, string>>): Promise<Client> {
  const client = new Client(withSettings(config, settings));
  // A lost connection fails the next query; without a listener it would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (cause) {
    throw new EstateError('postgres.query_failed', `connecting to database ${config.database ?? ''} as ${config.user ?? ''}`, {
      cause,
    });
  }
  return client;
}

/** Adds session settings to a configuration. */
export function withSettings(config: ClientConfig, settings: Readonly<Record<string, string>>): ClientConfig {
  const flags = Object.entries(settings).map(
    ([name, value]) => `-c ${name}=${value.replaceAll('\\', '\\\\').replaceAll(' ', '\\ ')}`,
  );
  return { ...config, options: [config.options, ...flags].filter(Boolean).join(' ') };
}
