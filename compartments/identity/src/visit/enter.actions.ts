import { EstateError, type Now } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import { type CompartmentContext, isLanguage, type Person, requirePerson } from '@bulkhead/web';
import { type Actor, isAdministrator, isDelegationAdministrator, reachOf } from '#role/role.rules.ts';
import type { Schema } from '#schema.ts';
import { makeShell, type Shell, type Site } from '#site/shell.rules.ts';
import type { Visitor } from './visit.rules.ts';
import { findVisitor } from './visit.store.ts';

export type EnterDeps = { readonly site: Site; readonly database: Database<Schema>; readonly now: Now };
export type Entered = { readonly person: Person; readonly account: Visitor; readonly shell: Shell };

/**
 * Finds whoever asks, and makes their pages speak their account's language unless the address asks for another.
 * @throws EstateError `request.unauthenticated`
 */
export async function enterAs(c: CompartmentContext, deps: EnterDeps, at: string): Promise<Entered> {
  const person = requirePerson(c);
  const account = await findVisitor(deps.database.read, person.accountId, deps.now());
  if (!account) throw new EstateError('request.unauthenticated', 'finding whoever asks: the account is in use no more');
  const query = c.req.query('lang');
  if (!isLanguage(query)) c.set('language', account.language);
  const shown = {
    name: account.displayName,
    isAdministrator: isAdministrator(account),
    isDelegationAdministrator: isDelegationAdministrator(account),
  };
  const shell = makeShell({ site: deps.site, query, language: account.language, at, person: shown });
  return { person, account, shell };
}

/**
 * As enterAs, for whoever administers accounts. What they reach is what their roles say now, whatever the gateway remembers.
 * @throws EstateError `request.forbidden` too
 */
export async function enterAsAdministrator(
  c: CompartmentContext,
  deps: EnterDeps,
  at: string,
): Promise<Entered & { readonly actor: Actor }> {
  const entered = await enterAs(c, deps, at);
  const reach = reachOf(entered.account);
  if (reach) return { ...entered, actor: { accountId: entered.account.id, reach } };
  throw new EstateError('request.forbidden', 'administering accounts: whoever asks administers none');
}
