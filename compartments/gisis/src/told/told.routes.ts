import type { CompartmentApp } from '@bulkhead/web';
import type { Kysely } from 'kysely';
import type { Schema } from '#schema.ts';
import { answerPage, visitOf } from '#site/answer.ts';
import type { Site } from '#site/site.rules.ts';
import { readTold } from './told.actions.ts';
import { forYouPage } from './told.views.ts';

/** GET /for-you: for whoever is signed in. */
export function addToldRoutes(app: CompartmentApp, { site, db }: { readonly site: Site; readonly db: Kysely<Schema> }): void {
  app.get('/for-you', async (c) => {
    const visit = visitOf(c, site);
    const before = c.req.query('before') ?? '';
    return answerPage(c, forYouPage(visit, await readTold({ db }, visit.viewer, /^\d{1,18}$/.test(before) ? before : null)));
  });
}
