import { createHash } from 'node:crypto';
import { lsnSchema, type RowsRequest, type TableDigests } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { z } from 'zod';
import { readPosition } from './position.store.ts';
import { type JailSession, quoteColumn, quoteTable } from './session.store.ts';

const FETCHED_ROWS = 500;
const DEFAULT_ROWS = 1_000_000;
const DEFAULT_BYTES = 1_073_741_824;

const MODULUS = 4_294_967_296n;

const textRows = z.array(z.object({ row: z.string() }));
const nameRows = z.array(z.object({ name: z.string() }));

/**
 * Rows of tables as JSON lines, in one snapshot, ordered by primary key: `{lsn}` first (every commit up to it is in the
 * snapshot), `{table,row}` each, `{end,rows}` last. Without the last line the answer is not whole. Since a mark: only rows
 * written after it; what was deleted is told by the counts alone.
 * @throws EstateError `postgres.query_failed`, `input.too_large`
 */
export async function* readRows(session: JailSession, compartment: string, request: RowsRequest): AsyncGenerator<string> {
  const maxRows = request.maxRows ?? DEFAULT_ROWS;
  const maxBytes = request.maxBytes ?? DEFAULT_BYTES;
  const { replayLsn } = await readPosition(session);
  const history = request.marked ? await readHistory(session) : '';
  await session.beginReading(compartment);
  const marked = request.marked ? await readMark(session, history, request) : undefined;
  yield `${JSON.stringify({ lsn: lsnSchema.parse(replayLsn), ...marked?.head })}\n`;
  let rows = 0;
  let bytes = 0;
  for (const table of request.tables) {
    const selection = request.asText ? await textSelection(session, table) : 't';
    for await (const page of readTable(session, table, selection, marked?.since)) {
      rows += page.length;
      const lines = page.map((row) => `{"table":${JSON.stringify(table)},"row":${row}}\n`).join('');
      bytes += Buffer.byteLength(lines);
      if (rows > maxRows || bytes > maxBytes) {
        throw new EstateError('input.too_large', `reading rows: over ${maxRows} rows or ${maxBytes} bytes at table ${table}`);
      }
      if (lines !== '') yield lines;
    }
  }
  const counts = marked ? { counts: await countRows(session, request.tables) } : {};
  await session.query('commit');
  yield `${JSON.stringify({ end: true, rows, ...counts })}\n`;
}

/** Which cluster this is, and which of its lives: transaction numbers of another one say nothing here. */
async function readHistory(session: JailSession): Promise<string> {
  const rows = await session.query(
    `select (select system_identifier from pg_control_system())::text || '.' ||
      (select timeline_id from pg_control_checkpoint())::text as name`,
  );
  return nameRows.parse(rows)[0]?.name ?? '';
}

type Mark = {
  readonly head: { readonly mark: string; readonly isWhole: boolean; readonly keys: Readonly<Record<string, readonly string[]>> };
  /** The oldest transaction that the earlier answer may not have seen; undefined for all rows. */
  readonly since: string | undefined;
};

async function readMark(session: JailSession, history: string, request: RowsRequest): Promise<Mark> {
  const [row] = nameRows.parse(await session.query('select pg_snapshot_xmin(pg_current_snapshot())::text as name'));
  const oldest = BigInt(row?.name ?? '0');
  const keys: Record<string, readonly string[]> = {};
  for (const table of request.tables) keys[table] = await readKeys(session, table);
  const seen = /^(\d+\.\d+)\.(\d+)$/.exec(request.since ?? '');
  const since = BigInt(seen?.[2] ?? '0');
  const isKnown = seen?.[1] === history && since > 2n && since <= oldest && oldest - since < MODULUS / 4n;
  const hasKeys = Object.values(keys).every((names) => names.length > 0);
  const isWhole = !(isKnown && hasKeys);
  return {
    head: { mark: `${history}.${oldest}`, isWhole, keys },
    since: isWhole ? undefined : String(since % MODULUS),
  };
}

async function countRows(session: JailSession, tables: readonly string[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of tables) {
    const [row] = nameRows.parse(await session.query(`select count(*)::text as name from ${quoteTable(table)}`));
    counts[table] = Number(row?.name ?? '0');
  }
  return counts;
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

async function* readTable(session: JailSession, table: string, selection = 't', since?: string): AsyncGenerator<string[]> {
  const keys = await readKeys(session, table);
  // By age, as transaction numbers go round; a row that is older than it seems is read once more, which does no harm.
  const where = since === undefined ? '' : `where age(t.xmin) <= age('${since}'::xid)`;
  const order = keys.length > 0 ? keys.map((key) => `t.${quoteColumn(key)}`).join(', ') : 'row_to_json(t)::text collate "C"';
  await session.query(
    `declare jail_rows no scroll cursor for select row_to_json(${selection})::text as row from ${quoteTable(table)} t ${where} order by ${order}`,
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
