import { languageSchema } from '@bulkhead/contracts';
import { type Kysely, sql, type Transaction } from 'kysely';
import { z } from 'zod';
import { isPrivileged } from '#role/role.rules.ts';
import type { Schema } from '#schema.ts';
import { type LiveSession, type SessionEnd, type SessionOfPerson, SIGN_IN_METHODS, type SignInMethod } from './session.rules.ts';

const methodSchema = z.enum(SIGN_IN_METHODS);

const COLUMNS = [
  'session.id',
  'session.account_id',
  'session.started_at',
  'session.ends_at',
  'session.last_seen_at',
  'session.idle_seconds',
  'session.address',
  'session.device',
  'session.authenticated_at',
  'session.method',
] as const;

/** A session that lives, of an active account, with its roles. `seenSince` counts as its last use if it is later. */
export async function findLiveSession(
  db: Kysely<Schema>,
  id: string,
  now: Date,
  seenSince: Date | undefined,
): Promise<SessionOfPerson | undefined> {
  const row = await db
    .selectFrom('session')
    .innerJoin('account', 'account.id', 'session.account_id')
    .innerJoin('delegation', 'delegation.id', 'account.delegation_id')
    .select([...COLUMNS, 'account.display_name', 'account.language', 'account.delegation_id'])
    .where('session.id', '=', id)
    .where('session.ended_at', 'is', null)
    .where('session.ends_at', '>', now)
    .where('account.status', 'in', ['active', 'break-glass'])
    .where('delegation.status', '=', 'active')
    .executeTakeFirst();
  if (!row) return undefined;
  const session = toSession(row);
  const lastSeenAt = seenSince && seenSince > session.lastSeenAt ? seenSince : session.lastSeenAt;
  if (lastSeenAt.getTime() + session.idleMs <= now.getTime()) return undefined;
  const grants = await db
    .selectFrom('role_grant')
    .select(['compartment', 'role', 'ends_at'])
    .where('account_id', '=', row.account_id)
    .where('state', '=', 'granted')
    .where('ends_at', '>', now)
    .execute();
  const rolesUntil = grants.reduce<Date | null>((first, { ends_at: end }) => (first && first < end ? first : end), null);
  const roles = Object.fromEntries(
    [...Map.groupBy(grants, (grant) => grant.compartment)].map(([name, held]) => [name, held.map((grant) => grant.role)]),
  );
  return {
    ...session,
    lastSeenAt,
    displayName: row.display_name,
    language: languageSchema.parse(row.language),
    delegationId: row.delegation_id,
    roles,
    rolesUntil,
  };
}

/** Whether an account rules over accounts at this moment. */
export async function hasPrivilege(db: Kysely<Schema>, accountId: string, now: Date): Promise<boolean> {
  const grants = await db
    .selectFrom('role_grant')
    .select(['compartment', 'role'])
    .where('account_id', '=', accountId)
    .where('state', '=', 'granted')
    .where('ends_at', '>', now)
    .execute();
  return grants.some(isPrivileged);
}

/** The living sessions of an account, newest first. */
export async function listLiveSessions(db: Kysely<Schema>, accountId: string, now: Date): Promise<LiveSession[]> {
  const rows = await db
    .selectFrom('session')
    .select(COLUMNS)
    .where('account_id', '=', accountId)
    .where('ended_at', 'is', null)
    .where('ends_at', '>', now)
    .where(isInUse(now))
    .orderBy('started_at', 'desc')
    .limit(200)
    .execute();
  return rows.map(toSession);
}

/** Whether an account has signed in from the network address, and in the browser, since then. The account is told by either. */
export async function findFamiliarity(
  db: Kysely<Schema>,
  given: {
    readonly account: { readonly id: string } | { readonly email: string };
    readonly address: string;
    readonly browserSha256: string | null;
    readonly since: Date;
  },
): Promise<{ readonly address: boolean; readonly browser: boolean }> {
  const { account, address, browserSha256 } = given;
  const rows = await db
    .selectFrom('session')
    .innerJoin('account', 'account.id', 'session.account_id')
    .select(({ eb, fn }) => [
      fn.agg<boolean | null>('bool_or', [eb('session.address', '=', address)]).as('address'),
      fn.agg<boolean | null>('bool_or', [eb('session.browser_sha256', '=', browserSha256 ?? '')]).as('browser'),
    ])
    .where((is) => ('id' in account ? is('account.id', '=', account.id) : is('account.email', '=', account.email)))
    .where('session.started_at', '>', given.since)
    .executeTakeFirst();
  return { address: rows?.address === true, browser: rows?.browser === true };
}

/** Notes that the person of a living session has just proved who they are. False if it does not live. */
export async function renewAuthentication(
  trx: Transaction<Schema>,
  id: string,
  given: { readonly method: SignInMethod; readonly at: Date },
): Promise<boolean> {
  const row = await trx
    .updateTable('session')
    .set({ authenticated_at: given.at, method: given.method })
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .returning('id')
    .executeTakeFirst();
  return row !== undefined;
}

export async function insertSession(
  trx: Transaction<Schema>,
  session: LiveSession & { readonly browserSha256: string | null },
): Promise<void> {
  await trx
    .insertInto('session')
    .values({
      id: session.id,
      account_id: session.accountId,
      started_at: session.startedAt,
      ends_at: session.endsAt,
      last_seen_at: session.lastSeenAt,
      idle_seconds: session.idleMs / 1000,
      address: session.address,
      device: session.device,
      authenticated_at: session.authenticatedAt,
      method: session.method,
      browser_sha256: session.browserSha256,
    })
    .execute();
}

/** Ends sessions of an account: one, all but one, or all. Returns the ids of those that lived. */
export async function endSessions(
  trx: Transaction<Schema>,
  which: { readonly accountId: string; readonly only?: string; readonly except?: string },
  end: { readonly by: SessionEnd; readonly at: Date },
): Promise<string[]> {
  let query = trx
    .updateTable('session')
    .set({ ended_at: end.at, ended_by: end.by })
    .where('account_id', '=', which.accountId)
    .where('ended_at', 'is', null);
  if (which.only !== undefined) query = query.where('id', '=', which.only);
  if (which.except !== undefined) query = query.where('id', '<>', which.except);
  return (await query.returning('id').execute()).map((row) => row.id);
}

/** Ends an account's sessions that began before a moment. */
export async function endSessionsBegunBefore(
  trx: Transaction<Schema>,
  accountId: string,
  before: Date,
  end: { readonly by: SessionEnd; readonly at: Date },
): Promise<string[]> {
  const rows = await trx
    .updateTable('session')
    .set({ ended_at: end.at, ended_by: end.by })
    .where('account_id', '=', accountId)
    .where('started_at', '<', before)
    .where('ended_at', 'is', null)
    .returning('id')
    .execute();
  return rows.map((row) => row.id);
}

/** Ends one session whosever it is. */
export async function endSessionById(
  trx: Transaction<Schema>,
  id: string,
  end: { readonly by: SessionEnd; readonly at: Date },
): Promise<string[]> {
  const rows = await trx
    .updateTable('session')
    .set({ ended_at: end.at, ended_by: end.by })
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .returning('id')
    .execute();
  return rows.map((row) => row.id);
}

/** The ids of an account's sessions that were not ended. */
export async function listSessionIds(db: Kysely<Schema>, accountId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('session')
    .select('id')
    .where('account_id', '=', accountId)
    .where('ended_at', 'is', null)
    .execute();
  return rows.map((row) => row.id);
}

/** Notes that sessions were used. One that idled out stays ended. */
export async function touchSessions(trx: Transaction<Schema>, ids: readonly string[], now: Date): Promise<void> {
  await trx
    .updateTable('session')
    .set({ last_seen_at: now })
    .where('id', 'in', [...ids])
    .where('ended_at', 'is', null)
    .where('last_seen_at', '<', now)
    .where(isInUse(now))
    .execute();
}

export async function deleteSessionsBefore(trx: Transaction<Schema>, before: Date): Promise<void> {
  await trx.deleteFrom('session').where('ends_at', '<', before).execute();
}

function isInUse(now: Date) {
  return sql<boolean>`last_seen_at + make_interval(secs => idle_seconds) > ${now}`;
}

function toSession(row: {
  readonly id: string;
  readonly account_id: string;
  readonly started_at: Date;
  readonly ends_at: Date;
  readonly last_seen_at: Date;
  readonly idle_seconds: number;
  readonly address: string;
  readonly device: string;
  readonly authenticated_at: Date | null;
  readonly method: string;
}): LiveSession {
  return {
    id: row.id,
    accountId: row.account_id,
    startedAt: row.started_at,
    endsAt: row.ends_at,
    lastSeenAt: row.last_seen_at,
    idleMs: row.idle_seconds * 1000,
    address: row.address,
    device: row.device,
    authenticatedAt: row.authenticated_at ?? row.started_at,
    method: methodSchema.parse(row.method),
  };
}
