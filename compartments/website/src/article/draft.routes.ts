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
import { readCopies } from '#copy/copy.actions.ts';
import { placeOf, takeUp } from '#copy/copy.rules.ts';
import { EDITOR_POLICY, type EditorAssets } from '#editor/asset.rules.ts';
import type { Presence } from '#presence/presence.rules.ts';
import { websiteWords } from '#words/words.ts';
import type { Version } from './article.rules.ts';
import { compareContents } from './comparison.rules.ts';
import { beginUpdate, changeArticle, createArticle, discardDraft, restoreVersion } from './draft.actions.ts';
import { tellDraftFault } from './draft-fault.rules.ts';
import { DRAFT_FORM, type Draft, draftSchema, kindShown, parseDraft, writeDraft } from './draft-form.rules.ts';
import { draftPage, type ShownDraft } from './draft-form.views.ts';
import { readNamed, readVersion } from './reading.actions.ts';
import { answerPage, namedIn, numberIn, provingOf, type RouteDeps, visitOf } from './visit.actions.ts';
import { answerStanding, decide, tellRefusal } from './visit.routes.ts';
import { linkTo, versionPath } from './visit.rules.ts';

export type DraftDeps = RouteDeps & { readonly assets: EditorAssets; readonly presence: Presence };

type ReadDraft =
  | { readonly ok: true; readonly draft: Draft; readonly values: FormValues }
  | { readonly ok: false; readonly faults: FormFaults; readonly values: FormValues };

/** Writing: new articles, drafts, updates. */
export function addDraftRoutes(app: CompartmentApp, deps: DraftDeps): void {
  const reading = { db: deps.database.read };

  app.get('/articles/new', (c) => {
    const kind = kindShown({ kind: c.req.query('kind') ?? '' });
    return answerDraft(c, deps, { values: { kind }, faults: {}, version: null });
  });

  app.post('/articles', async (c) => {
    const given = readDraft(c);
    if (!given.ok) return answerFaults(c, deps, { ...given, version: null });
    try {
      const standing = await createArticle(provingOf(c, deps), given.draft.content);
      return answerStanding(c, visitOf(c, deps), standing, 201);
    } catch (error) {
      return answerSlugTaken(c, deps, { error, values: given.values, version: null });
    }
  });

  app.get('/articles/:id/versions/:number/edit', async (c) => {
    const { articleId, number } = namedIn(c);
    const version = await readVersion(reading, articleId, number);
    if (version.state !== 'draft') return c.redirect(linkTo(visitOf(c, deps), versionPath(articleId, number)), 303);
    const values = writeDraft(version.content, version.revision);
    return answerDraft(c, deps, { values, faults: {}, version });
  });

  app.post('/articles/:id/versions/:number', async (c) => {
    const named = namedIn(c);
    const given = readDraft(c);
    const version = await readVersion(reading, named.articleId, named.number);
    if (!given.ok) return answerFaults(c, deps, { ...given, version });
    try {
      return answerStanding(c, visitOf(c, deps), await changeArticle(provingOf(c, deps), named, given.draft));
    } catch (error) {
      if (hasCode(error, 'article.changed_meanwhile')) return answerChanged(c, deps, given);
      if (!hasCode(error, 'article.slug_taken')) return tellRefusal(c, deps, { error, articleId: named.articleId });
      return answerSlugTaken(c, deps, { error, values: given.values, version });
    }
  });

  app.post('/articles/:id/versions', async (c) => {
    const articleId = numberIn(c, 'id');
    try {
      return answerStanding(c, visitOf(c, deps), await beginUpdate(provingOf(c, deps), articleId), 201);
    } catch (error) {
      return tellRefusal(c, deps, { error, articleId });
    }
  });

  app.post('/articles/:id/versions/:number/discard', (c) => decide(c, deps, discardDraft));

  app.post('/articles/:id/versions/:number/restore', (c) => decide(c, deps, restoreVersion));
}

/** The form, with the editor in it, who else has the draft open, and what of one's own was not saved. */
async function answerDraft(
  c: CompartmentContext,
  deps: DraftDeps,
  shown: Omit<ShownDraft, 'named' | 'assets'>,
  status: 200 | 409 | 422 = 200,
): Promise<Response> {
  const visit = visitOf(c, deps);
  const reading = { db: deps.database.read };
  const place = placeOf(shown.version);
  const { accountId, name } = visit.person;
  const isFresh = status === 200;
  const copies = isFresh ? await readCopies(reading, accountId, place) : [];
  const isTaken = c.req.query('copy') === 'take';
  const page = draftPage(visit, {
    ...shown,
    values: isTaken ? takeUp(shown.values, copies) : shown.values,
    copies: isTaken ? [] : copies,
    others: shown.version ? deps.presence.tell(place, { accountId, name }, deps.now()) : [],
    named: await readNamed(reading),
    assets: deps.assets,
  });
  c.header('content-security-policy', EDITOR_POLICY);
  return answerPage(c, page, status);
}

function readDraft(c: CompartmentContext): ReadDraft {
  const form = readForm(c, draftSchema, DRAFT_FORM);
  if (!form.ok) return form;
  const { draft, faults } = parseDraft(form.value);
  if (faults.length === 0) return { ok: true, draft, values: form.values };
  const words = websiteWords(c.var.language);
  const told = Object.fromEntries(faults.map((fault) => [fault.field, tellDraftFault(fault, words)]));
  return { ok: false, faults: told, values: form.values };
}

function answerFaults(
  c: CompartmentContext,
  deps: DraftDeps,
  shown: Pick<ShownDraft, 'values' | 'faults' | 'version'>,
): Response | Promise<Response> {
  if (wantsJson(c.req.header('accept'))) return c.json({ code: 'input.invalid', faults: shown.faults }, 422);
  const { values, faults, version } = shown;
  return answerDraft(c, deps, { values, faults, version }, 422);
}

function answerSlugTaken(
  c: CompartmentContext,
  deps: DraftDeps,
  given: { readonly error: unknown; readonly values: FormValues; readonly version: Version | null },
): Response | Promise<Response> {
  const { error, values, version } = given;
  if (!(error instanceof EstateError) || !hasCode(error, 'article.slug_taken')) throw error;
  const faults = { slug: websiteWords(c.var.language).faultSlugTaken };
  if (wantsJson(c.req.header('accept'))) return c.json({ code: error.code, faults }, 409);
  return answerDraft(c, deps, { values, faults, version }, 409);
}

/** Somebody else changed the draft: what was typed stays, beside what is saved; saving again replaces it. */
async function answerChanged(
  c: CompartmentContext,
  deps: DraftDeps,
  given: { readonly draft: Draft; readonly values: FormValues },
): Promise<Response> {
  const { articleId, number } = namedIn(c);
  const version = await readVersion({ db: deps.database.read }, articleId, number);
  const words = websiteWords(c.var.language);
  const text = fillIn(words.toldChangedMeanwhile, { name: version.changed.name });
  if (wantsJson(c.req.header('accept')))
    return c.json({ code: 'article.changed_meanwhile', message: text, revision: version.revision }, 409);
  const { picture, figures } = version.content;
  const typed = { ...given.draft.content, picture, figures };
  const shown = {
    values: { ...given.values, revision: String(version.revision) },
    faults: {},
    version,
    notice: { tone: 'notice' as const, text },
    comparisons: compareContents(version.content, typed).filter((comparison) => comparison.field !== 'picture-alt'),
  };
  return answerDraft(c, deps, shown, 409);
}
