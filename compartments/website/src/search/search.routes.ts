import { EstateError } from '@bulkhead/kernel';
import type { CompartmentApp } from '@bulkhead/web';
import type { Kysely } from 'kysely';
import type { Schema } from '#schema.ts';
import type { Host } from '#site/site.rules.ts';
import { searchSite } from './search.actions.ts';
import { readAsked } from './search.rules.ts';
import { searchPage } from './search.views.ts';

export type SearchDeps = { readonly db: Kysely<Schema>; readonly host: Host; readonly now: () => Date };

/** GET /:language/search at the public origin: for anybody, without script, reading only. */
export function addSearchRoute(app: CompartmentApp, { db, host, now }: SearchDeps): void {
  app.get('/:language/search', async (c) => {
    const asked = readAsked(c.req.param('language'), new URL(c.req.url).searchParams);
    if (!asked) throw new EstateError('request.not_found', 'searching: there is no such language');
    const page = searchPage(host, asked, await searchSite({ db, now }, asked));
    return c.html(String(page), 200, { 'cache-control': 'no-store', 'content-language': asked.language });
  });
}
