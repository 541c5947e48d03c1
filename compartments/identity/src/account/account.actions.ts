import { EstateError } from '@bulkhead/kernel';
import type { Transact } from '@bulkhead/web';
import type { Kysely, Transaction } from 'kysely';
import { addGrants, addOwnGrants, endGrantsOf, holdsApproved, keepAnAdministrator } from '#grant/grant.actions.ts';
import { type Actor, isHeld, isInReach, type OfferedRole, type Role } from '#role/role.rules.ts';
import type { Schema } from '#schema.ts';
import { changeSessions, endSessionsOf, listSessionsToTell, type SessionChange } from '#session/session.actions.ts';
import type { Account, AccountFilter, AccountLine, Credentials } from './account.rules.ts';
import {
  findAccount,
  findAccountByEmail,
  findCredentials,
  findCredentialsByEmail,
  getAccount,
  hasAnyAccount,
  holdAccount,
  insertAccount,
  listAccounts,
  moveAccount,
  PAGE_SIZE,
  replacePassword,
  updateAccount,
  useTotpStep,
} from './account.store.ts';
import { type Invitation, type InvitationDeps, invite } from './set-up.actions.ts';

export type NewAccount = Pick<Account, 'email' | 'displayName' | 'language' | 'delegationId'> & {
  readonly roles: readonly OfferedRole[];
  /** Until when the roles are held, and why. */
  readonly endsAt: Date;
  readonly reason: string;
};
type ById = { readonly accountId: string; readonly actor: Actor };
type Reaching = { readonly offered: readonly OfferedRole[] };

/**
 * Adds an account with its roles, and an invitation whose secret is told this once.
 * @throws EstateError `account.email_taken`, `grant.not_held`, `request.not_found`
 */
export async function createAccount(
  deps: InvitationDeps & { readonly transact: Transact<Transaction<Schema>>; readonly newId: () => string },
  asked: NewAccount & { readonly actor: Actor },
): Promise<Invitation> {
  const at = deps.now();
  const id = deps.newId();
  const { actor, roles, endsAt, reason } = asked;
  return deps.transact(async (trx) => {
    if (!isInReach(actor.reach, asked.delegationId)) throw beyondReach('it belongs to another delegation');
    await insertAccount(trx, { ...asked, id, createdAt: at });
    // Also without roles: this judges whether the delegation still is one.
    await addGrants(trx, { accountId: id, roles, endsAt, reason, actor, at });
    return invite(trx, deps, { accountId: id, by: actor.accountId });
  });
}

/**
 * Changes an account's name, language and, as the Secretariat, its delegation: roles that the new one does not hold end.
 * @throws EstateError `request.not_found`, `account.beyond_reach`, `account.last_administrator`
 */
export async function changeAccount(
  deps: SessionChange,
  asked: ById &
    Pick<Account, 'displayName' | 'language' | 'delegationId'> & { readonly holds: readonly string[]; readonly reason: string },
): Promise<void> {
  const { accountId, actor } = asked;
  await changeSessions(deps, async (trx, touched) => {
    const at = deps.now();
    await holdAccount(trx, accountId);
    const account = await getInReach(trx, asked, at);
    if (asked.delegationId !== account.delegationId) {
      if (actor.reach !== 'all') throw beyondReach('it would belong to another delegation');
      if (account.roles.some((role) => !isHeld(asked.holds, role))) await keepAnAdministrator(trx, accountId, at);
      const unless = (role: Role) => isHeld(asked.holds, role);
      await endGrantsOf(trx, { accountId, by: actor.accountId, at, reason: asked.reason, unless });
    }
    await updateAccount(trx, accountId, { ...asked, at });
    touched(await listSessionsToTell(trx, accountId));
  });
}

/**
 * Takes an account out of use: its sessions end with it.
 * @throws EstateError `account.last_administrator`, `account.wrong_state`, `account.beyond_reach`, `request.not_found`
 */
export async function disableAccount(deps: SessionChange & Reaching, asked: ById): Promise<void> {
  const { accountId } = asked;
  await changeSessions(deps, async (trx, touched) => {
    const at = deps.now();
    await holdAccount(trx, accountId);
    const account = await getInReach(trx, asked, at);
    if (account.status !== 'active' && account.status !== 'invited')
      throw wrongState('disabling an account: it is out of use already');
    await requirePower(trx, deps, asked, at);
    await keepAnAdministrator(trx, accountId, at);
    await moveAccount(trx, accountId, { status: 'disabled', at });
    touched(await endSessionsOf(trx, { accountId }, { by: 'administrator', at }));
  });
}

/**
 * Invites the holder of an account anew, after a lost telephone or a forgotten password, or brings back one that is out of use:
 * the old password and authenticator are worth nothing from now on.
 * @throws EstateError `account.last_administrator`, `account.beyond_reach`, `request.not_found`
 */
export async function reinvite(deps: SessionChange & InvitationDeps & Reaching, asked: ById): Promise<Invitation> {
  const { accountId, actor } = asked;
  return changeSessions(deps, async (trx, touched) => {
    const at = deps.now();
    await holdAccount(trx, accountId);
    const account = await getInReach(trx, asked, at);
    if (account.status === 'deleted' && account.eraseAt === null) throw wrongState('inviting anew: its name is gone');
    await requirePower(trx, deps, asked, at);
    if (account.status === 'active') await keepAnAdministrator(trx, accountId, at);
    await moveAccount(trx, accountId, { status: 'invited', at });
    touched(await endSessionsOf(trx, { accountId }, { by: 'administrator', at }));
    return invite(trx, deps, { accountId, by: actor.accountId });
  });
}

/**
 * Invites whoever has an address to a role that the estate itself gives, with a new account or the one there is, within a
 * transaction of the caller, who tells the feed of the sessions that ended.
 * @throws EstateError `account.wrong_state` if the account's delegation or state does not allow it
 */
export async function inviteAs(
  trx: Transaction<Schema>,
  deps: InvitationDeps & { readonly newId: () => string },
  asked: Pick<Account, 'email' | 'displayName' | 'language' | 'delegationId'> & {
    readonly role: Role;
    readonly endsAt: Date;
    readonly reason: string;
  },
): Promise<{ readonly invitation: Invitation; readonly ended: readonly string[] }> {
  const at = deps.now();
  const { role, endsAt, reason } = asked;
  const present = await findAccountByEmail(trx, asked.email);
  const accountId = present?.id ?? deps.newId();
  if (!present) await insertAccount(trx, { ...asked, id: accountId, createdAt: at });
  else if (present.status === 'break-glass') throw wrongState('inviting an administrator: nobody signs in to this account');
  else await moveAccount(trx, accountId, { status: 'invited', at });
  await updateAccount(trx, accountId, { ...asked, at });
  const ended = await endSessionsOf(trx, { accountId }, { by: 'administrator', at });
  await endGrantsOf(trx, { accountId, by: '', at, reason });
  await addOwnGrants(trx, { accountId, roles: [role], endsAt, at, reason });
  return { invitation: await invite(trx, deps, { accountId, by: '' }), ended };
}

/** Adds the account of a broken glass within a transaction of the caller: nobody signs in to it, and it ends by itself. */
export async function addBreakGlassAccount(
  trx: Transaction<Schema>,
  given: {
    readonly id: string;
    readonly delegationId: string;
    readonly role: Role;
    readonly endsAt: Date;
    readonly reason: string;
    readonly at: Date;
  },
): Promise<void> {
  const { id, delegationId, at, role } = given;
  const email = `break-glass-${id}@reserved.invalid`;
  await insertAccount(
    trx,
    { id, email, displayName: 'Break-glass', language: 'en', delegationId, createdAt: at },
    undefined,
    'break-glass',
  );
  await addOwnGrants(trx, { ...given, accountId: id, roles: [role] });
}

/** @throws EstateError `account.beyond_reach`, `request.not_found` */
export async function endSessionsInReach(deps: SessionChange, asked: ById): Promise<void> {
  const { accountId } = asked;
  await changeSessions(deps, async (trx, touched) => {
    const at = deps.now();
    await getInReach(trx, asked, at);
    touched(await endSessionsOf(trx, { accountId }, { by: 'administrator', at }));
  });
}

/**
 * Finds an account that somebody administers.
 * @throws EstateError `request.not_found`, also if it is there and somebody else's
 */
export async function getInReach(db: Kysely<Schema>, { accountId, actor }: ById, now: Date): Promise<Account> {
  const account = await getAccount(db, accountId, now);
  if (isInReach(actor.reach, account.delegationId) && account.status !== 'break-glass') return account;
  throw new EstateError('request.not_found', 'finding an account: another delegation has it');
}

// Whoever can take an account over has all that it may do: a delegation's administrator must not take over the Secretariat's people.
/** @throws EstateError `account.beyond_reach` */
export async function requirePower(db: Kysely<Schema>, deps: Reaching, { accountId, actor }: ById, now: Date): Promise<void> {
  if (actor.reach === 'all' || accountId === actor.accountId) return;
  if (await holdsApproved(db, accountId, { offered: deps.offered, now }))
    throw beyondReach('it holds a role that only the Secretariat gives');
}

/** Holds an account within a transaction of the caller, before its grants. */
export function holdAccountRow(trx: Transaction<Schema>, accountId: string): Promise<void> {
  return holdAccount(trx, accountId);
}

/** Takes an account out of use within a transaction of the caller, who ends its sessions. */
export function closeAccount(trx: Transaction<Schema>, accountId: string, at: Date): Promise<void> {
  return moveAccount(trx, accountId, { status: 'disabled', at });
}

function beyondReach(why: string): EstateError {
  return new EstateError('account.beyond_reach', `changing an account: ${why}`);
}

function wrongState(message: string): EstateError {
  return new EstateError('account.wrong_state', message);
}

/** Changes a password within a transaction of the caller. */
export function changePasswordHash(trx: Transaction<Schema>, accountId: string, hash: string, at: Date): Promise<void> {
  return replacePassword(trx, accountId, hash, at);
}

/** Uses up the time step of a code: true for one, however many try at once [I1]. */
export function useCode(trx: Transaction<Schema>, accountId: string, step: number): Promise<boolean> {
  return useTotpStep(trx, accountId, step);
}

export function findCredentialsFor(db: Kysely<Schema>, email: string): Promise<Credentials | undefined> {
  return findCredentialsByEmail(db, email);
}

export function findOwnCredentials(db: Kysely<Schema>, accountId: string): Promise<Credentials | undefined> {
  return findCredentials(db, accountId);
}

export function getAccountById(db: Kysely<Schema>, accountId: string, now: Date): Promise<Account> {
  return getAccount(db, accountId, now);
}

export function findAccountById(db: Kysely<Schema>, accountId: string, now: Date): Promise<Account | undefined> {
  return findAccount(db, accountId, now);
}

/** The id of the account that has an address, whatever its state. */
export async function findAccountIdByEmail(db: Kysely<Schema>, email: string): Promise<string | undefined> {
  return (await findAccountByEmail(db, email))?.id;
}

export async function findAccounts(
  db: Kysely<Schema>,
  filter: AccountFilter,
  now: Date,
): Promise<{ readonly accounts: readonly AccountLine[]; readonly found: number; readonly hasMore: boolean }> {
  const { accounts, found } = await listAccounts(db, filter, now);
  return { accounts, found, hasMore: found > filter.page * PAGE_SIZE };
}

export function isAnyAccountThere(db: Kysely<Schema>): Promise<boolean> {
  return hasAnyAccount(db);
}

/** Adds an account that can be used at once, or one that only waits to be invited: for sample estates. */
export async function addReadyAccount(
  trx: Transaction<Schema>,
  account: Pick<Account, 'id' | 'email' | 'displayName' | 'language' | 'createdAt' | 'delegationId' | 'roles'>,
  given: {
    readonly credentials?: { readonly passwordHash: string; readonly totpSecret: string };
    /** Somebody else vouches for its holder: it needs no credentials of ours. */
    readonly isVouchedFor?: true;
    readonly endsAt: Date;
    readonly reason: string;
  },
): Promise<void> {
  await insertAccount(trx, account, given.credentials, given.isVouchedFor ? 'active' : undefined);
  await addOwnGrants(trx, { ...given, accountId: account.id, roles: account.roles, at: account.createdAt });
}
