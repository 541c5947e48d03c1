import { EstateError } from '@bulkhead/kernel';
import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely';
import type { PoolClient, QueryResult as QueryResultOfDriver } from 'pg';
import { toEstateError } from '../session/query-error.ts';
import { asExtended, queryInTransaction } from './guarded-query.ts';

const WITH_COUNT = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE']);
const CONTROL = new Set(['BEGIN', 'START TRANSACTION', 'COMMIT', 'PREPARE TRANSACTION']);
const ROLLBACK_TO_SAVEPOINT = /^\s*rollback\s+((work|transaction)\s+)?to\b/i;

/** One client, as Kysely sees it. */
export class ClientConnection implements DatabaseConnection {
  readonly client: PoolClient;
  readonly #isTransaction: boolean;
  #closedBecause: string | undefined;

  constructor(client: PoolClient, kind: 'session' | 'transaction') {
    this.client = client;
    this.#isTransaction = kind === 'transaction';
  }

  get isClosed(): boolean {
    return this.#closedBecause !== undefined;
  }

  /** From now on refuses statements. */
  close(reason: string): void {
    this.#closedBecause ??= reason;
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    if (this.#closedBecause !== undefined)
      throw new EstateError('postgres.query_failed', `running a statement: ${this.#closedBecause}`);
    const { command, rowCount, rows } = await this.#run(sql, parameters).catch((error: unknown) => {
      throw toEstateError(error, 'running a statement');
    });
    if (this.#isTransaction) this.#refuseControl(command, sql);
    // The row's type is what the query builder inferred from the schema.
    const typed = rows as Row[];
    return WITH_COUNT.has(command) ? { rows: typed, numAffectedRows: BigInt(rowCount ?? 0) } : { rows: typed };
  }

  #run(sql: string, parameters: readonly unknown[]): Promise<QueryResultOfDriver> {
    return this.#isTransaction
      ? queryInTransaction(this.client, sql, parameters)
      : this.client.query(asExtended(sql, parameters));
  }

  // A statement that ends the transaction would leave those after it without a token.
  #refuseControl(command: string, sql: string): void {
    const isControl = CONTROL.has(command) || (command === 'ROLLBACK' && !ROLLBACK_TO_SAVEPOINT.test(sql));
    if (!isControl) return;
    this.close('a statement ended the transaction it ran in');
    throw new EstateError('postgres.query_failed', `running ${command} inside transact: transact itself begins and commits`);
  }

  streamQuery(): never {
    throw new EstateError('postgres.query_failed', 'streaming rows: read them page by page');
  }
}
