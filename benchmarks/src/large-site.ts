import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { baseSchema, type VerifyingKey, verifyingKeySchema } from '@bulkhead/contracts';
import { sleepMs } from '@bulkhead/kernel';
import {
  type Admin,
  connectionTo,
  migrate,
  prepareDatabase,
  rolesOf,
  type ScratchCluster,
  startScratchCluster,
} from '@bulkhead/postgres';
import { waitUntil } from '@bulkhead/testkit';
import { Visitor } from '@bulkhead/visitor';
import { callWire } from '@bulkhead/wire';
import { Client } from 'pg';
import { z } from 'zod';
import { startJail } from './jail-process.ts';
import { startReceiver } from './receiver-process.ts';
import { percentile, type Row } from './row.ts';
import { prepareSite, type SiteProcesses } from './site-processes.ts';

const WEBSITE = 'website';
const LANGUAGES = 6;
const CHANGES = 20;
const GOAL_MS = 1000;
const LIMIT_MS = 3_600_000;
const PRINTER = new URL('../../compartments/website/tests/print-rows.ts', import.meta.url).pathname;
const MIGRATIONS = new URL('../../compartments/website/migrations', import.meta.url).pathname;
const PASSWORDS = {
  owner: 'owner of a bench',
  app: 'app of a bench',
  reader: 'reader of a bench',
  offsite: 'offsite of a bench',
};

const articleSchema = z.array(
  z.object({ table: z.enum(['article_version', 'article_text']), row: z.record(z.string(), z.unknown()) }),
);
type Article = z.infer<typeof articleSchema>;

/**
 * A site with so many article pages: what one article more costs until the public sees it, from the commit that is off-site to
 * the gateway's answer; and what the first edition and its adoption take. Everything between is as in an estate: PostgreSQL,
 * receiver, standby in its jail, publisher with its renderer, ledger, gateway. People's requests are left out.
 */
export async function measureLargeSite(pages: number): Promise<readonly Row[]> {
  const directory = await mkdtemp(join(tmpdir(), 'bhl-'));
  const scratch = await startScratchCluster({ wal_level: 'logical', max_wal_senders: '10', allow_alter_system: 'on' });
  const stops: (() => Promise<void>)[] = [() => rm(directory, { recursive: true, force: true, maxRetries: 5 }), scratch.stop];
  try {
    await prepareDatabase({ admin: scratch.admin, name: WEBSITE, passwords: PASSWORDS });
    const owner = { database: WEBSITE, role: rolesOf(WEBSITE).owner, password: PASSWORDS.owner };
    await migrate({ connection: connectionTo(scratch.socketDirectory, owner), directory: MIGRATIONS });
    const receiver = await startReceiver(scratch, WEBSITE);
    stops.push(receiver.stop);
    const { key, changes } = await fill(scratch, Math.round(pages / LANGUAGES));
    await callWire(receiver.peer, { method: 'POST', path: `/compartments/${WEBSITE}/base`, timeoutMs: LIMIT_MS }, baseSchema);
    await scratch.admin.query("alter system set synchronous_standby_names = 'offsite'");
    await scratch.admin.query('select pg_reload_conf()');
    const jail = await startJail(receiver, 'standby', { COMPARTMENT: WEBSITE });
    stops.push(jail.stop);
    const site = await prepareSite(directory, { gatewayKey: key, jail: jail.peer });
    stops.push(site.stop);
    return await measure(scratch, site, changes, stops);
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

async function measure(
  scratch: ScratchCluster,
  site: SiteProcesses,
  changes: readonly Article[],
  stops: (() => Promise<void>)[],
): Promise<readonly Row[]> {
  const visitor = new Visitor({ address: '127.0.0.1' });
  stops.push(async () => visitor.leave());
  const publishingAt = performance.now();
  stops.push((await site.startPublisher()).stop);
  const files = await waitUntil(async () => (await site.countFiles()) || null, {
    what: 'the first edition',
    timeoutMs: LIMIT_MS,
  });
  const publishedAt = performance.now();
  stops.push((await site.startGateway()).stop);
  await untilServed(visitor, `${site.origin}/en/`);
  const adoptedAt = performance.now();
  const figures: number[] = [];
  for (const article of changes) {
    const commit = await commitArticle(scratch, article);
    await untilServed(visitor, `${site.origin}/en/news/${commit.slug}`);
    figures.push(performance.now() - commit.atMs);
    await sleepMs(300);
  }
  const at = (share: number) => Math.round(percentile(figures, share));
  const work = `of ${files} files`;
  const alone = (what: string, unit: string, ours: number, isMet: boolean | null, goal: string): Row => ({
    work: what,
    unit,
    ours,
    beside: null,
    ratio: null,
    goal,
    met: isMet,
  });
  return [
    alone(`one article more on a site ${work}: commit to visible, p50`, 'ms', at(0.5), null, 'none'),
    alone(
      `one article more on a site ${work}: commit to visible, p95 of ${CHANGES}`,
      'ms',
      at(0.95),
      at(0.95) <= GOAL_MS,
      '≤ 1 s',
    ),
    alone(
      `the first edition ${work}, all rendered and checked`,
      's',
      Math.round((publishedAt - publishingAt) / 100) / 10,
      null,
      'none',
    ),
    alone(`its first adoption, from the gateway's start`, 's', Math.round((adoptedAt - publishedAt) / 100) / 10, null, 'none'),
  ];
}

async function untilServed(visitor: Visitor, url: string): Promise<void> {
  await waitUntil(async () => (await visitor.visit(url).catch(() => null))?.status === 200, {
    what: `${url} is served`,
    timeoutMs: LIMIT_MS,
  });
}

/** Writes the articles of a site, and keeps some back that are published one by one. */
async function fill(
  scratch: ScratchCluster,
  articles: number,
): Promise<{ readonly key: VerifyingKey; readonly changes: readonly Article[] }> {
  const admin = await scratch.admin.toDatabase(WEBSITE);
  // What other tables would hold is read by nobody here.
  await admin.query("set session_replication_role = 'replica'");
  const child = spawn(process.execPath, [PRINTER, String(articles + CHANGES)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const changes: Article[] = [];
  let key: VerifyingKey | undefined;
  let batch: Article = [];
  let read = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    if (!key) {
      key = z.object({ key: verifyingKeySchema }).parse(JSON.parse(line)).key;
      continue;
    }
    const rows = articleSchema.parse(JSON.parse(line));
    read += 1;
    if (read > articles) changes.push(rows);
    else batch.push(...rows);
    if (batch.length < 2000 && read < articles) continue;
    await insert(admin, batch);
    batch = [];
  }
  await ended;
  await admin.query('vacuum analyze');
  await admin.close();
  if (!key) throw new Error('no rows were made');
  return { key, changes };
}

async function insert(session: Pick<Admin, 'query'>, rows: Article): Promise<void> {
  for (const table of ['article_version', 'article_text'] as const) {
    const own = rows.filter((each) => each.table === table).map(({ row }) => row);
    const from = `json_populate_recordset(null::${table}, $1::json)`;
    if (own.length > 0) await session.query(`insert into ${table} select * from ${from}`, [JSON.stringify(own)]);
  }
}

/** One article more, in one transaction, which returns when the receiver has it. */
async function commitArticle(
  scratch: ScratchCluster,
  article: Article,
): Promise<{ readonly atMs: number; readonly slug: string }> {
  const target = { database: WEBSITE, role: 'postgres', password: scratch.superuserPassword };
  const client = new Client(connectionTo(scratch.socketDirectory, target));
  await client.connect();
  try {
    await client.query("set session_replication_role = 'replica'");
    await client.query('begin');
    await insert({ query: async (sql, params = []) => (await client.query(sql, [...params])).rows }, article);
    await client.query('commit');
    return { atMs: performance.now(), slug: String(article[0]?.row['slug']) };
  } finally {
    await client.end();
  }
}
