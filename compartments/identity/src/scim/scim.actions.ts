import { EstateError } from '@bulkhead/kernel';
import type { Kysely, Transaction } from 'kysely';
import { addReadyAccount, closeAccount, holdAccountRow, requirePower } from '#account/account.actions.ts';
import { findDelegationById } from '#delegation/delegation.actions.ts';
import { addGrants, endGrantsOf, keepAnAdministrator, listGrantsOf } from '#grant/grant.actions.ts';
import { yearAfter } from '#grant/grant.rules.ts';
import { deleteWaysIn } from '#privacy/privacy.actions.ts';
import { type Actor, isHeld, isSame, type OfferedRole, writeRole } from '#role/role.rules.ts';
import type { Schema } from '#schema.ts';
import { changeSessions, endSessionsOf, listSessionsToTell, type SessionChange } from '#session/session.actions.ts';
import {
  type FilterTerm,
  invalidValue,
  requireVersion,
  type ScimPage,
  type ScimPerson,
  type ScimWish,
  versionOf,
  versionOfUser,
} from './scim.rules.ts';
import {
  changeAccountTold,
  dropPassword,
  findLeaver,
  findPerson,
  holdGroup,
  listMembers,
  listPeople,
  listRolesOf,
  putScimPerson,
  reopenAccount,
} from './scim.store.ts';
import type { ScimToken } from './scim-token.rules.ts';

const REASON = 'SCIM';

export type ScimDeps = SessionChange & {
  readonly db: Kysely<Schema>;
  readonly offered: readonly OfferedRole[];
  readonly newId: () => string;
};
/** A role that the delegation holds, as directories see it. */
export type ScimGroup = {
  readonly id: string;
  readonly role: OfferedRole;
  readonly displayName: string;
  readonly members: readonly { readonly id: string; readonly displayName: string }[];
};
export type PersonWithRoles = ScimPerson & { readonly groups: readonly OfferedRole[] };

function actorOf(token: ScimToken): Actor {
  return { accountId: `scim:${token.id}`, reach: { delegationId: token.delegationId } };
}

export async function listUsers(
  deps: ScimDeps,
  token: ScimToken,
  asked: { readonly terms: readonly FilterTerm[]; readonly page: ScimPage },
): Promise<{ readonly people: PersonWithRoles[]; readonly total: number }> {
  const { people, total } = await listPeople(deps.db, token.delegationId, asked);
  return { people: await withRoles(deps, deps.db, people), total };
}

/** @throws EstateError `request.not_found` */
export async function getUser(deps: ScimDeps, token: ScimToken, id: string): Promise<PersonWithRoles> {
  return read(deps, deps.db, token, id);
}

/**
 * Adds a joiner: an account in use, without a way in of ours. It is signed in to by the organisation's own provider or directory,
 * unless an administrator invites its person. Whoever left and is back begins anew, under the same number [F17].
 * @throws EstateError `account.email_taken`, `account.unknown_delegation`
 */
export async function addUser(deps: ScimDeps, token: ScimToken, wish: ScimWish): Promise<PersonWithRoles> {
  const { delegationId } = token;
  return deps.transact(async (trx) => {
    const at = deps.now();
    const leaver = await findLeaver(trx, delegationId, wish.email);
    const accountId = leaver ?? deps.newId();
    const { email, displayName, language } = wish;
    if (leaver === undefined) {
      const account = { id: accountId, email, displayName, language, delegationId, createdAt: at, roles: [] };
      await addReadyAccount(trx, account, { isVouchedFor: true, endsAt: yearAfter(at), reason: REASON });
    } else {
      await changeAccountTold(trx, accountId, { ...wish, at });
      if (wish.isActive) await reopenAccount(trx, accountId, at);
    }
    // Judges whether the delegation still is one.
    await addGrants(trx, { accountId, roles: [], actor: actorOf(token), reason: REASON, endsAt: yearAfter(at), at });
    if (!wish.isActive && leaver === undefined) await closeAccount(trx, accountId, at);
    await requireFreeName(trx, token, { accountId, userName: wish.userName });
    const suspendedAt = wish.isActive ? null : at;
    await putScimPerson(trx, { accountId, delegationId, wish, suspendedAt, leftAt: null, at });
    return read(deps, trx, token, accountId);
  });
}

/**
 * Changes a person as a directory tells: all of it or nothing, and only what has not changed since it was read. Taken out of use,
 * all its sessions end.
 * @throws EstateError `request.not_found`, `scim.changed`, `account.beyond_reach`, `account.wrong_state`, `account.email_taken`
 */
export async function changeUser(
  deps: ScimDeps,
  token: ScimToken,
  asked: {
    readonly id: string;
    readonly ifMatch: string | undefined;
    readonly wish: (before: ScimPerson) => ScimWish;
  },
): Promise<PersonWithRoles> {
  const { id } = asked;
  const { delegationId } = token;
  return changeSessions(deps, async (trx, touched) => {
    const at = deps.now();
    await holdAccountRow(trx, id);
    const before = await read(deps, trx, token, id);
    requireVersion(asked.ifMatch, versionOfUser(before));
    const wish = asked.wish(before);
    if (versionOfUser(wish) === versionOfUser(before)) return before;
    await requirePower(trx, deps, { accountId: id, actor: actorOf(token) }, at);
    await requireFreeName(trx, token, { accountId: id, userName: wish.userName });
    await changeAccountTold(trx, id, { ...wish, at });
    if (wish.isActive && !before.isActive) {
      if (!before.isSuspended)
        throw new EstateError('account.wrong_state', 'an administrator took this account out of use, and takes it up again');
      await reopenAccount(trx, id, at);
    }
    const isLeaving = before.isActive && !wish.isActive;
    if (isLeaving) {
      await keepAnAdministrator(trx, id, at);
      await closeAccount(trx, id, at);
      touched(await endSessionsOf(trx, { accountId: id }, { by: 'administrator', at }));
    } else touched(await listSessionsToTell(trx, id));
    const suspendedAt = wish.isActive || !(isLeaving || before.isSuspended) ? null : at;
    await putScimPerson(trx, { accountId: id, delegationId, wish, suspendedAt, leftAt: null, at });
    return read(deps, trx, token, id);
  });
}

/**
 * A leaver: the account is out of use, its sessions, roles, tokens and ways in end with it, and the directory knows it no more.
 * Its row and the history of its roles stay as evidence [F17].
 * @throws EstateError `request.not_found`, `scim.changed`, `account.beyond_reach`, `account.last_administrator`
 */
export async function removeUser(
  deps: ScimDeps,
  token: ScimToken,
  asked: { readonly id: string; readonly ifMatch: string | undefined },
): Promise<void> {
  const { id: accountId } = asked;
  const actor = actorOf(token);
  await changeSessions(deps, async (trx, touched) => {
    const at = deps.now();
    await holdAccountRow(trx, accountId);
    const person = await read(deps, trx, token, accountId);
    requireVersion(asked.ifMatch, versionOfUser(person));
    await requirePower(trx, deps, { accountId, actor }, at);
    await keepAnAdministrator(trx, accountId, at);
    await endGrantsOf(trx, { accountId, by: actor.accountId, at, reason: REASON });
    await deleteWaysIn(trx, accountId);
    await dropPassword(trx, accountId);
    await closeAccount(trx, accountId, at);
    touched(await endSessionsOf(trx, { accountId }, { by: 'administrator', at }));
    const { delegationId } = token;
    await putScimPerson(trx, { accountId, delegationId, wish: person, suspendedAt: at, leftAt: at, at });
  });
}

/** The roles that a delegation holds, but those over accounts: no directory gives these. */
export async function listGroupRoles(deps: ScimDeps, token: ScimToken): Promise<OfferedRole[]> {
  const delegation = await findDelegationById(deps.db, token.delegationId);
  const holds = delegation?.holds ?? [];
  return deps.offered.filter((role) => role.compartment !== 'identity' && isHeld(holds, role));
}

export function groupIdOf(role: OfferedRole): string {
  return `${role.compartment}.${role.role}`;
}

/** @throws EstateError `request.not_found` */
export async function getGroup(deps: ScimDeps, token: ScimToken, id: string): Promise<ScimGroup> {
  const role = (await listGroupRoles(deps, token)).find((one) => groupIdOf(one) === id);
  if (!role)
    throw new EstateError('request.not_found', 'there is no Group with this id: groups are roles that the delegation holds');
  return readGroup(deps, deps.db, token, role);
}

/**
 * Makes exactly these people of the delegation hold a role: for a year, within what the delegation holds at that moment; what
 * only the Secretariat gives is asked of it [F18].
 * @throws EstateError `request.not_found`, `scim.changed`, `scim.invalid_value`, `grant.not_held`
 */
export async function changeMembers(
  deps: ScimDeps,
  token: ScimToken,
  asked: {
    readonly id: string;
    readonly ifMatch: string | undefined;
    readonly members: (group: ScimGroup) => ReadonlySet<string>;
  },
): Promise<ScimGroup> {
  const { role } = await getGroup(deps, token, asked.id);
  return changeSessions(deps, async (trx, touched) => {
    await holdGroup(trx, token.delegationId, asked.id);
    const group = await readGroup(deps, trx, token, role);
    requireVersion(asked.ifMatch, versionOfGroup(group));
    const wanted = asked.members(group);
    const had = new Set(group.members.map(({ id }) => id));
    const ids = [...new Set([...had, ...wanted])].filter((id) => had.has(id) !== wanted.has(id)).toSorted();
    for (const accountId of ids) {
      await holdAccountRow(trx, accountId);
      if (wanted.has(accountId)) await give(deps, trx, token, { accountId, role });
      else await take(deps, trx, token, { accountId, role });
      touched(await listSessionsToTell(trx, accountId));
    }
    return readGroup(deps, trx, token, role);
  });
}

type Change = { readonly accountId: string; readonly role: OfferedRole };

async function give(deps: ScimDeps, trx: Transaction<Schema>, token: ScimToken, { accountId, role }: Change): Promise<void> {
  const at = deps.now();
  if (!(await findPerson(trx, token.delegationId, accountId))) throw invalidValue('members: no User of yours has this id');
  // Held, or asked for and not decided yet: once is enough.
  if ((await listGrantsOf(trx, accountId, at)).some((grant) => isSame(grant, role))) return;
  await addGrants(trx, { accountId, roles: [role], actor: actorOf(token), reason: REASON, endsAt: yearAfter(at), at });
}

async function take(deps: ScimDeps, trx: Transaction<Schema>, token: ScimToken, { accountId, role }: Change): Promise<void> {
  const by = actorOf(token).accountId;
  await endGrantsOf(trx, { accountId, by, at: deps.now(), reason: REASON, unless: (one) => !isSame(one, role) });
}

export function versionOfGroup(group: ScimGroup): string {
  return versionOf([group.id, group.members.map(({ id }) => id)]);
}

async function readGroup(deps: ScimDeps, db: Kysely<Schema>, token: ScimToken, role: OfferedRole): Promise<ScimGroup> {
  const members = await listMembers(db, token.delegationId, { role, now: deps.now() });
  return { id: groupIdOf(role), role, displayName: writeRole(role), members };
}

async function read(deps: ScimDeps, db: Kysely<Schema>, token: ScimToken, id: string): Promise<PersonWithRoles> {
  const found = await findPerson(db, token.delegationId, id);
  const [person] = found ? await withRoles(deps, db, [found]) : [];
  if (person) return person;
  throw new EstateError('request.not_found', 'there is no User with this id');
}

async function withRoles(deps: ScimDeps, db: Kysely<Schema>, people: readonly ScimPerson[]): Promise<PersonWithRoles[]> {
  const held = await listRolesOf(
    db,
    people.map(({ id }) => id),
    deps.now(),
  );
  const given = deps.offered.filter((role) => role.compartment !== 'identity');
  return people.map((person) => ({
    ...person,
    groups: given.filter((role) => held.get(person.id)?.some((one) => isSame(one, role))),
  }));
}

// An account that the directory has not told of yet is known by its address.
async function requireFreeName(
  trx: Transaction<Schema>,
  token: ScimToken,
  given: { readonly accountId: string; readonly userName: string },
): Promise<void> {
  const terms = [{ attribute: 'username', value: given.userName } as const];
  const { people } = await listPeople(trx, token.delegationId, { terms, page: { startIndex: 1, count: 2 } });
  if (people.some(({ id }) => id !== given.accountId))
    throw new EstateError('account.email_taken', 'another User has this userName');
}
