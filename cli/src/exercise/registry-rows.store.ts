import type { EstatePaths } from '#estate/paths.ts';
import { REGISTRY } from './people/registry-staff.ts';
import { openReader, type Snapshot } from './rows.store.ts';

const FACILITY = 'port_facility';
const MODULE = 'maritime-security';
/** Numbers that a database draws, and what it computes of other columns. */
const COMPUTED = ['id', 'search_text', 'search_prose'];
/** What is compared of the history: each honest line, and what the history says last of each field. */
const LINES = 'field_change';
const SAID = 'field_change (last)';

/**
 * Rows of the registry that two runs of one story must have alike. The history of an attacked record holds more lines than that of one
 * that never was: the attack's, and those of the repair. Of it are compared what honest people added, and what it says last.
 */
export async function readRegistry(
  paths: EstatePaths,
  volatile: readonly { readonly table: string; readonly column: string }[],
): Promise<Snapshot> {
  const left = [...volatile.filter(({ table }) => table === FACILITY).map(({ column }) => column), ...COMPUTED];
  const admin = await openReader(paths, REGISTRY);
  try {
    await admin.query('begin isolation level repeatable read, read only');
    const read = async (sql: string, values: readonly unknown[] = []) =>
      new Map((await admin.query<{ key: string; content: string }>(sql, values)).map(({ key, content }) => [key, content]));
    const facilities = await read(
      `select t.reference as key, (to_jsonb(t) - $1::text[])::text as content from ${FACILITY} t where t.id > 0`,
      [left],
    );
    const lines = await read(
      `select key || '/' || row_number() over (partition by key order by revision) as key, content from (
        select t.reference || '/' || c.field as key, c.revision,
          jsonb_build_object('act', c.act, 'after', c.after, 'by', c.account_name, 'source', c.source)::text as content
        from field_change c join ${FACILITY} t on t.id = c.record_id
        where c.module = $1 and c.act <> 'taken-back' and coalesce(c.source, '') not like 'mark-%') line`,
      [MODULE],
    );
    const said = await read(
      `select distinct on (t.reference, c.field) t.reference || '/' || c.field as key, jsonb_build_object('after', c.after)::text as content
        from field_change c join ${FACILITY} t on t.id = c.record_id where c.module = $1
        order by t.reference, c.field, c.revision desc`,
      [MODULE],
    );
    await admin.query('commit');
    const tables = new Map([
      [FACILITY, facilities],
      [LINES, lines],
      [SAID, said],
    ]);
    return { tables, keys: new Map() };
  } finally {
    await admin.close();
  }
}

/** How the history of the records that an attack altered reads: its lines, and those by which the repair took them back. */
export async function countLines(
  paths: EstatePaths,
  mark: string,
): Promise<{ readonly attack: number; readonly takenBack: number }> {
  const admin = await openReader(paths, REGISTRY);
  try {
    const [row] = await admin.query<{ attack: number; back: number }>(
      `select count(*) filter (where c.source = $1)::int as attack, count(*) filter (where c.act = 'taken-back')::int as back from field_change c
        where exists (select 1 from field_change a where a.module = c.module and a.record_id = c.record_id and a.source = $1)`,
      [mark],
    );
    return { attack: row?.attack ?? 0, takenBack: row?.back ?? 0 };
  } finally {
    await admin.close();
  }
}

/** Whether a snapshot holds what a request had written, as its answer said: a line of the history for each field. */
export function createLedger({ tables }: Snapshot): (reference: string, field: string, after: string) => boolean {
  const known = new Set<string>();
  for (const [key, content] of tables.get(LINES) ?? []) {
    const parsed: unknown = JSON.parse(content);
    const after = typeof parsed === 'object' && parsed !== null && 'after' in parsed ? parsed.after : null;
    known.add(JSON.stringify([key.slice(0, key.lastIndexOf('/')), after]));
  }
  return (reference, field, after) => known.has(JSON.stringify([`${reference}/${field}`, after]));
}
