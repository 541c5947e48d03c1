import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EstateError, hasCode } from '@bulkhead/kernel';
import { connectionTo, openAdmin, rolesOf } from '@bulkhead/postgres';
import type { EstatePaths } from '#estate/paths.ts';
import type { RunningEstate } from '#estate/run.ts';
import { askSite } from '#site/launch.ts';
import { openReader } from './rows.store.ts';
import { COMPARTMENT } from './scenario/scenario.ts';

/** How many rows of the website hold a text: read by the superuser, from beside the story. */
export async function readMarked(paths: EstatePaths, mark: string): Promise<number> {
  const admin = await openReader(paths);
  try {
    const [row] = await admin.query<{ count: string }>(
      `select (select count(*) from article_text t where t::text like $1)
        + (select count(*) from picture p where p.sha256 like md5($2) || '%')
        + (select count(*) from article_version v where v.picture_sha256 like md5($2) || '%' or v.remark like $1)
        + (select count(*) from article_withdrawal w where w::text like $1) as count`,
      [`%${mark}%`, mark],
    );
    return Number(row?.count ?? 0);
  } finally {
    await admin.close();
  }
}

/** What somebody takes who may look at the website's process: its environment holds the password of its role. */
export async function takePassword({ headquarters }: RunningEstate): Promise<string> {
  const status = await askSite(headquarters);
  const pid = status?.processes.find(({ name }) => name === COMPARTMENT)?.pid;
  const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
  const line = environment.split('\0').find((each) => each.startsWith('DATABASE_PASSWORD='));
  if (line === undefined)
    throw new EstateError('process.unhealthy', `looking at the environment of ${COMPARTMENT}: this system does not show it`);
  return line.slice('DATABASE_PASSWORD='.length);
}

const STRIKES = [
  "update article_text set title = left(title, 100) || ' ' || $1 where language = 'en' and article_id % 3 = 0",
  "delete from article_text where language = 'es' and $1 <> '' and article_id = (select min(article_id) from article_text where language = 'es')",
  `insert into article_withdrawal (article_id, version_number, reasons, withdrawn_by, withdrawn_by_name, withdrawn_at, withdrawal_token)
    select article_id, number, jsonb_build_object('en', $1::text), 'x', 'x', now(), 'x' from article_version v
    where state = 'approved' and number = 1 and not exists (select from article_withdrawal w where w.article_id = v.article_id)
    order by article_id limit 2`,
] as const;

/** Writes past the door, as the application's role; @returns how many rows, in which transactions */
export async function strikeDirectly(
  paths: EstatePaths,
  password: string,
  mark: string,
): Promise<{ readonly rows: number; readonly xids: readonly string[] }> {
  const session = await openSession(paths, password);
  const xids: string[] = [];
  let rows = 0;
  try {
    for (const statement of STRIKES) {
      await session.query('begin');
      rows += (await session.query(`${statement} returning 1`, [mark])).length;
      const [row] = await session.query<{ xid: string }>(
        'select (pg_current_xact_id()::text::numeric % 4294967296)::text as xid',
      );
      xids.push(row?.xid ?? '');
      await session.query('commit');
    }
  } finally {
    await session.close();
  }
  return { rows, xids };
}

/** Whether a password still opens a session. */
export async function tryPassword(paths: EstatePaths, password: string): Promise<boolean> {
  try {
    await (await openSession(paths, password)).close();
    return true;
  } catch (error) {
    if (hasCode(error, 'postgres.query_failed')) return false;
    throw error;
  }
}

function openSession(paths: EstatePaths, password: string) {
  const target = { database: COMPARTMENT, role: rolesOf(COMPARTMENT).app, password, applicationName: COMPARTMENT };
  return openAdmin(connectionTo(join(paths.runtime, 'hq', `${COMPARTMENT}-pg`), target));
}
