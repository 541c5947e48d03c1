import { EstateError } from '@bulkhead/kernel';
import { type CompartmentContext, wantsJson } from '@bulkhead/web';
import { websiteWords } from '#words/words.ts';
import type { Named, Proving, Standing } from './acting.actions.ts';
import { filePage } from './file.views.ts';
import { readArticle } from './reading.actions.ts';
import { refusalOf } from './refusal.rules.ts';
import { answerPage, namedIn, provingOf, type RouteDeps, visitOf } from './visit.actions.ts';
import { linkTo, type Visit, versionPath } from './visit.rules.ts';

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
  const visit = visitOf(c, deps);
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
  const visit = visitOf(c, deps);
  const text = websiteWords(visit.language)[refusal.word];
  if (wantsJson(c.req.header('accept'))) return c.json({ code: error.code, message: text }, refusal.status);
  const file = await readArticle({ db: deps.database.read }, articleId);
  return answerPage(c, filePage(visit, file, { tone: 'bad', text }), refusal.status);
}
