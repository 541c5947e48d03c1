import { EstateError } from '@bulkhead/kernel';
import { answerAsset, type CompartmentApp } from '@bulkhead/web';
import type { Kysely } from 'kysely';
import type { Schema } from '#schema.ts';
import { answerPage, visitOf } from './answer.ts';
import { readHome } from './home.actions.ts';
import type { Site } from './site.rules.ts';
import { homePage } from './site.views.ts';
import { answerStyle } from './style.rules.ts';

/** The home page with all modules, and what pages are made to look with. */
export function addSiteRoutes(app: CompartmentApp, { site, db }: { readonly site: Site; readonly db: Kysely<Schema> }): void {
  app.get('/', async (c) => {
    return answerPage(c, homePage(visitOf(c, site), await readHome({ db }, [...site.modules.values()])));
  });
  app.get('/assets/:file', (c) => {
    const asset = answerAsset(c.req.param('file')) ?? answerStyle(c.req.param('file'));
    if (asset) return asset;
    throw new EstateError('request.not_found', 'finding an asset: there is none of this name');
  });
}
