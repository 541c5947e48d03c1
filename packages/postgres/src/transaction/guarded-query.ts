import { EstateError } from '@bulkhead/kernel';
import { type Client, Query, type QueryConfig, type QueryResult } from 'pg';

/**
 * Runs one statement through the extended protocol, which takes one statement at a time, if a transaction is still open at the
 * moment it would be sent. Some statements end the transaction when they fail; what follows would be written without a token.
 */
export function queryInTransaction(client: Client, text: string, values: readonly unknown[]): Promise<QueryResult> {
  return new Promise((resolve, reject) => {
    const query = new Query(asExtended(text, values), (error, result) => (error ? reject(error) : resolve(result)));
    const submit = query.submit.bind(query);
    query.submit = (connection) => (client.getTransactionStatus() === 'I' ? noTransaction() : submit(connection));
    client.query(query);
  });
}

/** A statement for the extended protocol, even if it has no parameters. */
export function asExtended(text: string, values: readonly unknown[]): QueryConfig {
  const config: QueryConfig & { queryMode: 'extended' } = { text, values: [...values], queryMode: 'extended' };
  return config;
}

function noTransaction(): EstateError {
  return new EstateError('postgres.query_failed', 'running a statement: an earlier one ended the transaction it belongs to');
}
