import type { RowsRequest, TableDigests } from '@bulkhead/contracts';
import { EstateError, type Log } from '@bulkhead/kernel';
import { digestTables, readRows } from './rows.store.ts';
import { JailSession } from './session.store.ts';
import type { JailDatabase } from './verify.actions.ts';

/**
 * Rows as JSON lines. The answer has begun when a row cannot be read: then a last line `{error}` tells of it, and the
 * line `{end}` is missing.
 * @throws EstateError `postgres.query_failed` if not even a session is had
 */
export async function streamRows(
  { socketDirectory, compartment }: JailDatabase,
  request: RowsRequest,
  log: Log,
): Promise<AsyncGenerator<string>> {
  const session = await JailSession.open(socketDirectory, compartment);
  return closing(readRows(session, compartment, request), session, log);
}

/** @throws EstateError `postgres.query_failed` */
export async function digestRows(
  { socketDirectory, compartment }: JailDatabase,
  tables: readonly string[],
): Promise<TableDigests> {
  const session = await JailSession.open(socketDirectory, compartment);
  try {
    return await digestTables(session, compartment, tables);
  } finally {
    await session.close();
  }
}

async function* closing(lines: AsyncGenerator<string>, session: JailSession, log: Log): AsyncGenerator<string> {
  try {
    yield* lines;
  } catch (error) {
    log.warn({ err: error }, 'reading rows ended early');
    const code = error instanceof EstateError ? error.code : 'postgres.query_failed';
    yield `${JSON.stringify({ error: { code, message: error instanceof Error ? error.message : String(error) } })}\n`;
  } finally {
    await session.close();
  }
}
