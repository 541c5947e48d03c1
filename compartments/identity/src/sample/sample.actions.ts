import type { Now } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import { addReadyAccount, isAnyAccountThere } from '#account/account.actions.ts';
import { addMissingDelegations } from '#delegation/delegation.actions.ts';
import { listStates, type NewDelegation, SECRETARIAT, usualHolds } from '#delegation/delegation.rules.ts';
import { forgetOldEvents } from '#event/event.actions.ts';
import type { Passwords } from '#password/password.actions.ts';
import { type OfferedRole, type Role, writeRole } from '#role/role.rules.ts';
import type { SampleAccount } from '#sample-accounts.ts';
import { SAMPLE_DELEGATIONS, SAMPLE_PEOPLE } from '#sample-delegations.ts';
import type { Schema } from '#schema.ts';
import { forgetOldSessions } from '#session/session.actions.ts';

const YEAR_MS = 365 * 86_400_000;
const SAMPLE_TERMS = { reason: 'An account of the sample estate.' };

/**
 * What identity does once when it starts, under a token of its own: adds the States that are not there, and to a sample estate
 * its delegations and, if it has none, its accounts; and drops sessions that ended long ago. Returns how many accounts were added.
 */
export async function prepareAccounts(
  deps: { readonly database: Database<Schema>; readonly passwords: Passwords; readonly newId: () => string; readonly now: Now },
  given: {
    readonly token: string;
    readonly isSample: boolean;
    readonly accounts: readonly SampleAccount[];
    readonly offered: readonly OfferedRole[];
  },
): Promise<number> {
  const { database, passwords, newId, now } = deps;
  const isFirst = given.isSample && !(await isAnyAccountThere(database.read));
  const ready = await Promise.all(
    (isFirst ? given.accounts : []).map(async (account) => ({
      account,
      passwordHash: await passwords.hash(account.password),
      id: newId(),
    })),
  );
  await database.transact(given.token, async (trx) => {
    const at = now();
    const endsAt = new Date(at.getTime() + YEAR_MS);
    await forgetOldSessions(trx, at);
    await forgetOldEvents(trx, at);
    const sampled = given.isSample ? describeDelegations(given.offered) : [];
    const delegations = [...listStates(), ...sampled];
    await addMissingDelegations(trx, delegations, at);
    const idOf = (code: string) => delegations.find((one) => one.code === code)?.id ?? SECRETARIAT;
    for (const { account, passwordHash, id } of ready) {
      const { email, displayName, language, totpSecret } = account;
      const roles = rolesOf(account, given.offered);
      const placed = { id, email, displayName, language, roles, delegationId: idOf(account.delegation), createdAt: at };
      await addReadyAccount(trx, placed, { ...SAMPLE_TERMS, credentials: { passwordHash, totpSecret }, endsAt });
    }
    for (const [number, [name, code, language]] of (isFirst ? SAMPLE_PEOPLE : []).entries()) {
      const email = `person-${number + 1}@sample.invalid`;
      const placed = {
        id: newId(),
        email,
        displayName: `${name} (sample)`,
        language,
        roles: [],
        delegationId: idOf(code),
        createdAt: at,
      };
      await addReadyAccount(trx, placed, { ...SAMPLE_TERMS, endsAt });
    }
  });
  return ready.length;
}

// Units of the Secretariat hold what compartments offer, but none may administer everybody.
function describeDelegations(offered: readonly OfferedRole[]): NewDelegation[] {
  const ofServices = offered.filter((role) => role.compartment !== 'identity').map(writeRole);
  return SAMPLE_DELEGATIONS.map((one) => ({
    ...one,
    holds: one.kind === 'secretariat' ? [...usualHolds(one.kind), ...ofServices] : usualHolds(one.kind),
    isSample: true,
  }));
}

// An estate may lack a compartment that the table names.
function rolesOf(account: SampleAccount, offered: readonly OfferedRole[]): Role[] {
  const known = new Set(offered.map(writeRole));
  return Object.entries(account.roles)
    .flatMap(([compartment, roles]) => roles.map((role) => ({ compartment, role })))
    .filter((role) => known.has(writeRole(role)));
}
