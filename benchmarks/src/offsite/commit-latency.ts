import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { waitUntil } from '@bulkhead/testkit';
import { startReceiver } from '../receiver-process.ts';
import { makeRow, median, type Row } from '../row.ts';
import { createServer15, makeOwned, type Postgres15, type Server15, startServer15 } from './postgres-15.ts';
import type { Size } from './size.ts';
import { absent, findPostgres15, inTemporaryDirectory, rangeOf, run, UNPRIVILEGED } from './tools.ts';

const LINK = new URL('./link-process.ts', import.meta.url).pathname;
const SOCKET = '.s.PGSQL.5432';
const BODY = 'a line of some hundred bytes, as a small write of a compartment is '.repeat(2);
/** Who must confirm a commit; nobody for none and for async. */
const ARMS = { none: '', async: '', receiver: 'offsite', standby: 'replica', pg_receivewal: 'pg_receivewal' } as const;
type Arm = keyof typeof ARMS;

/** Commit latency over a link of several round trips: all arms on one PostgreSQL 15, each behind the same link. */
export async function measureCommitLatency(size: Size): Promise<Row[]> {
  const postgres = findPostgres15();
  if (!postgres) return [absent('commit latency over a link', 'PostgreSQL 15', 'absent here')];
  return inTemporaryDirectory(async (place) => {
    const primary = await createServer15(postgres, join(place, 'p'), { wal_level: 'replica' });
    const figures = new Map<string, number[]>();
    try {
      await primary.query('create table bench (id bigint generated always as identity, body text)');
      for (const writers of size.commit.writers) await note(figures, 'none', 0, writers, () => commitFor(primary, writers, size));
      const parties = await startParties(postgres, primary, place);
      try {
        await measureAll(size, primary, parties, figures);
      } finally {
        await parties.stop();
      }
    } finally {
      await primary.stop();
    }
    return compare(size, figures, postgres.version);
  });
}

/** All arms in turn in each round, so that a drift of the machine meets all of them. */
async function measureAll(size: Size, primary: Server15, parties: Parties, figures: Map<string, number[]>): Promise<void> {
  for (const roundTripMs of size.commit.roundTripsMs) {
    await parties.setLatency(roundTripMs / 2);
    for (const writers of size.commit.writers) {
      for (let round = 0; round < size.rounds; round += 1) {
        for (const arm of ['async', 'receiver', 'standby', 'pg_receivewal'] as const) {
          await waitOn(primary, ARMS[arm]);
          await note(figures, arm, roundTripMs, writers, () => commitFor(primary, writers, size));
        }
      }
    }
  }
  await waitOn(primary, '');
}

const keyOf = (arm: Arm, roundTripMs: number, writers: number) => `${arm} ${roundTripMs} ${writers}`;

async function note(
  figures: Map<string, number[]>,
  arm: Arm,
  roundTripMs: number,
  writers: number,
  measure: () => Promise<number>,
) {
  const key = keyOf(arm, roundTripMs, writers);
  figures.set(key, [...(figures.get(key) ?? []), await measure()]);
}

function compare(size: Size, figures: ReadonlyMap<string, readonly number[]>, version: string): Row[] {
  const rows: Row[] = [];
  for (const roundTripMs of size.commit.roundTripsMs) {
    for (const writers of size.commit.writers) {
      const of = (arm: Arm) => figures.get(keyOf(arm, arm === 'none' ? 0 : roundTripMs, writers)) ?? [];
      const ours = of('receiver');
      for (const arm of ['standby', 'pg_receivewal', 'async', 'none'] as const) {
        const names = {
          standby: "PostgreSQL's own synchronous standby",
          pg_receivewal: 'pg_receivewal --synchronous',
          async: 'the same receiver, not waited for',
          none: 'no copy',
        };
        const beside = { name: names[arm], version, value: median(of(arm)) };
        const goal = arm === 'standby' ? { text: "≤ 1.1 of PostgreSQL's own", isMet: (ratio: number) => ratio <= 1.1 } : null;
        const work = `commit, median latency, round trip ${roundTripMs} ms, ${writers} writers`;
        const row = makeRow({ work, unit: 'ms', ours: median(ours), beside, goal });
        rows.push({ ...row, ranges: { ours: rangeOf(ours), beside: rangeOf(of(arm)) } });
      }
    }
  }
  return rows;
}

type Parties = { readonly setLatency: (oneWayMs: number) => Promise<void>; readonly stop: () => Promise<void> };

/** The receiver, a standby and pg_receivewal, all behind one link. */
async function startParties(postgres: Postgres15, primary: Server15, place: string): Promise<Parties> {
  const front = await makeOwned(join(place, 'f'));
  const link = await startLink(join(front, SOCKET), join(primary.socketDirectory, SOCKET));
  const receiver = await startReceiver({ socketDirectory: front, superuserPassword: primary.superuserPassword });
  const copy = join(await makeOwned(join(place, 'r')), 'pg');
  await run(postgres.bin('pg_basebackup'), ['-h', front, '-U', 'postgres', '-D', copy, '-c', 'fast'], { asOwner: true });
  // Not pg_basebackup's own -R: what it writes would come before the name below.
  await writeFile(join(copy, 'standby.signal'), '');
  const standby = await startServer15(postgres, copy, await makeOwned(join(place, 'rs')), {
    primary_conninfo: `host=${front} user=postgres application_name=replica`,
    hot_standby: 'on',
  });
  const receivewal: ChildProcess = spawn(
    postgres.bin('pg_receivewal'),
    ['-h', front, '-U', 'postgres', '-D', await makeOwned(join(place, 'w')), '--synchronous'],
    { stdio: 'ignore', cwd: '/', ...UNPRIVILEGED },
  );
  return {
    setLatency: async (latencyMs) => {
      link.send({ latencyMs });
      await once(link, 'message');
    },
    stop: async () => {
      const ended = once(receivewal, 'exit');
      receivewal.kill('SIGINT');
      await ended;
      await standby.stop();
      await receiver.stop();
      link.disconnect();
    },
  };
}

async function startLink(front: string, back: string): Promise<ChildProcess> {
  const link = fork(LINK, [front, back]);
  await once(link, 'message');
  await chmod(front, 0o777);
  return link;
}

async function waitOn(primary: Server15, name: string): Promise<void> {
  const client = await primary.connect();
  await client.query('set synchronous_commit = local');
  await client.query(`alter system set synchronous_standby_names = '${name}'`);
  await client.query('select pg_reload_conf()');
  await client.end();
  if (name === '') return sleep(200);
  const asked = `select 1 from pg_stat_replication where application_name = '${name}' and sync_state = 'sync'`;
  await waitUntil(async () => (await primary.query(asked)).length === 1, { what: `${name} is waited for`, timeoutMs: 60_000 });
}

/** The median time of a commit, in milliseconds. */
async function commitFor(primary: Server15, writers: number, size: Size): Promise<number> {
  const clients = await Promise.all(Array.from({ length: writers }, () => primary.connect()));
  const endAt = performance.now() + size.commit.roundMs;
  const times: number[] = [];
  await Promise.all(
    clients.map(async (client) => {
      while (performance.now() < endAt) {
        const begunAt = performance.now();
        await client.query('insert into bench (body) values ($1)', [BODY]);
        times.push(performance.now() - begunAt);
      }
    }),
  );
  await Promise.all(clients.map((client) => client.end()));
  return median(times);
}
