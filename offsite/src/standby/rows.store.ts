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
/** What belongs to one of several tables, by its place among them. */
const placedRows = z.array(z.object({ at: z.number().int(), name: z.string() }));

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
  for await (const { table, page } of readTables(session, request, marked?.since)) {
    rows += page.length;
    const lines = page.map((row) => `{"table":${JSON.stringify(table)},"row":${row}}\n`).join('');
    bytes += Buffer.byteLength(lines);
    if (rows > maxRows || bytes > maxBytes) {
      throw new EstateError('input.too_large', `reading rows: over ${maxRows} rows or ${maxBytes} bytes at table ${table}`);
    }
    if (lines !== '') yield lines;
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
  const keys = await readKeysOf(session, request.tables);
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
  const selects = tables.map((table, at) => `select ${at} as at, count(*)::text as name from ${quoteTable(table)}`);
  const counts = placedRows.parse(await session.query(selects.join(' union all ')));
  return Object.fromEntries(counts.map(({ at, name }) => [tables[at] ?? '', Number(name)]));
}

/** The rows of the tables that were asked for; those written since a mark in one go, as they are few. */
async function* readTables(
  session: JailSession,
  { tables, asText }: RowsRequest,
  since: string | undefined,
): AsyncGenerator<{ readonly table: string; readonly page: readonly string[] }> {
  const selections: string[] = [];
  for (const table of tables) selections.push(asText ? await textSelection(session, table) : 't');
  if (since === undefined) {
    for (const [at, table] of tables.entries())
      for await (const page of readTable(session, table, selections[at])) yield { table, page };
    return;
  }
  // By age, as transaction numbers go round; a row that is older than it seems is read once more, which does no harm.
  const selects = tables.map(
    (table, at) =>
      `select ${at} as at, row_to_json(${selections[at]})::text as name from ${quoteTable(table)} t where age(t.xmin) <= age('${since}'::xid)`,
  );
  await session.query(`declare jail_rows no scroll cursor for ${selects.join(' union all ')}`);
  for (;;) {
    const fetched = placedRows.parse(await session.query(`fetch ${FETCHED_ROWS} from jail_rows`));
    for (const [at, table] of tables.entries()) {
      const page = fetched.filter((row) => row.at === at).map(({ name }) => name);
      requireLines(page, table);
      if (page.length > 0) yield { table, page };
    }
    if (fetched.length < FETCHED_ROWS) return;
  }
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
  const keys = (await readKeysOf(session, [table]))[table] ?? [];
  const order = keys.length > 0 ? keys.map((key) => `t.${quoteColumn(key)}`).join(', ') : 'row_to_json(t)::text collate "C"';
  await session.query(
    `declare jail_rows no scroll cursor for select row_to_json(${selection})::text as row from ${quoteTable(table)} t order by ${order}`,
  );
  for (;;) {
    const page = textRows.parse(await session.query(`fetch ${FETCHED_ROWS} from jail_rows`)).map(({ row }) => row);
    requireLines(page, table);
    if (page.length > 0) yield page;
    if (page.length < FETCHED_ROWS) break;
  }
  await session.query('close jail_rows');
}

// A JSON text has no raw line break; one from a hostile catalog must not become a line of its own.
function requireLines(page: readonly string[], table: string): void {
  if (page.some((row) => /[\r\n]/.test(row)))
    throw new EstateError('verification.failed', `reading table ${table}: a row is not JSON`);
}

/** The columns of each table's primary key; none for one without. */
async function readKeysOf(session: JailSession, tables: readonly string[]): Promise<Record<string, readonly string[]>> {
  const rows = await session.query(
    `select t.place::int - 1 as at, a.attname::text as name
       from unnest($1::text[]) with ordinality as t(name, place)
       join pg_index i on i.indrelid = t.name::regclass and i.indisprimary
       cross join lateral unnest(i.indkey::int2[]) with ordinality as k(attnum, place)
       join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
      order by t.place, k.place`,
    [tables.map(quoteTable)],
  );
  const found = placedRows.parse(rows);
  return Object.fromEntries(
    tables.map((table, place) => [table, found.filter(({ at }) => at === place).map(({ name }) => name)]),
  );
}
