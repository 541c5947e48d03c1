import { EstateError, hasCode } from '@bulkhead/kernel';
import { answerProblem, type CompartmentApp, type CompartmentContext, type ProblemFault, readJson } from '@bulkhead/web';
import { z } from 'zod';
import type { Standing } from '#article/acting.actions.ts';
import { STATES } from '#article/article.rules.ts';
import { beginUpdate, changeArticle, createArticle } from '#article/draft.actions.ts';
import { KINDS } from '#article/kind.rules.ts';
import { readArticle, readArticlesBelow, readVersion } from '#article/reading.actions.ts';
import { namedIn, numberIn, provingOf, type RouteDeps } from '#article/visit.actions.ts';
import { websiteWords } from '#words/words.ts';
import { articleJson, listedJson, versionJson } from './api-article.rules.ts';
import { readChange, readNewDraft } from './api-draft.rules.ts';

const querySchema = z.strictObject({
  state: z.enum(STATES).optional(),
  kind: z.enum(KINDS).optional(),
  before: z
    .string()
    .regex(/^[1-9]\d{0,8}$/)
    .transform(Number)
    .optional(),
  lang: z.string().optional(),
});

/** The newsroom for programs, by a personal API token: reading, and writing drafts. Nothing here submits, approves or withdraws. */
export function addApiRoutes(app: CompartmentApp, deps: RouteDeps): void {
  const reading = { db: deps.database.read };

  app.get('/api/articles', async (c) => {
    const { state, kind, before } = readQuery(c);
    const { articles, next } = await readArticlesBelow(reading, before ?? null);
    const wanted = articles.filter((one) => (!state || one.state === state) && (!kind || one.kind === kind));
    return c.json({ articles: wanted.map(listedJson), next: next === null ? null : `/api/articles?before=${next}` });
  });

  app.get('/api/articles/:id', async (c) => c.json(articleJson(await readArticle(reading, numberIn(c, 'id')))));

  app.get('/api/articles/:id/versions/:number', async (c) => {
    const { articleId, number } = namedIn(c);
    return c.json(versionJson(await readVersion(reading, articleId, number)));
  });

  app.post('/api/articles', async (c) => {
    const read = readNewDraft(readBody(c), c.var.language);
    if (!read.ok) return answerFaults(c, read.errors);
    const { content } = read.draft;
    return answerWritten(c, deps, createArticle(provingOf(c, deps), content, 'program'), 201);
  });

  app.post('/api/articles/:id/versions', (c) => answerWritten(c, deps, beginUpdate(provingOf(c, deps), numberIn(c, 'id')), 201));

  app.patch('/api/articles/:id/versions/:number', async (c) => {
    const named = namedIn(c);
    const body = readBody(c);
    const version = await readVersion(reading, named.articleId, named.number);
    const read = readChange(body, version, c.var.language);
    if (!read.ok) return answerFaults(c, read.errors);
    return answerWritten(c, deps, changeArticle(provingOf(c, deps), named, read.draft, 'program'), 200);
  });
}

/** @throws EstateError `input.invalid` for a parameter that there is not, or another value than those there are */
function readQuery(c: CompartmentContext): z.infer<typeof querySchema> {
  const parsed = querySchema.safeParse(c.req.query());
  if (parsed.success) return parsed.data;
  throw new EstateError('input.invalid', 'reading a query', { cause: parsed.error });
}

/** @throws EstateError `input.invalid` for what is no JSON, or says that it is something else */
function readBody(c: CompartmentContext): unknown {
  const type = c.req.header('content-type') ?? '';
  if (!/^application\/(?:merge-patch\+)?json(?:\s*;|$)/i.test(type))
    throw new EstateError('input.invalid', 'reading a JSON body: its content type is not application/json');
  return readJson(c, z.unknown());
}

function answerFaults(c: CompartmentContext, errors: readonly ProblemFault[]): Response {
  const detail = errors.map((one) => `${one.pointer}: ${one.detail}`).join(' ');
  return answerProblem(c, { status: 422, code: 'input.invalid', detail, errors });
}

/** Tells how the version stands after it was written; an address that is taken is told in the words that editors read. */
async function answerWritten(
  c: CompartmentContext,
  deps: RouteDeps,
  work: Promise<Standing>,
  status: 200 | 201,
): Promise<Response> {
  try {
    const { articleId, number } = await work;
    c.header('location', `/api/articles/${articleId}/versions/${number}`);
    return c.json(versionJson(await readVersion({ db: deps.database.read }, articleId, number)), status);
  } catch (error) {
    if (!hasCode(error, 'article.slug_taken')) throw error;
    const detail = websiteWords(c.var.language).faultSlugTaken;
    return answerProblem(c, { status: 409, code: 'article.slug_taken', detail, errors: [{ pointer: '#/slug', detail }] });
  }
}
