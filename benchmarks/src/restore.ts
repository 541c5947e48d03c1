import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { baseSchema, jailHealthSchema } from '@bulkhead/contracts';
import { startScratchCluster } from '@bulkhead/postgres';
import { waitUntil } from '@bulkhead/testkit';
import { callWire } from '@bulkhead/wire';
import { COMPARTMENT, type ReceiverProcess, startReceiver } from './receiver-process.ts';
import { makeRow, median, type Row } from './row.ts';

const JAIL = new URL('../../offsite/src/standby/main.ts', import.meta.url).pathname;
const JAIL_SECRET = 'secret of a jail in a measurement';
const UNPRIVILEGED = { uid: 65_534, gid: 65_534 };
const ROUNDS = 3;
/** Rows of about 1 kB: some 400 MB of tables and indexes. */
const ROWS = 350_000;
const LIMIT_MS = 300_000;

/** A whole restore from the archive (base, WAL, replay, ready to read) beside `cp` of the same data directory. */
export async function measureRestore(): Promise<readonly Row[]> {
  const scratch = await startScratchCluster({ wal_level: 'logical', max_wal_senders: '10', max_wal_size: '4GB' });
  const receiver = await startReceiver(scratch);
  try {
    await scratch.admin.query(`CREATE TABLE bench (id bigint PRIMARY KEY, body text NOT NULL)`);
    await scratch.admin.query(`INSERT INTO bench SELECT n, repeat(md5(n::text), 30) FROM generate_series(1, ${ROWS}) n`);
    await callWire(receiver.peer, { method: 'POST', path: `/compartments/${COMPARTMENT}/base`, timeoutMs: LIMIT_MS }, baseSchema);
    await scratch.admin.query(`UPDATE bench SET body = body || 'x' WHERE id % 10 = 0`);
    const bytes = Number(execFileSync('du', ['-sb', scratch.dataDirectory], { encoding: 'utf8' }).split('\t')[0]);
    const ours: number[] = [];
    const copied: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      copied.push(await timeCopy(scratch.dataDirectory));
      ours.push(await timeRestore(receiver));
    }
    const beside = { name: 'cp -a of the data directory', version: cpVersion(), value: median(copied) };
    const goal = { text: '≤ 1.3 of copying the bytes', isMet: (ratio: number) => ratio <= 1.3 };
    return [
      makeRow({
        work: `restore of ${Math.round(bytes / 1_048_576)} MB, from base and WAL to readable`,
        unit: 's',
        ours: median(ours),
        beside,
        goal,
      }),
    ];
  } finally {
    await receiver.stop();
    await scratch.stop();
  }
}

async function timeCopy(dataDirectory: string): Promise<number> {
  const target = await mkdtemp(join(tmpdir(), 'bhcp-'));
  const begunAt = performance.now();
  execFileSync('cp', ['-a', dataDirectory, target]);
  execFileSync('sync', ['-f', target]);
  const seconds = (performance.now() - begunAt) / 1000;
  await rm(target, { recursive: true, force: true });
  return seconds;
}

async function timeRestore(receiver: ReceiverProcess): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'bhj-'));
  const isRoot = process.getuid?.() === 0;
  await mkdir(join(directory, 'd'));
  for (const path of [directory, join(directory, 'd')]) {
    if (isRoot) await chown(path, UNPRIVILEGED.uid, UNPRIVILEGED.gid);
    await chmod(path, 0o711);
  }
  const control = { socket: join(directory, 'c.sock'), secret: JAIL_SECRET };
  const environment = {
    COMPARTMENT,
    MODE: 'quarantine',
    DATA_DIRECTORY: join(directory, 'd'),
    SOCKET_DIRECTORY: join(directory, 's'),
    CONTROL_SOCKET: control.socket,
    JAIL_SECRET,
    RECEIVER_SOCKET: receiver.peer.socket,
    RECEIVER_SECRET: receiver.readerSecret,
  };
  const begunAt = performance.now();
  const child = spawn(process.execPath, [JAIL], {
    env: environment,
    stdio: ['ignore', 'ignore', 'inherit'],
    ...(isRoot ? UNPRIVILEGED : {}),
  });
  try {
    await waitUntil(
      async () => {
        const health = await callWire(control, { method: 'GET', path: '/health' }, jailHealthSchema);
        if (health.state === 'failed') throw new Error(health.message);
        return health.state === 'ready';
      },
      { what: 'the restored cluster answers', timeoutMs: LIMIT_MS },
    );
    return (performance.now() - begunAt) / 1000;
  } finally {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

function cpVersion(): string {
  return /(\d+\.\d+)/.exec(execFileSync('cp', ['--version'], { encoding: 'utf8' }))?.[1] ?? 'unknown';
}
