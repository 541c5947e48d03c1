import { EstateError, sleepMs } from '@bulkhead/kernel';
import type { Admin } from '../session/connection.ts';
import { checkName, quoteIdentifier } from '../session/quote.ts';
import { runTagged } from './run-tagged.ts';

const ROUNDS = 400;
const PAUSE_MS = 5;
const QUIET_ROUNDS = 2;

/**
 * Takes log-in from roles and ends their sessions; returns when none is left. Does not wait for the synchronous standby:
 * sessions that hang in COMMIT for it are ended too, and their transactions are in doubt.
 * @param token put into the WAL before, so that the change is known as the estate's own
 * @throws EstateError `postgres.query_failed` if sessions remain
 */
export async function forbidLogin(admin: Admin, roles: readonly string[], token?: string): Promise<void> {
  const statements = roles.map((role) => `alter role ${quoteIdentifier(checkName(role, 'role'))} nologin`);
  // Nobody stays in because of a token that the server does not take.
  await runTagged(admin, token, statements).catch((error: unknown) => {
    if (token === undefined) throw error;
    return runTagged(admin, undefined, statements);
  });
  // One look is not enough: a session may have passed the check of its role just before, and not be listed yet.
  for (let round = 0, quiet = 0; round < ROUNDS; round += 1) {
    const ended = await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = any($1)', [roles]);
    quiet = ended.length === 0 ? quiet + 1 : 0;
    if (quiet === QUIET_ROUNDS) return;
    await sleepMs(PAUSE_MS);
  }
  throw new EstateError('postgres.query_failed', `ending the sessions of ${roles.join(', ')}: some remain`);
}

/** Gives log-in back to roles. */
export async function allowLogin(admin: Admin, roles: readonly string[], token?: string): Promise<void> {
  const statements = roles.map((role) => `alter role ${quoteIdentifier(checkName(role, 'role'))} login`);
  await runTagged(admin, token, statements);
}
