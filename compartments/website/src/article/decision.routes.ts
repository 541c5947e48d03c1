import type { BlobStore } from '@bulkhead/blobs';
import { LANGUAGES } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { type CompartmentApp, type CompartmentContext, type FormResult, readForm, wantsJson } from '@bulkhead/web';
import { z } from 'zod';
import { websiteWords } from '#words/words.ts';
import type { Reasons, Version } from './article.rules.ts';
import { approveArticle, rejectArticle, submitArticle, withdrawArticle } from './decision.actions.ts';
import { digestContent, digestWithdrawal } from './digest.rules.ts';
import { listErasedParts } from './erased.actions.ts';
import { readArticle, readNamed, readVersion } from './reading.actions.ts';
import { versionPage } from './version.views.ts';
import { answerPage, digestIn, namedIn, numberIn, type RouteDeps, visitOf } from './visit.actions.ts';
import { decide, tellRefusal } from './visit.routes.ts';
import { articlePath, linkTo } from './visit.rules.ts';
import { confirmWithdrawalPage, withdrawPage } from './withdrawal.views.ts';

const remarkSchema = z.object({ remark: z.string().trim().max(2000).default('') });
const reasonSchema = z
  .string()
  .max(1000)
  .transform((text) => text.replaceAll(/\s+/g, ' ').trim())
  .default('');
const reasonsSchema = z.object(Object.fromEntries(LANGUAGES.map((language) => [`reason-${language}`, reasonSchema])));

type DecisionDeps = RouteDeps & { readonly blobs: Pick<BlobStore, 'isErased'> };

/** Deciding: submit, approve, send back, withdraw. The digest of what is decided on ends the path. */
export function addDecisionRoutes(app: CompartmentApp, deps: DecisionDeps): void {
  const reading = { db: deps.database.read };

  app.post('/articles/:id/versions/:number/submit/:digest', (c) =>
    decideUnlessErased(c, deps, (proving, named) => submitArticle(proving, named, digestIn(c))),
  );

  app.post('/articles/:id/versions/:number/approve/:digest', (c) =>
    decideUnlessErased(c, deps, (proving, named) => approveArticle(proving, named, digestIn(c))),
  );

  app.post('/articles/:id/versions/:number/reject', async (c) => {
    const form = readForm(c, remarkSchema, { multiline: ['remark'] });
    if (form.ok && form.value.remark !== '') {
      const { remark } = form.value;
      return decide(c, deps, (proving, named) => rejectArticle(proving, named, remark));
    }
    return answerRemarkFault(c, deps, form);
  });

  app.get('/articles/:id/withdraw', async (c) => {
    const version = await requirePublic(deps, numberIn(c, 'id'));
    if (!version) return c.redirect(linkTo(visitOf(c, deps), articlePath(numberIn(c, 'id'))), 303);
    return answerPage(c, withdrawPage(visitOf(c, deps), { version, values: {}, faults: {} }));
  });

  app.post('/articles/:id/withdraw', async (c) => {
    const articleId = numberIn(c, 'id');
    const version = await requirePublic(deps, articleId);
    if (!version) return tellRefusal(c, deps, { error: notPublic(), articleId });
    return answerReasons(c, deps, version);
  });

  app.post('/articles/:id/versions/:number/withdraw/:digest', async (c) => {
    const { articleId, number } = namedIn(c);
    const { reasons, form } = readReasons(c);
    if (reasons) return decide(c, deps, (proving, named) => withdrawArticle(proving, named, { reasons, digest: digestIn(c) }));
    const version = await readVersion(reading, articleId, number);
    return answerReasonFault(c, deps, { version, form });
  });
}

function notPublic(): EstateError {
  return new EstateError('article.wrong_state', 'withdrawing an article: it is not public');
}

async function requirePublic(deps: RouteDeps, articleId: number): Promise<Version | null> {
  const { approved, withdrawal } = await readArticle({ db: deps.database.read }, articleId);
  return withdrawal ? null : approved;
}

/** What names erased contents is neither submitted nor approved: off-site would not publish it. */
async function decideUnlessErased(
  c: CompartmentContext,
  deps: DecisionDeps,
  run: Parameters<typeof decide>[2],
): Promise<Response> {
  const { articleId, number } = namedIn(c);
  const version = await readVersion({ db: deps.database.read }, articleId, number);
  const parts = await listErasedParts(deps.blobs, version.content);
  if (parts.length === 0) return decide(c, deps, run);
  const words = websiteWords(c.var.language);
  const texts = { picture: words.faultPictureErased, body: words.faultFigureErased };
  const faults = Object.fromEntries(parts.map((part) => [part, texts[part]]));
  const { toldNamesErased: text } = words;
  if (wantsJson(c.req.header('accept'))) return c.json({ code: 'article.names_erased', message: text, faults }, 422);
  const digest = digestContent(articleId, number, version.content);
  const named = await readNamed({ db: deps.database.read });
  const shown = { version, digest, named, comparisons: null, notice: { tone: 'bad' as const, text }, faults };
  return answerPage(c, versionPage(visitOf(c, deps), shown), 422);
}

async function answerRemarkFault(
  c: CompartmentContext,
  deps: RouteDeps,
  form: FormResult<z.infer<typeof remarkSchema>>,
): Promise<Response> {
  const words = websiteWords(c.var.language);
  const fault = (form.ok ? undefined : form.faults['remark']) ?? words.faultRemark;
  if (wantsJson(c.req.header('accept'))) return c.json({ code: 'input.invalid', faults: { remark: fault } }, 422);
  const { articleId, number } = namedIn(c);
  const version = await readVersion({ db: deps.database.read }, articleId, number);
  const typed = form.values['remark'];
  const shown = {
    version,
    digest: digestContent(articleId, number, version.content),
    named: await readNamed({ db: deps.database.read }),
    comparisons: null,
    notice: { tone: 'bad' as const, text: fault },
    remark: { text: typeof typed === 'string' ? typed : '', fault },
  };
  return answerPage(c, versionPage(visitOf(c, deps), shown), 422);
}

type ReasonForm = FormResult<Record<string, string>>;

function readReasons(c: CompartmentContext): { readonly reasons: Reasons | null; readonly form: ReasonForm } {
  const form = readForm(c, reasonsSchema);
  if (!form.ok) return { reasons: null, form };
  const reasons: Reasons = Object.fromEntries(
    LANGUAGES.flatMap((language) => {
      const reason = form.value[`reason-${language}`];
      return reason ? [[language, reason]] : [];
    }),
  );
  return { reasons: reasons.en ? reasons : null, form };
}

function answerReasons(c: CompartmentContext, deps: RouteDeps, version: Version): Response {
  const { reasons, form } = readReasons(c);
  if (!reasons) return answerReasonFault(c, deps, { version, form });
  const { articleId, number, content } = version;
  const digest = digestWithdrawal(digestContent(articleId, number, content), reasons);
  if (wantsJson(c.req.header('accept'))) return c.json({ id: articleId, number, digest });
  return answerPage(c, confirmWithdrawalPage(visitOf(c, deps), { version, reasons, digest }));
}

function answerReasonFault(
  c: CompartmentContext,
  deps: RouteDeps,
  { version, form }: { readonly version: Version; readonly form: ReasonForm },
): Response {
  const faults = form.ok ? { 'reason-en': websiteWords(c.var.language).faultReason } : form.faults;
  if (wantsJson(c.req.header('accept'))) return c.json({ code: 'input.invalid', faults }, 422);
  return answerPage(c, withdrawPage(visitOf(c, deps), { version, values: form.values, faults }), 422);
}
