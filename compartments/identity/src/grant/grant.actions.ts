import { EstateError } from '@bulkhead/kernel';
import type { Kysely, Transaction } from 'kysely';
import {
  type Actor,
  isAdministrator,
  isHeld,
  isInReach,
  isPrivileged,
  isSame,
  type OfferedRole,
  type Reach,
  type Role,
} from '#role/role.rules.ts';
import type { Schema } from '#schema.ts';
import { changeSessions, endSessionsOf, listSessionsToTell, type SessionChange } from '#session/session.actions.ts';
import { type Grant, type GrantEvent, type GrantOfPerson, reviewAfter, reviewHorizon, yearAfter } from './grant.rules.ts';
import {
  approveGrant,
  confirmGrant,
  countWork,
  deleteGrant,
  deleteLapsed,
  hasOtherAdministrator,
  holdAdministrators,
  holdPlace,
  insertEvents,
  insertGrant,
  listAsked,
  listEvents,
  listGrants,
  listGrantsOfDelegation,
  listRoles,
  listToReview,
  PAGE_SIZE,
} from './grant.store.ts';

const EVENTS_SHOWN = 100;

type About = { readonly accountId: string; readonly reason: string; readonly actor: Actor };

/**
 * Gives an account a role until a day, or asks the Secretariat for it where the compartment wants that.
 * @throws EstateError `request.not_found`, `grant.not_held`, `grant.exists`, `account.unknown_delegation`
 */
export async function giveGrant(
  deps: SessionChange,
  asked: About & { readonly role: OfferedRole; readonly endsAt: Date },
): Promise<Grant['state']> {
  return changeSessions(deps, async (trx, touched) => {
    const [grant] = await addGrants(trx, { ...asked, roles: [asked.role], at: deps.now() });
    if (grant?.state === 'granted') touched(await renew(trx, asked.accountId, asked.role, deps.now()));
    return grant?.state ?? 'asked';
  });
}

/** Gives roles within a transaction of the caller, each judged by what the account's delegation holds at that moment. */
export async function addGrants(
  trx: Transaction<Schema>,
  asked: About & { readonly roles: readonly OfferedRole[]; readonly endsAt: Date; readonly at: Date },
): Promise<Grant[]> {
  const { accountId, actor, at, endsAt, reason } = asked;
  const place = await holdPlace(trx, accountId);
  if (!place || !isInReach(actor.reach, place.delegationId)) throw notFound();
  if (!place.isActive) throw new EstateError('account.unknown_delegation', 'giving roles: the delegation has ended');
  const grants: Grant[] = [];
  for (const role of asked.roles) {
    if (!isHeld(place.holds, role))
      throw new EstateError('grant.not_held', 'giving a role: the delegation of the account does not hold it');
    const state = role.needsApproval && actor.reach !== 'all' ? 'asked' : 'granted';
    const { compartment, role: name } = role;
    const grant: Grant = {
      accountId,
      compartment,
      role: name,
      state,
      endsAt,
      reason,
      grantedBy: actor.accountId,
      grantedAt: at,
      reviewBy: reviewAfter(at, endsAt),
    };
    await insertGrant(trx, grant);
    grants.push(grant);
  }
  await insertEvents(
    trx,
    grants.map((grant) => ({ ...grant, at, what: grant.state, by: actor.accountId })),
  );
  return grants;
}

/** Gives roles that the estate itself gives: to sample accounts, to the first administrator, to a broken glass. */
export async function addOwnGrants(
  trx: Transaction<Schema>,
  given: {
    readonly accountId: string;
    readonly roles: readonly Role[];
    readonly endsAt: Date;
    readonly at: Date;
    readonly reason: string;
  },
): Promise<void> {
  const { accountId, at, endsAt, reason } = given;
  for (const { compartment, role } of given.roles) {
    const grant: Grant = {
      accountId,
      compartment,
      role,
      state: 'granted',
      endsAt,
      reason,
      grantedBy: '',
      grantedAt: at,
      reviewBy: reviewAfter(at, endsAt),
    };
    await insertGrant(trx, grant);
    await insertEvents(trx, [{ ...grant, at, what: 'granted', by: '' }]);
  }
}

/**
 * Ends a role, held or only asked for, at once.
 * @throws EstateError `request.not_found`, `grant.gone`, `account.last_administrator`
 */
export async function endGrant(deps: SessionChange, asked: About & { readonly role: Role }): Promise<void> {
  const { accountId, actor, role, reason } = asked;
  await changeSessions(deps, async (trx, touched) => {
    const at = deps.now();
    await requireReach(trx, accountId, actor.reach);
    if (isAdministrator({ roles: [role] })) await keepAnAdministrator(trx, accountId, at);
    if (!(await deleteGrant(trx, accountId, role))) throw gone();
    await insertEvents(trx, [{ ...asked, ...role, at, what: 'ended', by: actor.accountId, reason, endsAt: null }]);
    touched(await listSessionsToTell(trx, accountId));
  });
}

/**
 * Approves or refuses, as the Secretariat, what a delegation's administrator asked for. One decision counts.
 * @throws EstateError `grant.gone`, `request.not_found`
 */
export async function decideGrant(
  deps: SessionChange,
  asked: About & { readonly role: Role; readonly isApproved: boolean },
): Promise<void> {
  const { accountId, actor, role, reason } = asked;
  await changeSessions(deps, async (trx, touched) => {
    const at = deps.now();
    const place = await holdPlace(trx, accountId);
    if (!place || actor.reach !== 'all') throw notFound();
    const event = { ...role, accountId, at, by: actor.accountId, reason };
    if (!asked.isApproved) {
      if (!(await deleteGrant(trx, accountId, role, 'asked'))) throw gone();
      return insertEvents(trx, [{ ...event, what: 'refused', endsAt: null }]);
    }
    const grant = await approveGrant(trx, accountId, role, { at, latestReview: yearAfter(at) });
    if (!grant || !isHeld(place.holds, role)) throw gone();
    await insertEvents(trx, [{ ...event, what: 'approved', endsAt: grant.endsAt }]);
    touched(await renew(trx, accountId, role, at));
  });
}

/**
 * Confirms a role at its review, until a new day. Nobody confirms their own, but who administers alone.
 * @throws EstateError `request.not_found`, `request.forbidden`, `grant.gone` if it was reviewed or ended meanwhile
 */
export async function confirmRole(
  deps: SessionChange,
  asked: About & { readonly role: Role; readonly endsAt: Date; readonly seen: Date },
): Promise<void> {
  const { accountId, actor, role, reason, endsAt, seen } = asked;
  await changeSessions(deps, async (trx, touched) => {
    const at = deps.now();
    await requireReach(trx, accountId, actor.reach);
    if (accountId === actor.accountId && !(actor.reach === 'all' && !(await hasOtherAdministrator(trx, accountId, at))))
      throw new EstateError('request.forbidden', 'confirming a role: nobody confirms their own');
    if (!(await confirmGrant(trx, accountId, role, { at, endsAt, reviewBy: reviewAfter(at, endsAt), seen }))) throw gone();
    await insertEvents(trx, [{ ...role, accountId, at, what: 'confirmed', by: actor.accountId, reason, endsAt }]);
    touched(await listSessionsToTell(trx, accountId));
  });
}

/** Ends, within a transaction of the caller, what the people of a delegation have beyond what it holds now. Returns whose. */
export async function endGrantsBeyond(
  trx: Transaction<Schema>,
  given: {
    readonly delegationId: string;
    readonly holds: readonly string[];
    readonly by: string;
    readonly at: Date;
    readonly reason: string;
  },
): Promise<string[]> {
  const all = await listGrantsOfDelegation(trx, given.delegationId);
  const beyond = all.filter((grant) => !isHeld(given.holds, grant));
  for (const grant of beyond) {
    if (isAdministrator({ roles: [grant] })) await keepAnAdministrator(trx, grant.accountId, given.at);
    await deleteGrant(trx, grant.accountId, grant);
  }
  await insertEvents(
    trx,
    beyond.map((grant) => ({ ...grant, at: given.at, what: 'ended', by: given.by, reason: given.reason, endsAt: null })),
  );
  return [...new Set(beyond.map(({ accountId }) => accountId))];
}

/** Ends, within a transaction of the caller, all or some of an account's roles. */
export async function endGrantsOf(
  trx: Transaction<Schema>,
  given: {
    readonly accountId: string;
    readonly by: string;
    readonly at: Date;
    readonly reason: string;
    readonly unless?: (role: Role) => boolean;
  },
): Promise<void> {
  const held = await listGrants(trx, given.accountId, new Date(0));
  const ending = held.filter((grant) => !given.unless?.(grant));
  for (const grant of ending) await deleteGrant(trx, given.accountId, grant);
  await insertEvents(
    trx,
    ending.map((grant) => ({ ...grant, at: given.at, what: 'ended', by: given.by, reason: given.reason, endsAt: null })),
  );
}

/** Notes in the history what ended by itself since the last time. It stopped counting at its end, noted or not. */
export async function noteLapsed(trx: Transaction<Schema>, now: Date): Promise<number> {
  const lapsed = await deleteLapsed(trx, now);
  await insertEvents(
    trx,
    lapsed.map((grant) => ({ ...grant, at: now, what: 'lapsed', by: '', reason: '', endsAt: grant.endsAt })),
  );
  return lapsed.length;
}

/**
 * Holds the administrators' grants, and refuses if without this account nobody would administer [I11].
 * @throws EstateError `account.last_administrator`
 */
export async function keepAnAdministrator(trx: Transaction<Schema>, accountId: string, now: Date): Promise<void> {
  if (!isAdministrator({ roles: await listRoles(trx, accountId, now) })) return;
  await holdAdministrators(trx);
  if (await hasOtherAdministrator(trx, accountId, now)) return;
  throw new EstateError('account.last_administrator', 'removing an administrator: nobody else would be one');
}

/** Whether anybody administers at this moment. */
export function isAnybodyAdministering(db: Kysely<Schema>, now: Date): Promise<boolean> {
  return hasOtherAdministrator(db, '', now);
}

/** Whether only the Secretariat may take an account over: it holds something that only the Secretariat gives. */
export async function holdsApproved(
  db: Kysely<Schema>,
  accountId: string,
  given: { readonly offered: readonly OfferedRole[]; readonly now: Date },
): Promise<boolean> {
  const roles = await listRoles(db, accountId, given.now);
  return roles.some((role) => given.offered.find((one) => isSame(one, role))?.needsApproval !== false);
}

export function listGrantsOf(db: Kysely<Schema>, accountId: string, now: Date): Promise<Grant[]> {
  return listGrants(db, accountId, now);
}

export function listHistoryOf(db: Kysely<Schema>, accountId: string, limit = EVENTS_SHOWN): Promise<GrantEvent[]> {
  return listEvents(db, accountId, limit);
}

export type GrantPage = { readonly grants: readonly GrantOfPerson[]; readonly hasMore: boolean };

export async function listWaiting(
  db: Kysely<Schema>,
  given: { readonly reach: Reach; readonly now: Date; readonly page: number },
): Promise<GrantPage> {
  return pageOf(await listAsked(db, { ...given, offset: (given.page - 1) * PAGE_SIZE }));
}

export async function listReviews(
  db: Kysely<Schema>,
  given: { readonly reach: Reach; readonly now: Date; readonly page: number },
): Promise<GrantPage> {
  return pageOf(await listToReview(db, { ...given, until: reviewHorizon(given.now), offset: (given.page - 1) * PAGE_SIZE }));
}

export function countGrantWork(db: Kysely<Schema>, given: { readonly reach: Reach; readonly now: Date }) {
  return countWork(db, { ...given, until: reviewHorizon(given.now) });
}

function pageOf(found: readonly GrantOfPerson[]): GrantPage {
  return { grants: found.slice(0, PAGE_SIZE), hasMore: found.length > PAGE_SIZE };
}

// Rights over accounts begin with a fresh sign-in; others reach the sessions that live.
async function renew(trx: Transaction<Schema>, accountId: string, role: Role, at: Date): Promise<string[]> {
  if (isPrivileged(role)) return endSessionsOf(trx, { accountId }, { by: 'administrator', at });
  return listSessionsToTell(trx, accountId);
}

async function requireReach(trx: Transaction<Schema>, accountId: string, reach: Reach): Promise<void> {
  const place = await holdPlace(trx, accountId);
  if (!place || !isInReach(reach, place.delegationId)) throw notFound();
}

function notFound(): EstateError {
  return new EstateError('request.not_found', 'finding an account: there is none with this id that whoever asks administers');
}

function gone(): EstateError {
  return new EstateError('grant.gone', 'deciding about a role: somebody else has decided, or it has ended');
}
