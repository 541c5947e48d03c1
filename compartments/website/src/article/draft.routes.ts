import { EstateError, hasCode } from '@bulkhead/kernel';
import {
  type CompartmentApp,
  type CompartmentContext,
  type FormFaults,
  type FormValues,
  fillIn,
  readForm,
  wantsJson,
} from '@bulkhead/web';
import { websiteWords } from '#words/words.ts';
import type { Version } from './article.rules.ts';
import { compareContents } from './comparison.rules.ts';
import { beginUpdate, changeArticle, createArticle, discardDraft } from './draft.actions.ts';
import { type Draft, draftSchema, MULTILINE, parseDraft, writeDraft } from './draft-form.rules.ts';
import { draftPage, type ShownDraft, tellDraftFault } from './draft-form.views.ts';
import { readVersion } from './reading.actions.ts';
import {
  answerPage,
  answerStanding,
  decide,
  namedIn,
  numberIn,
  provingOf,
  type RouteDeps,
  tellRefusal,
  visitOf,
} from './visit.routes.ts';
import { linkTo, versionPath } from './visit.rules.ts';

const FORM_LIMITS = { multiline: MULTILINE, maxBytes: 1_048_576, maxFields: 40 };

type ReadDraft =
  | { readonly ok: true; readonly draft: Draft; readonly values: FormValues }
  | { readonly ok: false; readonly faults: FormFaults; readonly values: FormValues };

/** Writing: new articles, drafts, updates. */
export function addDraftRoutes(app: CompartmentApp, deps: RouteDeps): void {
  const reading = { db: deps.database.read };

  app.get('/articles/new', (c) => answerPage(c, draftPage(visitOf(c, deps.newsroom), { values: {}, faults: {}, version: null })));

  app.post('/articles', async (c) => {
    const given = readDraft(c);
    if (!given.ok) return answerFaults(c, deps, { ...given, version: null });
    try {
      const standing = await createArticle(provingOf(c, deps), { ...given.draft.content, picture: null });
      return answerStanding(c, visitOf(c, deps.newsroom), standing, 201);
    } catch (error) {
      return answerSlugTaken(c, deps, { error, values: given.values, version: null });
    }
  });

  app.get('/articles/:id/versions/:number/edit', async (c) => {
    const { articleId, number } = namedIn(c);
    const version = await readVersion(reading, articleId, number);
    if (version.state !== 'draft') return c.redirect(linkTo(visitOf(c, deps.newsroom), versionPath(articleId, number)), 303);
    const values = writeDraft(version.content, version.revision);
    return answerPage(c, draftPage(visitOf(c, deps.newsroom), { values, faults: {}, version }));
  });

  app.post('/articles/:id/versions/:number', async (c) => {
    const named = namedIn(c);
    const given = readDraft(c);
    const version = await readVersion(reading, named.articleId, named.number);
    if (!given.ok) return answerFaults(c, deps, { ...given, version });
    try {
      return answerStanding(c, visitOf(c, deps.newsroom), await changeArticle(provingOf(c, deps), named, given.draft));
    } catch (error) {
      if (hasCode(error, 'article.changed_meanwhile')) return answerChanged(c, deps, given);
      if (!hasCode(error, 'article.slug_taken')) return tellRefusal(c, deps, { error, articleId: named.articleId });
      return answerSlugTaken(c, deps, { error, values: given.values, version });
    }
  });

  app.post('/articles/:id/versions', async (c) => {
    const articleId = numberIn(c, 'id');
    try {
      return answerStanding(c, visitOf(c, deps.newsroom), await beginUpdate(provingOf(c, deps), articleId), 201);
    } catch (error) {
      return tellRefusal(c, deps, { error, articleId });
    }
  });

  app.post('/articles/:id/versions/:number/discard', (c) => decide(c, deps, discardDraft));
}

function readDraft(c: CompartmentContext): ReadDraft {
  const form = readForm(c, draftSchema, FORM_LIMITS);
  if (!form.ok) return form;
  const { draft, faults } = parseDraft(form.value);
  if (faults.length === 0) return { ok: true, draft, values: form.values };
  const words = websiteWords(c.var.language);
  const told = Object.fromEntries(faults.map((fault) => [fault.field, tellDraftFault(fault, words)]));
  return { ok: false, faults: told, values: form.values };
}

function answerFaults(c: CompartmentContext, deps: RouteDeps, shown: ShownDraft): Response {
  if (wantsJson(c.req.header('accept'))) return c.json({ code: 'input.invalid', faults: shown.faults }, 422);
  return answerPage(c, draftPage(visitOf(c, deps.newsroom), shown), 422);
}

function answerSlugTaken(
  c: CompartmentContext,
  deps: RouteDeps,
  given: { readonly error: unknown; readonly values: FormValues; readonly version: Version | null },
): Response {
  const { error, values, version } = given;
  if (!(error instanceof EstateError) || !hasCode(error, 'article.slug_taken')) throw error;
  const faults = { slug: websiteWords(c.var.language).faultSlugTaken };
  if (wantsJson(c.req.header('accept'))) return c.json({ code: error.code, faults }, 409);
  return answerPage(c, draftPage(visitOf(c, deps.newsroom), { values, faults, version }), 409);
}

/** Somebody else changed the draft: what was typed stays, beside what is saved; saving again replaces it. */
async function answerChanged(
  c: CompartmentContext,
  deps: RouteDeps,
  given: { readonly draft: Draft; readonly values: FormValues },
): Promise<Response> {
  const { articleId, number } = namedIn(c);
  const version = await readVersion({ db: deps.database.read }, articleId, number);
  const words = websiteWords(c.var.language);
  const text = fillIn(words.toldChangedMeanwhile, { name: version.changed.name });
  if (wantsJson(c.req.header('accept')))
    return c.json({ code: 'article.changed_meanwhile', message: text, revision: version.revision }, 409);
  const typed = { ...given.draft.content, picture: version.content.picture };
  const shown: ShownDraft = {
    values: { ...given.values, revision: String(version.revision) },
    faults: {},
    version,
    notice: { tone: 'notice', text },
    comparisons: compareContents(version.content, typed).filter((comparison) => comparison.field !== 'picture-alt'),
  };
  return answerPage(c, draftPage(visitOf(c, deps.newsroom), shown), 409);
}
