import type { CompartmentApp } from '@bulkhead/web';
import { compareContents } from './comparison.rules.ts';
import { digestContent } from './digest.rules.ts';
import { changesPage, filePage } from './file.views.ts';
import { listPage } from './newsroom.views.ts';
import { readArticle, readArticles, readNamed, readVersion } from './reading.actions.ts';
import { versionPage } from './version.views.ts';
import { answerPage, namedIn, numberIn, type RouteDeps, visitOf } from './visit.actions.ts';

/** Pages of the newsroom that only show. */
export function addReadingRoutes(app: CompartmentApp, deps: RouteDeps): void {
  const reading = { db: deps.database.read };

  app.get('/', async (c) => answerPage(c, listPage(visitOf(c, deps), await readArticles(reading))));

  app.get('/articles/:id', async (c) => {
    const file = await readArticle(reading, numberIn(c, 'id'));
    return answerPage(c, filePage(visitOf(c, deps), file));
  });

  app.get('/articles/:id/versions/:number', async (c) => {
    const { articleId, number } = namedIn(c);
    const version = await readVersion(reading, articleId, number);
    const { approved } = await readArticle(reading, articleId);
    const hasOther = approved !== null && approved.number !== number;
    const shown = {
      version,
      digest: digestContent(articleId, number, version.content),
      named: await readNamed(reading),
      comparisons: hasOther ? compareContents(approved.content, version.content) : null,
    };
    return answerPage(c, versionPage(visitOf(c, deps), shown));
  });

  app.get('/articles/:id/versions/:number/changes', async (c) => {
    const { articleId, number } = namedIn(c);
    const to = await readVersion(reading, articleId, number);
    const from = await readVersion(reading, articleId, number - 1);
    const comparisons = compareContents(from.content, to.content);
    return answerPage(c, changesPage(visitOf(c, deps), { from, to, comparisons }));
  });
}
