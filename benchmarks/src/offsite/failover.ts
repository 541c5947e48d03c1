import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { type SiteMove, siteMoveSchema, siteStatusSchema } from '@bulkhead/contracts';
import { type EstateProcess, findFreePort, startEstateProcess, waitUntil } from '@bulkhead/testkit';
import { Visitor } from '@bulkhead/visitor';
import { z } from 'zod';
import { alone, median, type Row } from '../row.ts';
import type { Size } from './size.ts';

const ROUNDS = 3;
const GOAL_SECONDS = 10;
const LEASE_SECONDS = 2;
const LIMIT_MS = 180_000;
/** What a stranger asks for at each compartment. */
const ASKED = { www: '/en/', id: '/sign-in', newsroom: '/' } as const;
const statusSchema = z.object({ headquarters: siteStatusSchema });
const noteSchema = z.object({ supervisor: z.object({ pid: z.number().int() }) });

/** Headquarters is killed and its directory gone: how long from the second operator's approval until every address answers? */
export async function measureFailover({ rounds }: Pick<Size, 'rounds'>): Promise<Row[]> {
  const seconds: number[] = [];
  for (let round = 0; round < Math.min(rounds, ROUNDS); round += 1) seconds.push(await failOverOnce());
  const range = `${Math.min(...seconds).toFixed(1)} to ${Math.max(...seconds).toFixed(1)} s`;
  const told = `failover, lease of ${LEASE_SECONDS} s: the second operator's approval to the last first answer at the client, median of ${seconds.length} (${range})`;
  return [alone({ work: told, unit: 's', ours: median(seconds), limit: GOAL_SECONDS, goal: `≤ ${GOAL_SECONDS} s` })];
}

async function failOverOnce(): Promise<number> {
  const port = await findFreePort();
  const estate = await startEstateProcess({
    BULKHEAD_LEASE_SECONDS: String(LEASE_SECONDS),
    BULKHEAD_STAND_IN: JSON.stringify({ port }),
  });
  try {
    const asked = siteMoveSchema.parse(await order(estate, 'failover', '--reason', 'a measurement'));
    await loseHeadquarters(estate);
    const [move, answeredAtMs] = await Promise.all([
      order(estate, 'approve', asked.id, '--digest', asked.digest).then((told) => siteMoveSchema.parse(told)),
      untilAllAnswer(port),
    ]);
    return (answeredAtMs - approvedAt(move)) / 1000;
  } finally {
    await estate.remove();
  }
}

function approvedAt({ approvedAt: at, state, failure }: SiteMove): number {
  if (state !== 'done' || at === null) throw new Error(`the failover is ${state}: ${failure ?? ''}`);
  return Date.parse(at);
}

async function order(estate: EstateProcess, ...words: readonly string[]): Promise<unknown> {
  const { code, out, err } = await estate.run(...words, '--json');
  if (code !== 0) throw new Error(`${words.join(' ')}: ${out}${err}`);
  return JSON.parse(out);
}

/** Every process of headquarters at once, and nothing of its directory stays in its place. */
async function loseHeadquarters(estate: EstateProcess): Promise<void> {
  const { data } = estate.description;
  const { headquarters } = statusSchema.parse(await order(estate, 'status'));
  const { supervisor } = noteSchema.parse(JSON.parse(await readFile(join(data, 'run-headquarters.json'), 'utf8')));
  for (const pid of [supervisor.pid, ...headquarters.processes.map((one) => one.pid)]) {
    try {
      if (pid !== null) process.kill(pid, 'SIGKILL');
    } catch {
      // It ended with the one before.
    }
  }
  await rename(join(data, 'headquarters'), join(data, 'ashes'));
}

async function untilAllAnswer(port: number): Promise<number> {
  const visitor = new Visitor({ address: '127.0.0.1' });
  for (const [host, path] of Object.entries(ASKED)) {
    const url = `http://${host}.localhost:${port}${path}`;
    const isAnswered = async () => (await visitor.visit(url).catch(() => undefined))?.status === 200;
    await waitUntil(isAnswered, { what: `${url} answers`, timeoutMs: LIMIT_MS, pauseMs: 50 });
  }
  const atMs = Date.now();
  visitor.leave();
  return atMs;
}
