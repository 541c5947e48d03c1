import { createHash } from 'node:crypto';
import { lsnSchema, type RowsRequest, type TableDigests } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { z } from 'zod';
import { readPosition } from './position.store.ts';
import { type JailSession, quoteColumn, quoteTable } from './session.store.ts';

const FETCHED_ROWS = 500;
const DEFAULT_ROWS = 1_000_000;
const DEFAULT_BYTES = 1_073_741_824;

const textRows = z.array(z.object({ row: z.string() }));
const nameRows = z.array(z.object({ name: z.string() }));

/**
 * Rows of tables as JSON lines, in one snapshot, ordered by primary key: `{lsn}` first (every commit up to it is in the
 * snapshot), `{table,row}` each, `{end,rows}` last. Without the last line the answer is not whole.
 * @throws EstateError `postgres.query_failed`, `input.too_large`
 */
export async function* readRows(session: JailSession, compartment: string, request: RowsRequest): AsyncGenerator<string> {
  const maxRows = request.maxRows ?? DEFAULT_ROWS;
  const maxBytes = request.maxBytes ?? DEFAULT_BYTES;
  const { replayLsn } = await readPosition(session);
  await session.beginReading(compartment);
  yield `${JSON.stringify({ lsn: lsnSchema.parse(replayLsn) })}\n`;
  let rows = 0;
  let bytes = 0;
  for (const table of request.tables) {
    for await (const page of readTable(session, table, request.asText ? await textSelection(session, table) : 't')) {
      rows += page.length;
      const lines = page.map((row) => `{"table":${JSON.stringify(table)},"row":${row}}\n`).join('');
      bytes += Buffer.byteLength(lines);
      if (rows > maxRows || bytes > maxBytes) {
        throw new EstateError('input.too_large', `reading rows: over ${maxRows} rows or ${maxBytes} bytes at table ${table}`);
      }
      if (lines !== '') yield lines;
    }
  }
  await session.query('commit');
  yield `${JSON.stringify({ end: true, rows })}\n`;
}

/** How many rows each table has, and a digest of them in order: equal digests mean equal contents. */
export async function digestTables(session: JailSession, compartment: string, tables: readonly string[]): Promise<TableDigests> {
  const { replayLsn } = await readPosition(session);
  await session.beginReading(compartment);
  const digests = [];
  for (const table of tables) {
    const hash = createHash('sha256');
    let rows = 0;
    for await (const page of readTable(session, table)) {
      rows += page.length;
      for (const row of page) hash.update(`${row}\n`);
    }
    digests.push({ table, rows, sha256: hash.digest('hex') });
  }
  await session.query('commit');
  return { lsn: lsnSchema.parse(replayLsn), tables: digests };
}

/** A table's columns as their output functions write them; generated ones are left out, since nobody can insert them. */
async function textSelection(session: JailSession, table: string): Promise<string> {
  const columns = await session.query(
    `select attname::text as name from pg_attribute
      where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = '' order by attnum`,
    [quoteTable(table)],
  );
  const values = nameRows.parse(columns).map(({ name }) => {
    const column = quoteColumn(name);
    return `case when t.${column} is null then null else format('%s', t.${column}) end as ${column}`;
  });
  return `(select r from (select ${values.join(', ')}) r)`;
}

async function* readTable(session: JailSession, table: string, selection = 't'): AsyncGenerator<string[]> {
  const keys = await readKeys(session, table);
  const order = keys.length > 0 ? keys.map((key) => `t.${quoteColumn(key)}`).join(', ') : 'row_to_json(t)::text collate "C"';
  await session.query(
    `declare jail_rows no scroll cursor for select row_to_json(${selection})::text as row from ${quoteTable(table)} t order by ${order}`,
  );
  for (;;) {
    const page = textRows.parse(await session.query(`fetch ${FETCHED_ROWS} from jail_rows`)).map(({ row }) => row);
    // A JSON text has no raw line break; one from a hostile catalog must not become a line of its own.
    if (page.some((row) => /[\r\n]/.test(row)))
      throw new EstateError('verification.failed', `reading table ${table}: a row is not JSON`);
    if (page.length > 0) yield page;
    if (page.length < FETCHED_ROWS) break;
  }
  await session.query('close jail_rows');
}

async function readKeys(session: JailSession, table: string): Promise<string[]> {
  const keys = await session.query(
    `select a.attname::text as name
       from pg_index i
       cross join lateral unnest(i.indkey::int2[]) with ordinality as k(attnum, place)
       join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
      where i.indrelid = $1::regclass and i.indisprimary
      order by k.place`,
    [quoteTable(table)],
  );
  return nameRows.parse(keys).map(({ name }) => name);
}
