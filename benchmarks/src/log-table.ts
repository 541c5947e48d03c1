import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Admin, startScratchCluster } from '@bulkhead/postgres';

const TABLE = 'file_head';
const ROWS_LIMIT = 100_000;
/** Changes of one transaction. */
const TOGETHER = 1000;
/** Of so many attacked rows, one is changed by somebody honest afterwards. */
const TOUCHED_OF = 10;
const SOURCES = ['SCHEMA', 'SETUP', 'LOG_UTIL', 'DDL_LOG', 'RESTORE', 'REVERT', 'SCHEMA_MANAGEMENT', 'CTL'];

export type LogTableUndo = { readonly version: string; readonly secondsOf: ReadonlyMap<number, number> };

/**
 * Undo from a table of old values that triggers write, as pgMemento does it: the same story as ours, in the database itself.
 * It trusts triggers and a table that whoever owns the database can change, and tells nobody what built on the attack.
 * @param directory a checkout of pgMemento
 * @returns seconds to take each attack back
 */
export async function measureLogTable(directory: string, changes: number, attacks: readonly number[]): Promise<LogTableUndo> {
  const scratch = await startScratchCluster({ max_wal_size: '4GB' });
  const admin = await scratch.admin.toDatabase('postgres');
  try {
    await install(admin, directory);
    const rows = Math.min(changes, ROWS_LIMIT);
    await writeHistory(admin, changes, rows);
    const secondsOf = new Map<number, number>();
    for (const attack of attacks) if (attack <= rows) secondsOf.set(attack, await attackAndRevert(admin, attack));
    const [found] = await admin.query<{ version: string }>(
      `select concat_ws('.', major_version, minor_version, revision) as version from pgmemento.version()`,
    );
    return { version: found?.version ?? 'unknown', secondsOf };
  } finally {
    await admin.close();
    await scratch.stop();
  }
}

async function install(admin: Admin, directory: string): Promise<void> {
  await admin.query('set client_min_messages to warning');
  for (const name of SOURCES) await admin.query(await readFile(join(directory, 'src', `${name}.sql`), 'utf8'));
  await admin.query(
    `create table ${TABLE} (id int primary key, name text not null, blob text not null, seen int not null default 0)`,
  );
  await admin.query(`select pgmemento.init('public')`);
}

async function writeHistory(admin: Admin, changes: number, rows: number): Promise<void> {
  await inParts(rows, (from, to) =>
    admin.query(`insert into ${TABLE} select n, 'file ' || n, md5(n::text) from generate_series(${from}, ${to}) n`),
  );
  for (let done = rows; done < changes; done += rows)
    await inParts(Math.min(rows, changes - done), (from, to) =>
      admin.query(`update ${TABLE} set seen = seen + 1 where id between ${from} and ${to}`),
    );
}

async function attackAndRevert(admin: Admin, attack: number): Promise<number> {
  const lastTransaction = async () =>
    Number((await admin.query<{ id: string }>('select max(id) as id from pgmemento.transaction_log'))[0]?.id ?? 0);
  const before = await lastTransaction();
  await inParts(attack, (from, to) =>
    admin.query(`update ${TABLE} set blob = 'lost-${attack}-' || id where id between ${from} and ${to}`),
  );
  const last = await lastTransaction();
  await inParts(attack, (from, to) =>
    admin.query(`update ${TABLE} set name = 'kept-${attack}' where id between ${from} and ${to} and id % ${TOUCHED_OF} = 1`),
  );
  await admin.query('analyze');
  const begunAt = performance.now();
  await admin.query('select pgmemento.revert_transactions($1, $2)', [before + 1, last]);
  const seconds = (performance.now() - begunAt) / 1000;
  const [found] = await admin.query<{ lost: string; kept: string }>(
    `select count(*) filter (where blob like 'lost-%') as lost, count(*) filter (where name = 'kept-${attack}') as kept from ${TABLE}`,
  );
  if (found?.lost !== '0' || Number(found.kept) !== Math.ceil(attack / TOUCHED_OF))
    throw new RangeError(`the log table left ${found?.lost} rows of the attack and kept ${found?.kept} honest ones`);
  return seconds;
}

async function inParts(count: number, work: (from: number, to: number) => Promise<unknown>): Promise<void> {
  for (let from = 1; from <= count; from += TOGETHER) await work(from, Math.min(count, from + TOGETHER - 1));
}
