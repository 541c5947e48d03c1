import { EstateError } from '@bulkhead/kernel';
import { connectionTo, rolesOf } from '@bulkhead/postgres';
import pg from 'pg';

const STATEMENT_MS = 60_000;

/**
 * A session in a jail's cluster. Its catalog counts as hostile: the settings are given in the start-up packet, where
 * nothing stored in the catalog (`alter role … set`, `alter database … set`) outranks them.
 */
export class JailSession {
  readonly #client: pg.Client;

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  /** @throws EstateError `postgres.query_failed` */
  static async open(socketDirectory: string, database: string, statementMs = STATEMENT_MS): Promise<JailSession> {
    const settings = [
      'event_triggers=off',
      'session_preload_libraries=',
      'local_preload_libraries=',
      `statement_timeout=${statementMs}`,
      'lock_timeout=10000',
      'idle_in_transaction_session_timeout=600000',
      'row_security=off',
      'search_path=pg_catalog',
      'extra_float_digits=1',
      'synchronous_commit=local',
    ];
    const client = new pg.Client({
      ...connectionTo(socketDirectory, { database, role: 'postgres', applicationName: 'jail' }),
      options: settings.map((setting) => `-c ${setting}`).join(' '),
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
    } catch (cause) {
      throw new EstateError('postgres.query_failed', `connecting to database ${database} of the jail`, { cause });
    }
    return new JailSession(client);
  }

  /** Gives up the superuser's rights for the compartment's reader's, in a read-only transaction with one snapshot. */
  async beginReading(compartment: string): Promise<void> {
    await this.query('begin transaction isolation level repeatable read read only');
    await this.query(`set local role ${pg.escapeIdentifier(rolesOf(compartment).reader)}`);
  }

  /** Reads as the compartment's reader, and leaves no transaction behind. */
  async read<Result>(compartment: string, work: () => Promise<Result>): Promise<Result> {
    await this.beginReading(compartment);
    try {
      return await work();
    } finally {
      await this.query('rollback');
    }
  }

  /** @throws EstateError `postgres.query_failed`; the message holds the statement's first words, the cause the server's answer */
  async query<Row>(sql: string, params: readonly unknown[] = []): Promise<Row[]> {
    try {
      // Whoever writes the statement names the form of its rows.
      return (await this.#client.query(sql, [...params])).rows as Row[];
    } catch (cause) {
      throw new EstateError('postgres.query_failed', `running ${JSON.stringify(sql.trim().slice(0, 60))} in the jail`, { cause });
    }
  }

  async close(): Promise<void> {
    await this.#client.end().catch(() => undefined);
  }
}

/** A table's name, quoted, as it may stand in a statement. */
export function quoteTable(table: string): string {
  const [first = '', second] = table.split('.');
  return second === undefined
    ? `public.${pg.escapeIdentifier(first)}`
    : `${pg.escapeIdentifier(first)}.${pg.escapeIdentifier(second)}`;
}

export function quoteColumn(column: string): string {
  return pg.escapeIdentifier(column);
}

/** The sentence with which the server refused a statement, without its parameters. */
export function serverSentence(error: unknown): string {
  const cause = error instanceof EstateError ? error.cause : error;
  return cause instanceof Error ? cause.message.slice(0, 500) : String(error);
}
