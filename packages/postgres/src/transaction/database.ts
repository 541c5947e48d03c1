import { EstateError } from '@bulkhead/kernel';
import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely';
import { type ClientConfig, Pool, type PoolClient } from 'pg';
import { LONGEST_TOKEN_BYTES } from '../role/provenance-sql.ts';
import { withSettings } from '../session/connection.ts';
import { toEstateError } from '../session/query-error.ts';
import { beginTagged, type Isolation } from './begin-tagged.ts';
import { ClientConnection } from './client-connection.ts';
import { COLUMN_TYPES } from './column-types.ts';
import { commit } from './commit.ts';
import { type CopiedLines, type CopyOptions, copyLines } from './copy-lines.ts';
import { kyselyOver } from './dialect.ts';
import { writeOut } from './literal.ts';

const IDLE_MS = 60_000;
/** Instants are written in UTC, whatever the server is set to. */
const READING = { default_transaction_read_only: 'on', timezone: 'UTC', datestyle: 'ISO' };

/** What a database handle is opened with. */
export type DatabaseConfig = {
  readonly connection: ClientConfig;
  /** Sessions at most, half of them for reading; at least one of each kind. */
  readonly maxConnections: number;
  /** How long a commit may wait for its confirmation before it is told to be in doubt; default: as long as it takes. */
  readonly commitWaitMs?: number;
};

/** What a transaction answered, and its id in the WAL. */
export type Committed<T> = { readonly result: T; readonly xid: string };

/** A database seen by one process: reads of any kind, and writes that carry their token. */
export type Database<Schema> = {
  /** Queries in read-only sessions; a write fails with `postgres.read_only`. */
  readonly read: Kysely<Schema>;
  /**
   * What a query finds as lines of CSV (RFC 4180) that the database writes, in a read-only session: up to some bytes of them, at least one.
   * The query's first column is a key below 2^53; it stands in no line, and tells after which row to go on.
   * @throws EstateError `postgres.query_failed`, `postgres.unreachable`
   */
  readonly copyLines: (query: RawBuilder<unknown>, options: CopyOptions) => Promise<CopiedLines>;
  /**
   * The only way to write: begins, puts `token` into the WAL, runs `write`, commits. Whatever `write` throws is thrown on, after a rollback.
   * @throws EstateError `token.missing`, `token.invalid`, `postgres.read_only`, `postgres.query_failed`, `postgres.unreachable`, `transaction.in_doubt`
   */
  readonly transact: <T>(
    token: string,
    write: (trx: Transaction<Schema>) => Promise<T>,
    options?: { readonly isolation?: Isolation },
  ) => Promise<Committed<T>>;
  /** Waits for what is under way and closes all sessions. */
  readonly close: () => Promise<void>;
};

/** Opens pools of sessions; connects at the first use. */
export function openDatabase<Schema>(config: DatabaseConfig): Database<Schema> {
  const readSessions = Math.max(1, Math.ceil(config.maxConnections / 2));
  const readers = openPool(withSettings(config.connection, READING), readSessions);
  const writers = openPool(config.connection, Math.max(1, config.maxConnections - readSessions));
  return {
    read: kyselyOver<Schema, ClientConnection>(readDriver(readers)),
    copyLines: (query, options) => copyFrom(readers, query, options),
    transact: async (token, write, options = {}) => {
      checkToken(token);
      const client = await checkOut(writers);
      const connection = new ClientConnection(client, 'transaction');
      const begun = { token, isolation: options.isolation ?? 'read committed', commitWaitMs: config.commitWaitMs };
      const driver = writeDriver(connection, begun);
      const result = await kyselyOver<Schema, ClientConnection>(driver).transaction().execute(write);
      return { result, xid: driver.xid() };
    },
    close: async () => {
      await Promise.all([readers.end(), writers.end()]);
    },
  };
}

function openPool(connection: ClientConfig, max: number): Pool {
  const pool = new Pool({ ...connection, types: COLUMN_TYPES, max, idleTimeoutMillis: IDLE_MS, keepAlive: true });
  // A lost session fails the statement that uses it; without listeners it would end the process.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

async function checkOut(pool: Pool): Promise<PoolClient> {
  return pool.connect().catch((error: unknown) => {
    throw toEstateError(error, 'connecting to the database');
  });
}

async function copyFrom(pool: Pool, query: RawBuilder<unknown>, options: CopyOptions): Promise<CopiedLines> {
  // COPY takes no parameters.
  const text = writeOut(sql`copy (${query}) to stdout (format csv)`);
  const client = await checkOut(pool);
  try {
    const lines = await copyLines(client, text, options);
    client.release();
    return lines;
  } catch (error) {
    client.release(true);
    throw toEstateError(error, 'copying rows');
  }
}

function checkToken(token: string): void {
  if (token === '') throw new EstateError('token.missing', 'beginning a transaction: it must carry a token');
  if (token.includes('\0') || Buffer.byteLength(token) > LONGEST_TOKEN_BYTES) {
    throw new EstateError(
      'token.invalid',
      `beginning a transaction: its token is longer than ${LONGEST_TOKEN_BYTES} bytes or holds a zero byte`,
    );
  }
}

function readDriver(pool: Pool) {
  const run = async (connection: ClientConnection, sql: string) => {
    await connection.client.query(sql).catch((error: unknown) => {
      connection.close('its session failed');
      throw toEstateError(error, `running ${sql}`);
    });
  };
  return {
    acquire: async () => new ClientConnection(await checkOut(pool), 'session'),
    release: async (connection: ClientConnection) => connection.client.release(connection.isClosed),
    // One snapshot for all its statements: the reason to read in a transaction.
    begin: (connection: ClientConnection) => run(connection, 'begin isolation level repeatable read, read only'),
    commit: (connection: ClientConnection) => run(connection, 'commit'),
    rollback: (connection: ClientConnection) => run(connection, 'rollback'),
  };
}

type Begun = { readonly token: string; readonly isolation: Isolation; readonly commitWaitMs: number | undefined };

function writeDriver(connection: ClientConnection, { token, isolation, commitWaitMs }: Begun) {
  const { client } = connection;
  let xid = '';
  let isReusable = false;
  return {
    xid: () => xid,
    acquire: async () => connection,
    release: async () => {
      connection.close('its transaction is over');
      client.release(!isReusable);
    },
    begin: async () => {
      xid = await beginTagged(client, token, isolation).catch((error: unknown) => {
        throw toEstateError(error, 'beginning a transaction');
      });
    },
    commit: async () => {
      const wasEnded = connection.isClosed;
      connection.close('its transaction is over');
      if (wasEnded) throw new EstateError('postgres.query_failed', 'committing: a statement had ended the transaction');
      await commit(client, xid, commitWaitMs);
      isReusable = true;
    },
    // Also called after a failed commit, when there is nothing left to roll back and the session is not to be trusted.
    rollback: async () => {
      if (connection.isClosed) return;
      connection.close('its transaction is over');
      await client.query('rollback').then(
        () => {
          isReusable = true;
        },
        // The session is discarded, which rolls back as well; what `write` threw matters more.
        () => undefined,
      );
    },
  };
}
