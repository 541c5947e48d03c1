import { hasCode } from '@bulkhead/kernel';
import type { Kysely, Transaction } from 'kysely';
import { addReadyAccount, findAccountById, findAccountIdByEmail } from '#account/account.actions.ts';
import type { Account } from '#account/account.rules.ts';
import { findDelegationById } from '#delegation/delegation.actions.ts';
import { addGrants, endGrant, listGrantsOf } from '#grant/grant.actions.ts';
import { yearAfter } from '#grant/grant.rules.ts';
import { findRole, isHeld, type OfferedRole, writeRole } from '#role/role.rules.ts';
import type { Schema } from '#schema.ts';
import type { SignInMethod } from '#session/session.rules.ts';
import { type StartDeps, startSession } from '#session/start.actions.ts';
import type { Visitor } from '#session/visitor.rules.ts';
import type { ExternalPerson } from './federation.rules.ts';

/** Who says who somebody is: an organisation's provider or directory, for the people of one delegation. */
export type Voucher = {
  readonly delegationId: string;
  readonly addsAccounts: boolean;
  readonly method: SignInMethod;
  /** Who gives the roles, and why, in the history of roles. */
  readonly by: string;
  readonly reason: string;
  readonly findLinked: (db: Kysely<Schema>, subject: string) => Promise<string | undefined>;
  /** Whether an account is linked, to whomever: then it is opened for no other subject, whose address may be a leaver's given anew. */
  readonly isLinked: (db: Kysely<Schema>, accountId: string) => Promise<boolean>;
  /** Links a subject, or notes its use; tells whether the account is the one that is linked. */
  readonly useLink: (
    trx: Transaction<Schema>,
    link: { readonly subject: string; readonly accountId: string; readonly at: Date },
  ) => Promise<boolean>;
};

export type Entry = { readonly kind: 'signed in'; readonly sessionId: string } | { readonly kind: 'nobody' };

/** Signs a person in whom somebody vouched for: the account it is linked to, one it may be linked to, or a new one. */
export async function enterAsVouched(
  deps: StartDeps & { readonly offered: readonly OfferedRole[]; readonly newId: () => string },
  voucher: Voucher,
  given: { readonly person: ExternalPerson; readonly visitor: Visitor },
): Promise<Entry> {
  const { person, visitor } = given;
  const found = await findAccountFor(deps, voucher, person);
  if (found === 'nobody') return { kind: 'nobody' };
  if (found) await endRolesGone(deps, voucher, { accountId: found.id, person });
  const account = found ?? { id: deps.newId(), email: person.email ?? '', displayName: person.name, language: person.language };
  const roles = await rolesToGive(deps, voucher, { accountId: account.id, person });
  const sessionId = await startSession(deps, {
    account: { ...account, roles },
    method: voucher.method,
    visitor,
    prove: async (trx) => {
      const at = deps.now();
      if (!found) await addAccount(trx, voucher, { person, id: account.id, at });
      const actor = { accountId: voucher.by, reach: { delegationId: voucher.delegationId } };
      if (roles.length > 0)
        await addGrants(trx, { accountId: account.id, roles, actor, reason: voucher.reason, endsAt: yearAfter(at), at });
      return voucher.useLink(trx, { subject: person.subject, accountId: account.id, at });
    },
  }).catch((error: unknown) => {
    // Two first sign-ins at once: one added the account, the other begins again.
    if (hasCode(error, 'account.email_taken')) return null;
    throw error;
  });
  return sessionId === null ? { kind: 'nobody' } : { kind: 'signed in', sessionId };
}

/**
 * Whom somebody may sign in: only accounts of their own delegation [F11]. An account from before is linked by its address only if
 * that is vouched for, its domain is allowed, the account rules over no others, and it is nobody else's already.
 */
async function findAccountFor(deps: StartDeps, voucher: Voucher, person: ExternalPerson): Promise<Account | null | 'nobody'> {
  const linked = await voucher.findLinked(deps.db, person.subject);
  const known = linked ?? (person.email === null ? undefined : await findAccountIdByEmail(deps.db, person.email));
  if (known === undefined) return voucher.addsAccounts && person.email !== null ? null : 'nobody';
  const account = await findAccountById(deps.db, known, deps.now());
  if (!account || account.status !== 'active' || account.delegationId !== voucher.delegationId) return 'nobody';
  if (linked !== undefined) return account;
  if (account.roles.some((role) => role.compartment === 'identity')) return 'nobody';
  return (await voucher.isLinked(deps.db, account.id)) ? 'nobody' : account;
}

async function addAccount(
  trx: Transaction<Schema>,
  voucher: Voucher,
  given: { readonly person: ExternalPerson; readonly id: string; readonly at: Date },
): Promise<void> {
  const { person, id, at } = given;
  const { delegationId, reason } = voucher;
  const account = { id, email: person.email ?? '', displayName: person.name, language: person.language, createdAt: at };
  await addReadyAccount(trx, { ...account, delegationId, roles: [] }, { isVouchedFor: true, endsAt: yearAfter(at), reason });
}

/** What their word adds: mapped, held by the delegation, and not had already. */
async function rolesToGive(
  deps: StartDeps & { readonly offered: readonly OfferedRole[] },
  voucher: Voucher,
  given: { readonly accountId: string; readonly person: ExternalPerson },
): Promise<OfferedRole[]> {
  const delegation = await findDelegationById(deps.db, voucher.delegationId);
  if (delegation?.status !== 'active') return [];
  const had = new Set((await listGrantsOf(deps.db, given.accountId, deps.now())).map(writeRole));
  return given.person.roles.flatMap((written) => {
    const role = findRole(written, deps.offered);
    return role && role.compartment !== 'identity' && isHeld(delegation.holds, role) && !had.has(written) ? [role] : [];
  });
}

/** What they gave once and do not say any more ends; what people gave stays. */
async function endRolesGone(
  deps: StartDeps,
  voucher: Voucher,
  given: { readonly accountId: string; readonly person: ExternalPerson },
): Promise<void> {
  const { by } = voucher;
  const grants = await listGrantsOf(deps.db, given.accountId, deps.now());
  for (const grant of grants.filter((one) => one.grantedBy === by && !given.person.roles.includes(writeRole(one)))) {
    const actor = { accountId: by, reach: { delegationId: voucher.delegationId } };
    const role = { compartment: grant.compartment, role: grant.role };
    await endGrant(deps, { accountId: given.accountId, role, actor, reason: voucher.reason });
  }
}
