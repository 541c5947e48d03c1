import type { Database } from '@bulkhead/postgres';
import { type CompartmentContext, isLanguage, type Person, requirePerson } from '@bulkhead/web';
import type { Schema } from '#schema.ts';
import { makeShell, type Shell, type Site } from '#site/shell.rules.ts';
import { type Account, isAdministrator } from './account.rules.ts';
import { getAccount } from './account.store.ts';

/**
 * Finds whoever asks, and makes their pages speak their account's language unless the address asks for another.
 * @throws EstateError `request.unauthenticated`, `request.not_found`
 */
export async function enterAs(
  c: CompartmentContext,
  deps: { readonly site: Site; readonly database: Database<Schema> },
  at: string,
): Promise<{ readonly person: Person; readonly account: Account; readonly shell: Shell }> {
  const person = requirePerson(c);
  const account = await getAccount(deps.database.read, person.accountId);
  const query = c.req.query('lang');
  if (!isLanguage(query)) c.set('language', account.language);
  const shown = { name: account.displayName, isAdministrator: isAdministrator(account) };
  const shell = makeShell({ site: deps.site, query, language: account.language, at, person: shown });
  return { person, account, shell };
}
