import type { Now } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import { addReadyAccount, isAnyAccountThere } from '#account/account.actions.ts';
import { type OfferedRole, type Role, writeRole } from '#account/account.rules.ts';
import type { Passwords } from '#password/password.actions.ts';
import type { SampleAccount } from '#sample-accounts.ts';
import type { Schema } from '#schema.ts';
import { forgetOldSessions } from '#session/session.actions.ts';

/**
 * What identity does once when it starts, under a token of its own: adds the sample accounts to a sample estate that has none,
 * and drops sessions that ended long ago. Returns how many accounts were added.
 */
export async function prepareAccounts(
  deps: { readonly database: Database<Schema>; readonly passwords: Passwords; readonly newId: () => string; readonly now: Now },
  given: { readonly token: string; readonly accounts: readonly SampleAccount[]; readonly offered: readonly OfferedRole[] },
): Promise<number> {
  const { database, passwords, newId, now } = deps;
  const wanted = (await isAnyAccountThere(database.read)) ? [] : given.accounts;
  const ready = await Promise.all(
    wanted.map(async (account) => ({ account, passwordHash: await passwords.hash(account.password), id: newId() })),
  );
  await database.transact(given.token, async (trx) => {
    await forgetOldSessions(trx, now());
    for (const { account, passwordHash, id } of ready) {
      const { email, displayName, language, totpSecret } = account;
      const roles = rolesOf(account, given.offered);
      await addReadyAccount(trx, { id, email, displayName, language, roles, createdAt: now() }, { passwordHash, totpSecret });
    }
  });
  return ready.length;
}

// An estate may lack a compartment that the table names.
function rolesOf(account: SampleAccount, offered: readonly OfferedRole[]): Role[] {
  const known = new Set(offered.map(writeRole));
  return Object.entries(account.roles)
    .flatMap(([compartment, roles]) => roles.map((role) => ({ compartment, role })))
    .filter((role) => known.has(writeRole(role)));
}
