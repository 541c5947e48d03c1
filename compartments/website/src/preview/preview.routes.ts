import type { Language } from '@bulkhead/contracts';
import type { Now } from '@bulkhead/kernel';
import { EstateError } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import { type CompartmentApp, type CompartmentContext, isLanguage, wantsJson } from '@bulkhead/web';
import { readVersion } from '#article/reading.actions.ts';
import { answerPage, namedIn, provingOf, visitOf } from '#article/visit.actions.ts';
import { linkTo, type Newsroom, versionPath } from '#article/visit.rules.ts';
import type { Schema } from '#schema.ts';
import { readPreview, readSurroundings, sharePreview } from './preview.actions.ts';
import { type Previewed, previewPage, sharedLinkPage } from './preview.views.ts';

export type PreviewDeps = {
  readonly database: Database<Schema>;
  readonly now: Now;
  readonly newsroom: Newsroom;
  readonly newSecret: () => string;
};

/** Previews for people outside the newsroom: whoever is signed in and has the link, until it expires. */
export function addPreviewRoutes(app: CompartmentApp, deps: PreviewDeps): void {
  app.post('/articles/:id/versions/:number/share', async (c) => {
    const named = namedIn(c);
    const shared = await sharePreview({ ...provingOf(c, deps), newSecret: deps.newSecret, db: deps.database.read }, named);
    const path = `/previews/${shared.secret}/${c.var.language}`;
    if (wantsJson(c.req.header('accept'))) return c.json({ path, expiresAt: shared.expiresAt.toISOString() }, 201);
    return answerPage(c, sharedLinkPage(visitOf(c, deps), { ...named, path, expiresAt: shared.expiresAt }));
  });

  app.get('/previews/:secret/:language', async (c) => {
    const { secret, language } = c.req.param();
    if (!/^[\w-]{20,64}$/.test(secret) || !isLanguage(language))
      throw new EstateError('request.not_found', 'opening a preview: its link is not whole');
    const { version, expiresAt } = await readPreview({ db: deps.database.read, now: deps.now }, secret);
    const pathIn = (other: Language) => `/previews/${secret}/${other}`;
    return answerPreview(c, deps, { version, language, expiresAt, pathIn });
  });

  app.get('/articles/:id/versions/:number/preview/:language', async (c) => {
    const { articleId, number } = namedIn(c);
    const language = c.req.param('language');
    if (!isLanguage(language)) throw new EstateError('request.not_found', 'reading a path: it names no language of ours');
    const version = await readVersion({ db: deps.database.read }, articleId, number);
    const visit = visitOf(c, deps);
    const backHref = linkTo(visit, versionPath(articleId, number));
    const pathIn = (other: Language) => linkTo(visit, `${versionPath(articleId, number)}/preview/${other}`);
    return answerPreview(c, deps, { version, language, backHref, pathIn });
  });
}

async function answerPreview(c: CompartmentContext, deps: PreviewDeps, given: Omit<Previewed, 'site'>): Promise<Response> {
  const site = await readSurroundings({ db: deps.database.read, now: deps.now }, given.version);
  c.header('content-language', given.language);
  return c.html(previewPage(visitOf(c, deps), { ...given, site }));
}
