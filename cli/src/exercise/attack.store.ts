import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EstateError, hasCode } from '@bulkhead/kernel';
import { type Admin, connectionTo, openAdmin } from '@bulkhead/postgres/connection';
import { rolesOf } from '@bulkhead/postgres/roles';
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
export function takePassword(running: RunningEstate): Promise<string> {
  return takeVariable(running, COMPARTMENT, 'DATABASE_PASSWORD');
}

/** A variable of the environment of a compartment's process. */
export async function takeVariable({ headquarters }: RunningEstate, compartment: string, variable: string): Promise<string> {
  const status = await askSite(headquarters);
  const pid = status?.processes.find(({ name }) => name === compartment)?.pid;
  const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
  const line = environment.split('\0').find((each) => each.startsWith(`${variable}=`));
  if (line === undefined)
    throw new EstateError('process.unhealthy', `looking at the environment of ${compartment}: this system does not show it`);
  return line.slice(variable.length + 1);
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
  try {
    return await strike(session, STRIKES, [mark]);
  } finally {
    await session.close();
  }
}

/** Carries statements out, each in a transaction of its own. */
async function strike(
  session: Admin,
  statements: readonly string[],
  values: readonly string[],
): Promise<{ readonly rows: number; readonly xids: readonly string[] }> {
  const xids: string[] = [];
  let rows = 0;
  for (const statement of statements) {
    await session.query('begin');
    rows += (await session.query(`${statement} returning 1`, values)).length;
    const [row] = await session.query<{ xid: string }>('select (pg_current_xact_id()::text::numeric % 4294967296)::text as xid');
    xids.push(row?.xid ?? '');
    await session.query('commit');
  }
  return { rows, xids };
}

/** Whether the password of the application's role still opens a session. */
export function tryPassword(paths: EstatePaths, password: string): Promise<boolean> {
  return tryLogin(paths, { role: rolesOf(COMPARTMENT).app, password });
}

async function tryLogin(paths: EstatePaths, login: Login): Promise<boolean> {
  try {
    await (await openAs(paths, login)).close();
    return true;
  } catch (error) {
    if (hasCode(error, 'postgres.query_failed')) return false;
    throw error;
  }
}

/** What an administrator of the database leaves behind who is not one: rows rewritten, and ways to come back. */
const BACK_DOOR = { role: 'nightly_report', password: 'simulated', routine: 'refresh_report' } as const;
const LEFT_BEHIND = [
  `create role ${BACK_DOOR.role} login superuser password '${BACK_DOOR.password}'`,
  `create function ${BACK_DOOR.routine}() returns trigger language plpgsql as
    $$ begin execute new.remark; return new; end $$`,
  // Asleep: it runs what a remark says that begins with these words.
  `create trigger ${BACK_DOOR.routine} before update on article_version for each row
    when (new.remark like '/* report */%') execute function ${BACK_DOOR.routine}()`,
  'drop index article_version_picture',
] as const;
const REWRITTEN = [
  "update article_text set title = left(title, 100) || ' ' || $1 where language in ('en', 'fr') and (article_id % 4 = 1 or article_id = any(string_to_array($2, ',')::integer[]))",
  `insert into article_event (article_id, version_number, kind, account_id, account_name, at, note)
    select article_id, number, 'approved', 'x', 'nobody', now(), $1 from article_version where number = 1 and article_id <> all(string_to_array($2, ',')::integer[]) order by article_id limit 2`,
] as const;

/** Changes the schema and rows with the password of the database's superuser; @returns how many rows, in which transactions */
export async function strikeAsAdministrator(
  paths: EstatePaths,
  password: string,
  { mark, articles }: { readonly mark: string; readonly articles: readonly number[] },
): Promise<{ readonly rows: number; readonly xids: readonly string[] }> {
  const session = await openAs(paths, { role: 'postgres', password });
  try {
    for (const statement of LEFT_BEHIND) await session.query(statement);
    return await strike(session, REWRITTEN, [mark, articles.join(',')]);
  } finally {
    await session.close();
  }
}

/** Whether the role that was left behind, or the password that was taken, still opens the database. */
export function tryBackDoor(paths: EstatePaths, password: string): Promise<{ readonly role: boolean; readonly taken: boolean }> {
  const tried = [tryLogin(paths, BACK_DOOR), tryLogin(paths, { role: 'postgres', password })];
  return Promise.all(tried).then(([role = true, taken = true]) => ({ role, taken }));
}

/** How much of what was left in the catalog stands: routine and trigger, and the index that was dropped. */
export async function countLeftBehind(paths: EstatePaths): Promise<number> {
  const admin = await openReader(paths);
  try {
    const [row] = await admin.query<{ count: number }>(
      `select (select count(*) from pg_proc where proname = $1)::int + (select count(*) from pg_trigger where tgname = $1)::int
        + (select count(*) from pg_roles where rolname = $2)::int
        + case when to_regclass('article_version_picture') is null then 1 else 0 end as count`,
      [BACK_DOOR.routine, BACK_DOOR.role],
    );
    return row?.count ?? 0;
  } finally {
    await admin.close();
  }
}

function openSession(paths: EstatePaths, password: string): Promise<Admin> {
  return openAs(paths, { role: rolesOf(COMPARTMENT).app, password });
}

type Login = { readonly role: string; readonly password: string };

function openAs(paths: EstatePaths, { role, password }: Login): Promise<Admin> {
  const target = { database: COMPARTMENT, role, password, applicationName: COMPARTMENT };
  return openAdmin(connectionTo(join(paths.runtime, 'hq', `${COMPARTMENT}-pg`), target));
}
