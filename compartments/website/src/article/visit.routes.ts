import { EstateError } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import { type CompartmentContext, type Html, isLanguage, requirePerson, transactFor, wantsJson } from '@bulkhead/web';
import type { Schema } from '#schema.ts';
import { websiteWords } from '#words/words.ts';
import type { Named, Proving, Standing } from './acting.actions.ts';
import { filePage } from './file.views.ts';
import { readArticle } from './reading.actions.ts';
import { refusalOf } from './refusal.rules.ts';
import { linkTo, type Newsroom, type Visit, versionPath } from './visit.rules.ts';

export type RouteDeps = { readonly database: Database<Schema>; readonly now: () => Date; readonly newsroom: Newsroom };

/** Who looks at which page, in which language. */
export function visitOf(c: CompartmentContext, newsroom: Newsroom): Visit {
  const { accountId, displayName, roles } = requirePerson(c);
  return {
    newsroom,
    language: c.var.language,
    hasChosen: isLanguage(c.req.query('lang')),
    path: c.req.path,
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

/** Sends a person on to where the version stands; tells a program its id, number and digest. */
export function answerStanding(c: CompartmentContext, visit: Visit, standing: Standing, status: 200 | 201 = 200): Response {
  const path = versionPath(standing.articleId, standing.number);
  if (!wantsJson(c.req.header('accept'))) return c.redirect(linkTo(visit, path), 303);
  c.header('location', path);
  return c.json({ id: standing.articleId, number: standing.number, digest: standing.digest }, status);
}

/** Runs a decision; if it is refused, shows how the article stands now and why nothing was changed. */
export async function decide(
  c: CompartmentContext,
  deps: RouteDeps,
  run: (proving: Proving, named: Named) => Promise<Standing>,
): Promise<Response> {
  const visit = visitOf(c, deps.newsroom);
  const named = namedIn(c);
  try {
    return answerStanding(c, visit, await run(provingOf(c, deps), named));
  } catch (error) {
    return tellRefusal(c, deps, { error, articleId: named.articleId });
  }
}

export async function tellRefusal(
  c: CompartmentContext,
  deps: RouteDeps,
  { error, articleId }: { readonly error: unknown; readonly articleId: number },
): Promise<Response> {
  const refusal = error instanceof EstateError ? refusalOf(error.code) : undefined;
  if (!(error instanceof EstateError) || !refusal) throw error;
  const visit = visitOf(c, deps.newsroom);
  const text = websiteWords(visit.language)[refusal.word];
  if (wantsJson(c.req.header('accept'))) return c.json({ code: error.code, message: text }, refusal.status);
  const file = await readArticle({ db: deps.database.read }, articleId);
  return answerPage(c, filePage(visit, file, { tone: 'bad', text }), refusal.status);
}
