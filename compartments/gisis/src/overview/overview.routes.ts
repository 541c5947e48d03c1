import { EstateError } from '@bulkhead/kernel';
import type { CompartmentApp, CompartmentContext } from '@bulkhead/web';
import { writeLine } from '#export/csv.rules.ts';
import { answerPage, moduleOf, visitOf } from '#site/answer.ts';
import { linkTo, type Site } from '#site/site.rules.ts';
import type { Overview, OverviewDeps } from './overview.rules.ts';
import { overviewPage } from './overview.views.ts';
import { linesOf } from './sheet.rules.ts';

type Deps = Omit<OverviewDeps, 'modules'> & { readonly site: Site };

/** The pages that declarations name, and each of them as a table for spreadsheets. */
export function addOverviewRoutes(app: CompartmentApp, deps: Deps, overviews: readonly Overview[]): void {
  for (const overview of overviews) {
    const path = `/${overview.module}/${overview.page}`;
    app.get(path, async (c) => {
      const { module, page, visit, shown } = await read(c, deps, overview);
      const { searchParams } = new URL(c.req.url);
      searchParams.delete('lang');
      const csv = linkTo(visit, `${path}.csv${searchParams.size > 0 ? `?${searchParams.toString()}` : ''}`);
      return answerPage(c, overviewPage(visit, { module, page, shown, csv }));
    });
    app.get(`${path}.csv`, async (c) => {
      const { shown } = await read(c, deps, overview);
      c.header('content-type', 'text/csv; charset=utf-8; header=present');
      c.header('content-disposition', `attachment; filename="${overview.module}-${overview.page}.csv"`);
      return c.body(linesOf(shown.sheet).map(writeLine).join(''));
    });
  }
}

async function read(c: CompartmentContext, { site, db, now }: Deps, overview: Overview) {
  const module = moduleOf(site, overview.module);
  const page = module.pages?.find(({ name }) => name === overview.page);
  if (!page) throw new EstateError('request.not_found', 'finding a page: its module does not name it');
  const visit = visitOf(c, site);
  const params = new URL(c.req.url).searchParams;
  return { module, page, visit, shown: await overview.read({ db, now, modules: site.modules }, { module, params, visit }) };
}
