import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectionTo, type ScratchCluster, startScratchCluster } from '@bulkhead/postgres';
import { Client } from 'pg';
import { startJail } from '../jail-process.ts';
import { startReceiver } from '../receiver-process.ts';
import { alone, median, type Row } from '../row.ts';
import { startBackedUp } from './pgbackrest.ts';
import type { Size } from './size.ts';
import { absent, findPostgres15, findVersion, inTemporaryDirectory } from './tools.ts';

const WRITERS = 8;
const TABLE = 'create table bench (id bigint primary key, body text)';
const INSERT = 'insert into bench (id, body) values ($1, $2)';
const BODY = 'a line of some hundred bytes, as a small write of a compartment is '.repeat(2);

type Trial = { readonly acknowledged: number; readonly lost: number };

/** Headquarters is killed and its data deleted under load: which of the writes that returned does a restore have? */
export async function measureKilled(size: Size): Promise<Row[]> {
  const ours = await repeat(size.trials, killOurs);
  const rows = [tell(`headquarters killed and wiped under load, ${size.trials} trials: acknowledged writes lost`, ours)];
  const postgres = findPostgres15();
  const version = findVersion('pgbackrest');
  if (!postgres || !version) return [...rows, absent('headquarters killed and wiped under load', 'pgbackrest', 'absent here')];
  const theirs = await repeat(size.peerTrials, () => inTemporaryDirectory((place) => killBackedUp(postgres, place)));
  const lost = theirs.map((trial) => trial.lost);
  const told = `pgbackrest ${version}, asynchronous archive, PostgreSQL ${postgres.version}, ${size.peerTrials} trials: acknowledged writes lost`;
  return [...rows, { ...tell(told, theirs), goal: `none: shown for comparison (median of a trial ${median(lost)})`, met: null }];
}

function tell(work: string, trials: readonly Trial[]): Row {
  const sum = (count: (trial: Trial) => number) => trials.reduce((total, trial) => total + count(trial), 0);
  const what = `${work}, of ${sum(({ acknowledged }) => acknowledged)}`;
  return alone({ work: what, unit: 'writes', ours: sum(({ lost }) => lost), limit: 0, goal: '0 in every trial' });
}

async function repeat(trials: number, once: (at: number) => Promise<Trial>): Promise<Trial[]> {
  const all: Trial[] = [];
  for (let at = 0; at < trials; at += 1) all.push(await once(at));
  return all;
}

async function killOurs(): Promise<Trial> {
  const scratch = await startScratchCluster({
    fsync: 'on',
    full_page_writes: 'on',
    wal_level: 'logical',
    max_wal_senders: '10',
    allow_alter_system: 'on',
  });
  const receiver = await startReceiver(scratch);
  try {
    await scratch.admin.query(TABLE);
    await scratch.admin.query(`alter system set synchronous_standby_names = 'offsite'`);
    await scratch.admin.query('select pg_reload_conf()');
    await sleep(200);
    const acknowledged = await writeUntilKilled(
      () => connect(scratch.socketDirectory, scratch.superuserPassword),
      () => killScratch(scratch),
    );
    const jail = await startJail(receiver, 'quarantine');
    try {
      const found = await readIds(await connect(jail.socketDirectory, ''));
      return { acknowledged: acknowledged.length, lost: acknowledged.filter((id) => !found.has(id)).length };
    } finally {
      await jail.stop();
    }
  } finally {
    await receiver.stop();
    await scratch.stop();
  }
}

async function killScratch(scratch: ScratchCluster): Promise<void> {
  process.kill(scratch.cluster.pid, 'SIGKILL');
  await scratch.cluster.exited;
  await rm(scratch.dataDirectory, { recursive: true, force: true, maxRetries: 10 });
}

async function killBackedUp(postgres: NonNullable<ReturnType<typeof findPostgres15>>, place: string): Promise<Trial> {
  const { server, backUp, restore } = await startBackedUp(postgres, place, { archive_timeout: '60' });
  await server.query(TABLE);
  await backUp();
  const acknowledged = await writeUntilKilled(server.connect, async () => {
    await server.stop('SIGKILL');
    await rm(join(place, 'primary'), { recursive: true, force: true, maxRetries: 10 });
  });
  const { server: restored } = await restore(undefined);
  const found = await readIds(await restored.connect());
  await restored.stop();
  return { acknowledged: acknowledged.length, lost: acknowledged.filter((id) => !found.has(id)).length };
}

/** Some writers at once, for a random while, until the server is gone; the ids whose insert returned. */
async function writeUntilKilled(connectOne: () => Promise<Client>, kill: () => Promise<void>): Promise<number[]> {
  const clients = await Promise.all(Array.from({ length: WRITERS }, connectOne));
  const acknowledged: number[] = [];
  const writing = clients.map(async (client, writer) => {
    try {
      for (let id = writer; ; id += WRITERS) {
        await client.query(INSERT, [id, BODY]);
        acknowledged.push(id);
      }
    } catch {
      // The server is gone: this one did not return.
    }
  });
  await sleep(300 + Math.random() * 700);
  await kill();
  await Promise.all(writing);
  await Promise.all(clients.map((client) => client.end().catch(() => undefined)));
  return acknowledged;
}

async function connect(socketDirectory: string, password: string): Promise<Client> {
  const client = new Client(connectionTo(socketDirectory, { database: 'postgres', role: 'postgres', password }));
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

async function readIds(client: Client): Promise<ReadonlySet<number>> {
  const { rows } = await client.query<{ id: string }>('select id from bench');
  await client.end();
  return new Set(rows.map(({ id }) => Number(id)));
}
