import { languageSchema } from '@bulkhead/contracts';
import type { Kysely, Transaction } from 'kysely';
import type { Schema } from '#schema.ts';
import { IDLE_MS, type LiveSession, type SessionEnd, type SessionOfPerson } from './session.rules.ts';

const COLUMNS = [
  'session.id',
  'session.account_id',
  'session.started_at',
  'session.ends_at',
  'session.last_seen_at',
  'session.address',
  'session.device',
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
    .select([...COLUMNS, 'account.display_name', 'account.language'])
    .where('session.id', '=', id)
    .where('session.ended_at', 'is', null)
    .where('session.ends_at', '>', now)
    .where('account.status', '=', 'active')
    .executeTakeFirst();
  if (!row) return undefined;
  const session = toSession(row);
  const lastSeenAt = seenSince && seenSince > session.lastSeenAt ? seenSince : session.lastSeenAt;
  if (lastSeenAt.getTime() + IDLE_MS <= now.getTime()) return undefined;
  const grants = await db
    .selectFrom('role_grant')
    .select(['compartment', 'role'])
    .where('account_id', '=', row.account_id)
    .execute();
  const roles = Object.fromEntries(
    [...Map.groupBy(grants, (grant) => grant.compartment)].map(([name, held]) => [name, held.map((grant) => grant.role)]),
  );
  return { ...session, lastSeenAt, displayName: row.display_name, language: languageSchema.parse(row.language), roles };
}

/** The living sessions of an account, newest first. */
export async function listLiveSessions(db: Kysely<Schema>, accountId: string, now: Date): Promise<LiveSession[]> {
  const rows = await db
    .selectFrom('session')
    .select(COLUMNS)
    .where('account_id', '=', accountId)
    .where('ended_at', 'is', null)
    .where('ends_at', '>', now)
    .where('last_seen_at', '>', idleSince(now))
    .orderBy('started_at', 'desc')
    .limit(200)
    .execute();
  return rows.map(toSession);
}

/** Whether the account of this address has signed in from the network address since then. */
export async function hasSessionFrom(
  db: Kysely<Schema>,
  given: { readonly email: string; readonly address: string; readonly since: Date },
): Promise<boolean> {
  const row = await db
    .selectFrom('session')
    .innerJoin('account', 'account.id', 'session.account_id')
    .select('session.id')
    .where('account.email', '=', given.email)
    .where('session.address', '=', given.address)
    .where('session.started_at', '>', given.since)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

export async function insertSession(trx: Transaction<Schema>, session: LiveSession): Promise<void> {
  await trx
    .insertInto('session')
    .values({
      id: session.id,
      account_id: session.accountId,
      started_at: session.startedAt,
      ends_at: session.endsAt,
      last_seen_at: session.lastSeenAt,
      address: session.address,
      device: session.device,
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
    .where('last_seen_at', '>', idleSince(now))
    .execute();
}

export async function deleteSessionsBefore(trx: Transaction<Schema>, before: Date): Promise<void> {
  await trx.deleteFrom('session').where('ends_at', '<', before).execute();
}

function idleSince(now: Date): Date {
  return new Date(now.getTime() - IDLE_MS);
}

function toSession(row: {
  readonly id: string;
  readonly account_id: string;
  readonly started_at: Date;
  readonly ends_at: Date;
  readonly last_seen_at: Date;
  readonly address: string;
  readonly device: string;
}): LiveSession {
  return {
    id: row.id,
    accountId: row.account_id,
    startedAt: row.started_at,
    endsAt: row.ends_at,
    lastSeenAt: row.last_seen_at,
    address: row.address,
    device: row.device,
  };
}
