import { EstateError, type Now } from '@bulkhead/kernel';
import { answerAsset, type CompartmentApp } from '@bulkhead/web';
import type { Kysely } from 'kysely';
import { Kept } from '#kept/kept.rules.ts';
import type { Schema } from '#schema.ts';
import { answerPage, visitOf } from './answer.ts';
import { readHome } from './home.actions.ts';
import type { ShownModule, Site } from './site.rules.ts';
import { homePage } from './site.views.ts';
import { answerStyle } from './style.rules.ts';

type Deps = { readonly site: Site; readonly db: Kysely<Schema>; readonly now: Now };

/** The home page with all modules, and what pages are made to look with. */
export function addSiteRoutes(app: CompartmentApp, { site, db, now }: Deps): void {
  const kept = new Kept<readonly ShownModule[]>({
    isNothing: (shown) => shown.every(({ changedAt }) => changedAt === null),
    most: 1,
  });
  app.get('/', async (c) => {
    // Days are told, of what everybody sees: a moment more or less is nothing, and planning so many probes is not.
    const { value } = await kept.get('home', null, now(), () => readHome({ db }, [...site.modules.values()]));
    return answerPage(c, homePage(visitOf(c, site), value));
  });
  app.get('/assets/:file', (c) => {
    const asset = answerAsset(c.req.param('file')) ?? answerStyle(c.req.param('file'));
    if (asset) return asset;
    throw new EstateError('request.not_found', 'finding an asset: there is none of this name');
  });
}
