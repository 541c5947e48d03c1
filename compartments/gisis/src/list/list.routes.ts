import type { Now } from '@bulkhead/kernel';
import type { CompartmentApp } from '@bulkhead/web';
import type { Kysely } from 'kysely';
import type { Schema } from '#schema.ts';
import { mayFile } from '#sight/sight.rules.ts';
import { answerPage, moduleOf, visitOf } from '#site/answer.ts';
import type { Site } from '#site/site.rules.ts';
import { readList } from './list.actions.ts';
import { listPage } from './list.views.ts';
import { formatNames, readQuery } from './query.rules.ts';

/** GET /:module */
export function addListRoutes(
  app: CompartmentApp,
  { site, db, now }: { readonly site: Site; readonly db: Kysely<Schema>; readonly now: Now },
): void {
  app.get('/:module', async (c) => {
    const module = moduleOf(site, c.req.param('module'));
    const visit = visitOf(c, site);
    const query = readQuery(module, new URL(c.req.url).searchParams, visit.viewer, { now: now() });
    const formats = formatNames(module);
    const found = await readList({ db }, module, query, visit.viewer);
    return answerPage(c, listPage(visit, { module, query, found, mayFile: mayFile(module, visit.viewer), formats }));
  });
}
