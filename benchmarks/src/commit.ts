import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  connectionTo,
  locateBinaries,
  type RunningCluster,
  type ScratchCluster,
  startCluster,
  startScratchCluster,
} from '@bulkhead/postgres';
import { waitUntil } from '@bulkhead/testkit';
import { Client } from 'pg';
import { startReceiver } from './receiver-process.ts';
import { makeRow, median, type Row } from './row.ts';

const ROUNDS = 5;
const ROUND_MS = 1500;
const CONNECTIONS = [1, 8] as const;
const UNPRIVILEGED = { uid: 65_534, gid: 65_534 };

type Arm = { readonly name: 'local' | 'receiver' | 'standby'; readonly standbyName: string };
const ARMS: readonly Arm[] = [
  { name: 'local', standbyName: '' },
  { name: 'receiver', standbyName: 'offsite' },
  { name: 'standby', standbyName: 'replica' },
];

/** Commit latency with our receiver as the synchronous party, beside PostgreSQL's own synchronous standby and beside no copy at all. */
export async function measureCommits(): Promise<readonly Row[]> {
  const scratch = await startScratchCluster({
    fsync: 'on',
    full_page_writes: 'on',
    wal_level: 'logical',
    max_wal_senders: '10',
    allow_alter_system: 'on',
  });
  const receiver = await startReceiver(scratch);
  const standby = await startStandby(scratch);
  try {
    await scratch.admin.query('CREATE TABLE bench (id bigint GENERATED ALWAYS AS IDENTITY, body text)');
    const version = (await scratch.admin.query<{ server_version: string }>('SHOW server_version'))[0]?.server_version ?? '';
    const rows: Row[] = [];
    for (const connections of CONNECTIONS) rows.push(...(await measureArms(scratch, connections, version)));
    return rows;
  } finally {
    await standby.stop();
    await receiver.stop();
    await scratch.stop();
  }
}

/** All arms in turn in each round, so that a drift of the machine meets all of them. */
async function measureArms(scratch: ScratchCluster, connections: number, version: string): Promise<Row[]> {
  const figures = new Map(ARMS.map(({ name }) => [name, [] as number[]]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { name, standbyName } of ARMS) {
      await waitOn(scratch, standbyName);
      figures.get(name)?.push(await commitFor(scratch, connections));
    }
  }
  await waitOn(scratch, '');
  const [local, ours, standby] = ARMS.map(({ name }) => median(figures.get(name) ?? []));
  const work = `commit, median latency, ${connections} at once`;
  const goal = { text: "≤ 1.1 of PostgreSQL's own", isMet: (ratio: number) => ratio <= 1.1 };
  return [
    makeRow({
      work,
      unit: 'ms',
      ours: ours ?? 0,
      beside: { name: "PostgreSQL's synchronous standby", version, value: standby ?? 0 },
      goal,
    }),
    makeRow({
      work,
      unit: 'ms',
      ours: ours ?? 0,
      beside: { name: 'PostgreSQL without a copy', version, value: local ?? 0 },
      goal: null,
    }),
  ];
}

async function waitOn(scratch: ScratchCluster, standbyName: string): Promise<void> {
  await scratch.admin.query(`ALTER SYSTEM SET synchronous_standby_names = '${standbyName}'`);
  await scratch.admin.query('SELECT pg_reload_conf()');
  if (standbyName === '') {
    await sleep(200);
    return;
  }
  await waitUntil(
    async () =>
      (
        await scratch.admin.query(`SELECT 1 FROM pg_stat_replication WHERE application_name = $1 AND sync_state = 'sync'`, [
          standbyName,
        ])
      ).length === 1,
    { what: `${standbyName} to be the synchronous party` },
  );
}

/** The median time of a commit, in milliseconds. */
async function commitFor(scratch: ScratchCluster, connections: number): Promise<number> {
  const clients = await Promise.all(Array.from({ length: connections }, () => connect(scratch)));
  const endAt = performance.now() + ROUND_MS;
  const times: number[] = [];
  await Promise.all(
    clients.map(async (client) => {
      while (performance.now() < endAt) {
        const begunAt = performance.now();
        await client.query('INSERT INTO bench (body) VALUES ($1)', [
          'a line of some hundred bytes, as a small write of a compartment is '.repeat(2),
        ]);
        times.push(performance.now() - begunAt);
      }
    }),
  );
  await Promise.all(clients.map((client) => client.end()));
  return median(times);
}

async function connect(scratch: ScratchCluster): Promise<Client> {
  const client = new Client(
    connectionTo(scratch.socketDirectory, { database: 'postgres', role: 'postgres', password: scratch.superuserPassword }),
  );
  await client.connect();
  return client;
}

/** PostgreSQL's own hot standby of the scratch cluster, from a copy of its files between backup start and stop. */
async function startStandby(scratch: ScratchCluster): Promise<{ readonly stop: () => Promise<void> }> {
  const directory = join(dirname(scratch.dataDirectory), 'replica');
  const admin = scratch.admin;
  await admin.query(`SELECT pg_backup_start('bench', true)`);
  await mkdir(directory, { mode: 0o700 });
  await cp(scratch.dataDirectory, directory, { recursive: true, filter: (path) => !path.endsWith('postmaster.pid') });
  const [stopped] = await admin.query<{ labelfile: string }>('SELECT labelfile FROM pg_backup_stop(false)');
  await writeFile(join(directory, 'backup_label'), stopped?.labelfile ?? '');
  await writeFile(join(directory, 'standby.signal'), '');
  const isRoot = process.getuid?.() === 0;
  if (isRoot) await chownAll(directory);
  const primary = `host=${scratch.socketDirectory} port=5432 user=postgres password=${scratch.superuserPassword} application_name=replica`;
  const cluster: RunningCluster = await startCluster({
    binaries: await locateBinaries({ mustBeReadableByOthers: isRoot }),
    dataDirectory: directory,
    socketDirectory: join(dirname(scratch.dataDirectory), 'r'),
    settings: {
      primary_conninfo: primary,
      hot_standby: 'on',
      fsync: 'on',
      max_connections: '40',
      max_wal_senders: '10',
      wal_level: 'logical',
    },
    waitFor: 'read-only',
    ...(isRoot ? { owner: UNPRIVILEGED } : {}),
  });
  return {
    stop: async () => {
      await cluster.stop('immediate');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function chownAll(directory: string): Promise<void> {
  const { chown, readdir } = await import('node:fs/promises');
  await chown(directory, UNPRIVILEGED.uid, UNPRIVILEGED.gid);
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true }))
    await chown(join(entry.parentPath, entry.name), UNPRIVILEGED.uid, UNPRIVILEGED.gid);
}
