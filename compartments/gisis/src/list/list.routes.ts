import type { Now } from '@bulkhead/kernel';
import type { CompartmentApp, Html } from '@bulkhead/web';
import type { Kysely } from 'kysely';
import type { Module } from '#declaration/module.rules.ts';
import { Kept } from '#kept/kept.rules.ts';
import type { Schema } from '#schema.ts';
import { mayFile } from '#sight/sight.rules.ts';
import { answerPage, moduleOf, visitOf } from '#site/answer.ts';
import { readHome } from '#site/home.actions.ts';
import type { Site, Visit } from '#site/site.rules.ts';
import type { Counts } from './found.rules.ts';
import { type Counting, readList } from './list.actions.ts';
import { listPage } from './list.views.ts';
import { formatNames, type Query, readQuery } from './query.rules.ts';

type Deps = {
  readonly site: Site;
  readonly db: Kysely<Schema>;
  readonly now: Now;
  /** What else can be done with what a list finds. */
  readonly beside: (visit: Visit, module: Module, query: Query) => Html | null;
} & Pick<Counting, 'versionOf'>;

/** GET /:module */
export function addListRoutes(app: CompartmentApp, { site, db, now, versionOf, beside }: Deps): void {
  const kept = new Kept<Counts>({ isNothing: ({ count }) => count === 0 });
  app.get('/:module', async (c) => {
    const module = moduleOf(site, c.req.param('module'));
    const visit = visitOf(c, site);
    const query = readQuery(module, new URL(c.req.url).searchParams, visit.viewer, { now: now() });
    const formats = formatNames(module);
    const [found, [shown]] = await Promise.all([
      readList({ db, counting: { kept, now: now(), versionOf } }, module, query, visit.viewer),
      readHome({ db }, [module]),
    ]);
    const list = { module, query, found, changedAt: shown?.changedAt ?? null, mayFile: mayFile(module, visit.viewer), formats };
    return answerPage(c, listPage(visit, { ...list, beside: beside(visit, module, query) }));
  });
}
