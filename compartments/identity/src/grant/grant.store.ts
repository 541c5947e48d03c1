import { EstateError } from '@bulkhead/kernel';
import { violatedConstraint } from '@bulkhead/postgres/query-error';
import { type Kysely, sql, type Transaction } from 'kysely';
import { z } from 'zod';
import { ADMINISTRATOR, CANARY_ACCOUNT, type Reach, type Role } from '#role/role.rules.ts';
import type { Schema } from '#schema.ts';
import { GRANT_EVENTS, type Grant, type GrantEvent, type GrantEventKind, type GrantOfPerson } from './grant.rules.ts';

const COLUMNS = [
  'role_grant.account_id',
  'role_grant.compartment',
  'role_grant.role',
  'role_grant.state',
  'role_grant.granted_by',
  'role_grant.granted_at',
  'role_grant.ends_at',
  'role_grant.review_by',
  'role_grant.reason',
] as const;
const namesSchema = z.record(z.string(), z.string());
const stateSchema = z.enum(['asked', 'granted']);
const eventSchema = z.enum(GRANT_EVENTS);
export const PAGE_SIZE = 50;

/** Where an account stands, held so that its delegation's holdings cannot change until the transaction ends. */
export type Place = { readonly delegationId: string; readonly holds: readonly string[]; readonly isActive: boolean };

export async function holdPlace(trx: Transaction<Schema>, accountId: string): Promise<Place | undefined> {
  const row = await trx
    .selectFrom('account')
    .innerJoin('delegation', 'delegation.id', 'account.delegation_id')
    .select(['delegation.id', 'delegation.holds', 'delegation.status', 'account.status as account_status'])
    .where('account.id', '=', accountId)
    .where('account.status', 'in', ['invited', 'active', 'disabled'])
    .forNoKeyUpdate('account')
    .forShare('delegation')
    .executeTakeFirst();
  return row && { delegationId: row.id, holds: row.holds, isActive: row.status === 'active' };
}

/** The roles that count now. */
export async function listRoles(db: Kysely<Schema>, accountId: string, now: Date): Promise<Role[]> {
  return db
    .selectFrom('role_grant')
    .select(['compartment', 'role'])
    .where('account_id', '=', accountId)
    .where('state', '=', 'granted')
    .where('ends_at', '>', now)
    .execute();
}

/** What is held or asked for and has not ended. */
export async function listGrants(db: Kysely<Schema>, accountId: string, now: Date): Promise<Grant[]> {
  const rows = await db
    .selectFrom('role_grant')
    .select(COLUMNS)
    .where('account_id', '=', accountId)
    .where('ends_at', '>', now)
    .orderBy('compartment')
    .orderBy('role')
    .execute();
  return rows.map(toGrant);
}

/** @throws EstateError `grant.exists` when somebody else was first */
export async function insertGrant(trx: Transaction<Schema>, grant: Grant): Promise<void> {
  // What ended makes room.
  await trx
    .deleteFrom('role_grant')
    .where('account_id', '=', grant.accountId)
    .where('compartment', '=', grant.compartment)
    .where('role', '=', grant.role)
    .where('ends_at', '<=', grant.grantedAt)
    .execute();
  await trx
    .insertInto('role_grant')
    .values({
      account_id: grant.accountId,
      compartment: grant.compartment,
      role: grant.role,
      state: grant.state,
      granted_by: grant.grantedBy,
      granted_at: grant.grantedAt,
      ends_at: grant.endsAt,
      review_by: grant.reviewBy,
      reason: grant.reason,
    })
    .execute()
    .catch((error: unknown) => {
      if (violatedConstraint(error) === 'role_grant_pkey')
        throw new EstateError('grant.exists', 'giving a role: the account has it, or somebody asked for it', { cause: error });
      throw error;
    });
}

/** Takes a role away. False if it was not there any more. */
export async function deleteGrant(
  trx: Transaction<Schema>,
  accountId: string,
  role: Role,
  state?: Grant['state'],
): Promise<boolean> {
  let query = trx
    .deleteFrom('role_grant')
    .where('account_id', '=', accountId)
    .where('compartment', '=', role.compartment)
    .where('role', '=', role.role);
  if (state !== undefined) query = query.where('state', '=', state);
  return (await query.returning('account_id').executeTakeFirst()) !== undefined;
}

/** Makes what was asked for count; null if it is not waiting any more. */
export async function approveGrant(
  trx: Transaction<Schema>,
  accountId: string,
  role: Role,
  given: { readonly at: Date; readonly latestReview: Date },
): Promise<Grant | null> {
  const row = await trx
    .updateTable('role_grant')
    .set({ state: 'granted', granted_at: given.at, review_by: sql<Date>`least(ends_at, ${given.latestReview})` })
    .where('account_id', '=', accountId)
    .where('compartment', '=', role.compartment)
    .where('role', '=', role.role)
    .where('state', '=', 'asked')
    .where('ends_at', '>', given.at)
    .returning(COLUMNS)
    .executeTakeFirst();
  return row ? toGrant(row) : null;
}

/** Confirms a role until a day, if nobody has meanwhile: `seen` is when it was to be reviewed on the page that was answered. */
export async function confirmGrant(
  trx: Transaction<Schema>,
  accountId: string,
  role: Role,
  given: { readonly at: Date; readonly endsAt: Date; readonly reviewBy: Date; readonly seen: Date },
): Promise<boolean> {
  const row = await trx
    .updateTable('role_grant')
    .set({ ends_at: given.endsAt, review_by: given.reviewBy })
    .where('account_id', '=', accountId)
    .where('compartment', '=', role.compartment)
    .where('role', '=', role.role)
    .where('state', '=', 'granted')
    .where('ends_at', '>', given.at)
    .where('review_by', '=', given.seen)
    .returning('account_id')
    .executeTakeFirst();
  return row !== undefined;
}

export async function insertEvents(
  trx: Transaction<Schema>,
  events: readonly (Role & {
    readonly accountId: string;
    readonly at: Date;
    readonly what: GrantEventKind;
    readonly by: string;
    readonly reason: string;
    readonly endsAt: Date | null;
  })[],
): Promise<void> {
  if (events.length === 0) return;
  await trx
    .insertInto('grant_event')
    .values(
      events.map((event) => ({
        at: event.at,
        account_id: event.accountId,
        compartment: event.compartment,
        role: event.role,
        what: event.what,
        by_account: event.by,
        reason: event.reason,
        ends_at: event.endsAt,
      })),
    )
    .execute();
}

/** The history of an account's roles, newest first. */
export async function listEvents(db: Kysely<Schema>, accountId: string, limit: number): Promise<GrantEvent[]> {
  const rows = await db
    .selectFrom('grant_event')
    .leftJoin('account as doer', 'doer.id', 'grant_event.by_account')
    .select([
      'grant_event.at',
      'grant_event.compartment',
      'grant_event.role',
      'grant_event.what',
      'grant_event.reason',
      'grant_event.ends_at',
      'doer.display_name',
    ])
    .where('grant_event.account_id', '=', accountId)
    .orderBy('grant_event.id', 'desc')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    at: row.at,
    compartment: row.compartment,
    role: row.role,
    what: eventSchema.parse(row.what),
    byName: row.display_name,
    reason: row.reason,
    endsAt: row.ends_at,
  }));
}

type Listing = { readonly reach: Reach; readonly now: Date; readonly offset: number };

/** What waits for the Secretariat, oldest first. */
export async function listAsked(db: Kysely<Schema>, given: Listing): Promise<GrantOfPerson[]> {
  const rows = await ofPeople(db, given)
    .where('role_grant.state', '=', 'asked')
    .orderBy('role_grant.granted_at')
    .orderBy('role_grant.account_id')
    .orderBy('role_grant.compartment')
    .orderBy('role_grant.role')
    .execute();
  return rows.map(toGrantOfPerson);
}

/** What must be reviewed by then, most overdue first. */
export async function listToReview(db: Kysely<Schema>, given: Listing & { readonly until: Date }): Promise<GrantOfPerson[]> {
  const rows = await ofPeople(db, given)
    .where('role_grant.state', '=', 'granted')
    .where('role_grant.review_by', '<=', given.until)
    .orderBy('role_grant.review_by')
    .orderBy('role_grant.account_id')
    .orderBy('role_grant.compartment')
    .orderBy('role_grant.role')
    .execute();
  return rows.map(toGrantOfPerson);
}

function ofPeople(db: Kysely<Schema>, { reach, now, offset }: Listing) {
  const all = db
    .selectFrom('role_grant')
    .innerJoin('account', 'account.id', 'role_grant.account_id')
    .innerJoin('delegation', 'delegation.id', 'account.delegation_id')
    .leftJoin('account as giver', 'giver.id', 'role_grant.granted_by')
    .select([...COLUMNS, 'account.display_name', 'account.delegation_id', 'delegation.names', 'giver.display_name as giver_name'])
    .where('role_grant.ends_at', '>', now)
    .where('account.status', 'in', ['invited', 'active'])
    .limit(PAGE_SIZE + 1)
    .offset(offset);
  return reach === 'all' ? all : all.where('account.delegation_id', '=', reach.delegationId);
}

/** How many roles wait or must be reviewed, and how many of these are late. */
export async function countWork(
  db: Kysely<Schema>,
  given: { readonly reach: Reach; readonly now: Date; readonly until: Date },
): Promise<{ readonly asked: number; readonly toReview: number; readonly late: number }> {
  const { reach, now, until } = given;
  let query = db
    .selectFrom('role_grant')
    .innerJoin('account', 'account.id', 'role_grant.account_id')
    .select(({ fn }) => [
      fn.countAll().filterWhere('role_grant.state', '=', 'asked').as('asked'),
      fn
        .countAll()
        .filterWhere('role_grant.state', '=', 'granted')
        .filterWhere('role_grant.review_by', '<=', until)
        .as('to_review'),
      fn.countAll().filterWhere('role_grant.state', '=', 'granted').filterWhere('role_grant.review_by', '<=', now).as('late'),
    ])
    .where('role_grant.ends_at', '>', now)
    .where('account.status', 'in', ['invited', 'active'])
    .where((where) => where.or([where('role_grant.state', '=', 'asked'), where('role_grant.review_by', '<=', until)]));
  if (reach !== 'all') query = query.where('account.delegation_id', '=', reach.delegationId);
  const row = await query.executeTakeFirstOrThrow();
  return { asked: Number(row.asked), toReview: Number(row.to_review), late: Number(row.late) };
}

/** Takes away what ended by itself; returns it. */
export async function deleteLapsed(trx: Transaction<Schema>, now: Date): Promise<Grant[]> {
  const rows = await trx
    .deleteFrom('role_grant')
    .where('ends_at', '<=', now)
    // Nobody's, and watched: it stays untouched.
    .where('account_id', '<>', CANARY_ACCOUNT)
    .returning(COLUMNS)
    .execute();
  return rows.map(toGrant);
}

/** All that the people of a delegation hold or asked for. */
export async function listGrantsOfDelegation(trx: Transaction<Schema>, delegationId: string): Promise<Grant[]> {
  const rows = await trx
    .selectFrom('role_grant')
    .innerJoin('account', 'account.id', 'role_grant.account_id')
    .select(COLUMNS)
    .where('account.delegation_id', '=', delegationId)
    .execute();
  return rows.map(toGrant);
}

/** Holds all grants of administrators until the transaction ends, so that two cannot each remove the other. */
export async function holdAdministrators(trx: Transaction<Schema>): Promise<void> {
  await trx
    .selectFrom('role_grant')
    .select('account_id')
    .where('compartment', '=', ADMINISTRATOR.compartment)
    .where('role', '=', ADMINISTRATOR.role)
    .orderBy('account_id')
    .forUpdate()
    .execute();
}

/** Whether an active account other than this one administers. A statement of its own: it sees what others committed meanwhile. */
export async function hasOtherAdministrator(db: Kysely<Schema>, accountId: string, now: Date): Promise<boolean> {
  const row = await db
    .selectFrom('role_grant')
    .innerJoin('account', 'account.id', 'role_grant.account_id')
    .innerJoin('delegation', 'delegation.id', 'account.delegation_id')
    .select('account.id')
    .where('role_grant.compartment', '=', ADMINISTRATOR.compartment)
    .where('role_grant.role', '=', ADMINISTRATOR.role)
    .where('role_grant.state', '=', 'granted')
    .where('role_grant.ends_at', '>', now)
    .where('account.status', '=', 'active')
    .where('delegation.status', '=', 'active')
    .where('account.id', '<>', accountId)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

type GrantRow = {
  readonly account_id: string;
  readonly compartment: string;
  readonly role: string;
  readonly state: string;
  readonly granted_by: string;
  readonly granted_at: Date;
  readonly ends_at: Date;
  readonly review_by: Date;
  readonly reason: string;
};

function toGrant(row: GrantRow): Grant {
  return {
    accountId: row.account_id,
    compartment: row.compartment,
    role: row.role,
    state: stateSchema.parse(row.state),
    grantedBy: row.granted_by,
    grantedAt: row.granted_at,
    endsAt: row.ends_at,
    reviewBy: row.review_by,
    reason: row.reason,
  };
}

function toGrantOfPerson(
  row: GrantRow & {
    readonly display_name: string;
    readonly delegation_id: string;
    readonly names: unknown;
    readonly giver_name: string | null;
  },
): GrantOfPerson {
  return {
    ...toGrant(row),
    displayName: row.display_name,
    delegationId: row.delegation_id,
    delegationNames: namesSchema.parse(row.names),
    grantedByName: row.giver_name,
  };
}
