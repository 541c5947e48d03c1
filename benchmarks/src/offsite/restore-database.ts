import { execFileSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { baseSchema } from '@bulkhead/contracts';
import { connectionTo, type ScratchCluster, startScratchCluster } from '@bulkhead/postgres';
import { callWire } from '@bulkhead/wire';
import { Client } from 'pg';
import { startJail } from '../jail-process.ts';
import { COMPARTMENT, type ReceiverProcess, startReceiver } from '../receiver-process.ts';
import { makeRow, median, type Row } from '../row.ts';
import { startBackedUp } from './pgbackrest.ts';
import type { Server15 } from './postgres-15.ts';
import type { Size } from './size.ts';
import { absent, coolDown, findPostgres15, findVersion, inTemporaryDirectory, rangeOf, run } from './tools.ts';

const LIMIT_MS = 1_800_000;
const DIGEST = 'select count(*)::text as rows, sum(hashtextextended(body, 0))::text as digest from bench';
type Ask = (sql: string) => Promise<readonly Record<string, unknown>[]>;
type Copy = { readonly seconds: number[]; readonly megabytes: number };

/** A database and its WAL, restored to a point between two transactions, beside `cp` of the same bytes and pgbackrest. */
export async function measureDatabaseRestore(size: Size): Promise<Row[]> {
  const copied: number[] = [];
  const ours = await restoreOurs(size, copied);
  const beside = { name: 'cp -a of the same bytes', version: findVersion('cp', '--version') ?? '', value: median(copied) };
  const work = `restore of ${ours.megabytes} MB of database and WAL to a point, hashes compared, ${size.isCold ? 'cold' : 'warm'} cache`;
  const within = { text: '≤ 1.3 of copying the bytes', isMet: (ratio: number) => ratio <= 1.3 };
  const row = makeRow({ work, unit: 's', ours: median(ours.seconds), beside, goal: within });
  const rows: Row[] = [{ ...row, ranges: { ours: rangeOf(ours.seconds), beside: rangeOf(copied) } }];
  const postgres = findPostgres15();
  const version = findVersion('pgbackrest');
  if (!postgres || !version) return [...rows, absent(work, 'pgbackrest', 'absent here')];
  const theirs = await inTemporaryDirectory((place) => restoreBackedUp(postgres, place, size));
  const name = `pgbackrest (the same tables, on PostgreSQL ${postgres.version}: it knows no 18, and our jails no 15)`;
  const ahead = { text: 'ahead of pgbackrest', isMet: (ratio: number) => ratio < 1 };
  const other = makeRow({
    work,
    unit: 's',
    ours: median(ours.seconds),
    beside: { name, version, value: median(theirs.seconds) },
    goal: ahead,
  });
  return [...rows, { ...other, ranges: { ours: rangeOf(ours.seconds), beside: rangeOf(theirs.seconds) } }];
}

async function restoreOurs(size: Size, copied: number[]): Promise<Copy> {
  const scratch = await startScratchCluster({ wal_level: 'logical', max_wal_senders: '10', max_wal_size: '4GB' });
  const receiver = await startReceiver(scratch);
  const seconds: number[] = [];
  try {
    const ask: Ask = (sql) => scratch.admin.query<Record<string, unknown>>(sql);
    const takeBase = () =>
      callWire(receiver.peer, { method: 'POST', path: `/compartments/${COMPARTMENT}/base`, timeoutMs: LIMIT_MS }, baseSchema);
    const { wanted, lsn } = await fill(ask, size, takeBase);
    for (let round = 0; round < size.rounds; round += 1) {
      coolDown(size);
      copied.push(await timeCopy(scratch));
      coolDown(size);
      seconds.push(await restoreOnce(receiver, lsn, wanted));
    }
    return { seconds, megabytes: megabytesOf(scratch.dataDirectory) };
  } finally {
    await receiver.stop();
    await scratch.stop();
  }
}

async function restoreBackedUp(
  postgres: NonNullable<ReturnType<typeof findPostgres15>>,
  place: string,
  size: Size,
): Promise<Copy> {
  const { server, backUp, restore } = await startBackedUp(postgres, place, { max_wal_size: '4GB', shared_buffers: '512MB' });
  const seconds: number[] = [];
  try {
    const { wanted, lsn } = await fill(server.query, size, backUp);
    await server.query('select pg_switch_wal()');
    for (let round = 0; round < size.rounds; round += 1) {
      coolDown(size);
      const { server: restored, figures } = await restore(lsn);
      await requireSame(restored.query, wanted);
      await stopAndRemove(restored);
      seconds.push(figures.seconds);
    }
    return { seconds, megabytes: megabytesOf(server.dataDirectory) };
  } finally {
    await server.stop();
  }
}

/** The same in both arms: rows, a backup, changes, the point, and more that must not be restored. */
async function fill(
  ask: Ask,
  size: Size,
  backUp: () => Promise<unknown>,
): Promise<{ readonly wanted: string; readonly lsn: string }> {
  await ask('create table bench (id bigint primary key, body text not null)');
  await ask(`insert into bench select n, repeat(md5(n::text), 34) from generate_series(1, ${size.database.rows}) n`);
  await ask('checkpoint');
  await backUp();
  await ask(`update bench set body = body || 'x' where id <= ${Math.round(size.database.rows * size.database.changedShare)}`);
  const wanted = JSON.stringify(await ask(DIGEST));
  const [row] = await ask('select pg_current_wal_insert_lsn()::text as lsn');
  await ask("update bench set body = 'past the point' where id <= 100");
  return { wanted, lsn: String(row?.['lsn']) };
}

async function restoreOnce(receiver: ReceiverProcess, lsn: string, wanted: string): Promise<number> {
  const jail = await startJail(receiver, 'quarantine', { TARGET_LSN: lsn });
  try {
    const client = new Client(connectionTo(jail.socketDirectory, { database: 'postgres', role: 'postgres', password: '' }));
    await client.connect();
    await requireSame(async (sql) => (await client.query<Record<string, unknown>>(sql)).rows, wanted);
    await client.end();
    return jail.readySeconds;
  } finally {
    await jail.stop();
  }
}

async function requireSame(ask: Ask, wanted: string): Promise<void> {
  const found = JSON.stringify(await ask(DIGEST));
  if (found !== wanted) throw new Error(`a restore holds ${found}, and not ${wanted}`);
}

async function timeCopy({ dataDirectory }: ScratchCluster): Promise<number> {
  return inTemporaryDirectory(async (place) => {
    const begunMs = performance.now();
    await run('cp', ['-a', dataDirectory, join(place, 'copy')]);
    execFileSync('sync', ['-f', place]);
    return (performance.now() - begunMs) / 1000;
  });
}

async function stopAndRemove(server: Server15): Promise<void> {
  await server.stop();
  await rm(server.dataDirectory, { recursive: true, force: true });
}

function megabytesOf(directory: string): number {
  return Math.round(Number(execFileSync('du', ['-sb', directory], { encoding: 'utf8' }).split('\t')[0]) / 1_048_576);
}
