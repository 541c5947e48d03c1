import { EstateError, type Now } from '@bulkhead/kernel';
import type { CompartmentApp, CompartmentContext } from '@bulkhead/web';
import type { Kysely } from 'kysely';
import { findVersion } from '#export/export.actions.ts';
import { isKnown } from '#export/version.rules.ts';
import { Kept } from '#kept/kept.rules.ts';
import { readQuery } from '#list/query.rules.ts';
import { writeSearch } from '#list/way.rules.ts';
import type { Schema } from '#schema.ts';
import { answerPage, moduleOf, visitOf } from '#site/answer.ts';
import type { Site } from '#site/site.rules.ts';
import { readCharts } from './chart.actions.ts';
import { chartsFor, type Tallied } from './chart.rules.ts';
import { statisticsPage } from './chart.views.ts';
import { writeNumbers } from './csv.rules.ts';

type Deps = { readonly site: Site; readonly db: Kysely<Schema>; readonly now: Now };

/** GET /:module/statistics and its numbers as CSV. */
export function addChartRoutes(app: CompartmentApp, deps: Deps): void {
  const kept = new Kept<readonly Tallied[]>({ isNothing: (counted) => counted.every(({ records }) => records === 0) });
  app.get('/:module/statistics', async (c) => {
    const { visit, asked, place } = await ask(c, deps);
    const counted = await readCharts({ db: deps.db, kept, now: deps.now() }, asked, place);
    return answerPage(c, statisticsPage(visit, { ...asked, counted }));
  });

  app.get('/:module/statistics.csv', async (c) => {
    const { asked, place, isFresh } = await ask(c, deps);
    if (isFresh) return c.body(null, 304);
    const { value } = await readCharts({ db: deps.db, kept, now: deps.now() }, asked, place);
    c.header('content-type', 'text/csv; charset=utf-8; header=present');
    c.header('content-disposition', `attachment; filename="${asked.module.name}-statistics.csv"`);
    return c.body(writeNumbers(asked.module, asked.charts, value));
  });
}

async function ask(c: CompartmentContext, { site, db, now }: Deps) {
  const module = moduleOf(site, c.req.param('module') ?? '');
  const visit = visitOf(c, site);
  const charts = chartsFor(module, visit.viewer);
  if (charts.length === 0) throw new EstateError('request.not_found', 'counting: the module has no chart for this viewer');
  const query = readQuery(module, new URL(c.req.url).searchParams, visit.viewer, { now: now() });
  const asked = { module, charts, query, viewer: visit.viewer };
  const version = await findVersion({ db }, asked, `${c.req.url} ${visit.language}`, now());
  c.header('cache-control', 'private, no-cache');
  if (version) c.header('etag', version.tag);
  const isFresh = version !== undefined && isKnown(version, { ifNoneMatch: c.req.header('if-none-match') });
  const place = { address: writeSearch(module, query), version: version?.changedAt.toISOString() ?? null };
  return { visit, asked, place, isFresh };
}
