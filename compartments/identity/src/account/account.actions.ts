import { EstateError } from '@bulkhead/kernel';
import type { Transact } from '@bulkhead/web';
import type { Kysely, Transaction } from 'kysely';
import type { Schema } from '#schema.ts';
import { changeSessions, endSessionsOf, listSessionsToTell, type SessionChange } from '#session/session.actions.ts';
import { type Account, type Credentials, isAdministrator, type Role, writeRole } from './account.rules.ts';
import {
  deleteGrants,
  findAccount,
  findCredentials,
  findCredentialsByEmail,
  getAccount,
  hasAnyAccount,
  hasOtherAdministrator,
  holdAdministrators,
  insertAccount,
  insertGrants,
  listAccounts,
  moveAccount,
  replacePassword,
  useTotpStep,
} from './account.store.ts';
import { type Invitation, type InvitationDeps, invite } from './set-up.actions.ts';

export type NewAccount = Pick<Account, 'email' | 'displayName' | 'language'> & { readonly roles: readonly Role[] };
type ById = { readonly accountId: string; readonly by: string };

/**
 * Adds an account with its roles, and an invitation whose secret is told this once.
 * @throws EstateError `account.email_taken`
 */
export async function createAccount(
  deps: InvitationDeps & { readonly transact: Transact<Transaction<Schema>>; readonly newId: () => string },
  asked: NewAccount & { readonly by: string },
): Promise<Invitation> {
  const at = deps.now();
  const id = deps.newId();
  return deps.transact(async (trx) => {
    await insertAccount(trx, { ...asked, id, createdAt: at });
    await insertGrants(trx, id, asked.roles, { by: asked.by, at });
    return invite(trx, deps, { accountId: id, by: asked.by });
  });
}

/**
 * Takes an account out of use: its sessions end with it.
 * @throws EstateError `account.last_administrator`, `account.wrong_state`, `request.not_found`
 */
export async function disableAccount(deps: SessionChange, { accountId }: ById): Promise<void> {
  await changeSessions(deps, async (trx, touched) => {
    const account = await getAccount(trx, accountId);
    if (account.status === 'disabled') throw wrongState('disabling an account: it is disabled already');
    await keepAnAdministrator(trx, account);
    await moveAccount(trx, accountId, { status: 'disabled', at: deps.now() });
    touched(await endSessionsOf(trx, { accountId }, { by: 'administrator', at: deps.now() }));
  });
}

/**
 * Invites the holder of an account anew, after a lost telephone or a forgotten password, or brings back a disabled one:
 * the old password and authenticator are worth nothing from now on.
 * @throws EstateError `account.last_administrator`, `request.not_found`
 */
export async function reinvite(deps: SessionChange & InvitationDeps, { accountId, by }: ById): Promise<Invitation> {
  return changeSessions(deps, async (trx, touched) => {
    const account = await getAccount(trx, accountId);
    await keepAnAdministrator(trx, account);
    await moveAccount(trx, accountId, { status: 'invited', at: deps.now() });
    touched(await endSessionsOf(trx, { accountId }, { by: 'administrator', at: deps.now() }));
    return invite(trx, deps, { accountId, by });
  });
}

/**
 * Gives an account exactly these roles.
 * @throws EstateError `account.last_administrator`, `request.not_found`
 */
export async function replaceRoles(deps: SessionChange, asked: ById & { readonly roles: readonly Role[] }): Promise<void> {
  const { accountId, by, roles } = asked;
  await changeSessions(deps, async (trx, touched) => {
    const account = await getAccount(trx, accountId);
    if (!isAdministrator({ roles })) await keepAnAdministrator(trx, account);
    const wanted = new Set(roles.map(writeRole));
    const held = new Set(account.roles.map(writeRole));
    await deleteGrants(
      trx,
      accountId,
      account.roles.filter((role) => !wanted.has(writeRole(role))),
    );
    await insertGrants(
      trx,
      accountId,
      roles.filter((role) => !held.has(writeRole(role))),
      { by, at: deps.now() },
    );
    touched(await listSessionsToTell(trx, accountId));
  });
}

async function keepAnAdministrator(trx: Transaction<Schema>, account: Account): Promise<void> {
  if (!isAdministrator(account) || account.status !== 'active') return;
  await holdAdministrators(trx);
  if (await hasOtherAdministrator(trx, account.id)) return;
  throw new EstateError('account.last_administrator', 'removing an administrator: nobody else would be one');
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

export function getAccountById(db: Kysely<Schema>, accountId: string): Promise<Account> {
  return getAccount(db, accountId);
}

export function findAccountById(db: Kysely<Schema>, accountId: string): Promise<Account | undefined> {
  return findAccount(db, accountId);
}

export function listAllAccounts(db: Kysely<Schema>): Promise<Account[]> {
  return listAccounts(db);
}

export function isAnyAccountThere(db: Kysely<Schema>): Promise<boolean> {
  return hasAnyAccount(db);
}

/** Adds an account that can be used at once: for sample estates. */
export async function addReadyAccount(
  trx: Transaction<Schema>,
  account: Pick<Account, 'id' | 'email' | 'displayName' | 'language' | 'createdAt' | 'roles'>,
  credentials: { readonly passwordHash: string; readonly totpSecret: string },
): Promise<void> {
  await insertAccount(trx, account, credentials);
  await insertGrants(trx, account.id, account.roles, { by: '', at: account.createdAt });
}
