import { EstateError } from '@bulkhead/kernel';
import { Kysely, PostgresDialect, type PostgresPool } from 'kysely';
import { type ClientConfig, Pool, type PoolClient } from 'pg';
import type { Schema } from '#schema.ts';

const SESSIONS = 6;
const WORKFLOW_SESSIONS = 5;
const IDLE_MS = 60_000;

/** Off-site's own database: it belongs to no compartment, and its writes carry no tokens. */
export type OffsiteDatabase = {
  readonly db: Kysely<Schema>;
  /** Sessions for the workflow engine, which keeps its tables in a schema of its own. */
  readonly workflowPool: Pool;
  readonly isAnswering: () => Promise<boolean>;
  readonly close: () => Promise<void>;
};

export function openOffsiteDatabase(connection: ClientConfig): OffsiteDatabase {
  const pool = openPool(connection, SESSIONS);
  const workflowPool = openPool(connection, WORKFLOW_SESSIONS);
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool: translating(pool) }), log: [] });
  return {
    db,
    workflowPool,
    isAnswering: () =>
      pool.query('select 1').then(
        () => true,
        () => false,
      ),
    close: async () => {
      await Promise.all([db.destroy(), workflowPool.ended ? undefined : workflowPool.end()]);
    },
  };
}

function openPool(connection: ClientConfig, max: number): Pool {
  const pool = new Pool({ ...connection, max, idleTimeoutMillis: IDLE_MS, keepAlive: true });
  // A lost session fails the statement that uses it; without listeners it would end the process.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** Turns the driver's errors into ours, the driver's own as the cause. */
function translating(pool: Pool): PostgresPool {
  return {
    connect: async () => {
      const client = await pool.connect().catch((cause: unknown) => {
        throw new EstateError('postgres.query_failed', "connecting to off-site's database", { cause });
      });
      return { query: translatingQuery(client), release: () => client.release() };
    },
    end: () => pool.end(),
    options: {},
  };
}

type Query = Awaited<ReturnType<PostgresPool['connect']>>['query'];

function translatingQuery(client: PoolClient): Query {
  const query = (sql: string, parameters: readonly unknown[]): Promise<unknown> =>
    client.query(sql, [...parameters]).catch((cause: unknown) => {
      throw new EstateError('postgres.query_failed', "querying off-site's database", { cause });
    });
  // The interface also has cursors, which nothing here asks for.
  return query as unknown as Query;
}
