import { EstateError } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import { type CompartmentContext, type Html, isLanguage, requirePerson, transactFor } from '@bulkhead/web';
import type { Schema } from '#schema.ts';
import type { Named, Proving } from './acting.actions.ts';
import type { Newsroom, Visit } from './visit.rules.ts';

export type RouteDeps = { readonly database: Database<Schema>; readonly now: () => Date; readonly newsroom: Newsroom };

/** Who looks at which page, in which language. */
export function visitOf(c: CompartmentContext, { newsroom, now }: Pick<RouteDeps, 'newsroom' | 'now'>): Visit {
  const { accountId, displayName, roles } = requirePerson(c);
  return {
    newsroom,
    language: c.var.language,
    hasChosen: isLanguage(c.req.query('lang')),
    path: c.req.path,
    now: now(),
    person: { accountId, name: displayName, roles },
  };
}

/** What an action needs of a request: its one transaction, its person and its token. */
export function provingOf(c: CompartmentContext, deps: RouteDeps): Proving {
  const { accountId, displayName } = requirePerson(c);
  const person = { accountId, name: displayName };
  return { transact: transactFor(c, deps.database), now: deps.now, person, token: c.var.token };
}

/** @throws EstateError `request.not_found` for what is no number */
export function numberIn(c: CompartmentContext, name: 'id' | 'number'): number {
  const text = c.req.param(name) ?? '';
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new EstateError('request.not_found', `reading a path: ${name} is no number`);
}

export function namedIn(c: CompartmentContext): Named {
  return { articleId: numberIn(c, 'id'), number: numberIn(c, 'number') };
}

/** The digest that ends the path of a decision. */
export function digestIn(c: CompartmentContext): string {
  const digest = c.req.param('digest') ?? '';
  if (/^[0-9a-f]{64}$/.test(digest)) return digest;
  throw new EstateError('request.not_found', 'reading a path: it does not end in a digest');
}

export function answerPage(c: CompartmentContext, made: Html, status: 200 | 403 | 409 | 422 = 200): Response {
  c.header('content-language', c.var.language);
  return c.html(made.toString(), status);
}
