import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { baseSchema } from '@bulkhead/contracts';
import { startScratchCluster } from '@bulkhead/postgres';
import { callWire } from '@bulkhead/wire';
import { startJail } from './jail-process.ts';
import { COMPARTMENT, type ReceiverProcess, startReceiver } from './receiver-process.ts';
import { makeRow, median, type Row } from './row.ts';

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
  const jail = await startJail(receiver, 'quarantine');
  await jail.stop();
  return jail.readySeconds;
}

function cpVersion(): string {
  return /(\d+\.\d+)/.exec(execFileSync('cp', ['--version'], { encoding: 'utf8' }))?.[1] ?? 'unknown';
}
