import type { Language } from '@bulkhead/contracts';
import { EstateError, type Now } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import type { CompartmentApp } from '@bulkhead/web';
import type { Content } from '#article/article.rules.ts';
import type { Schema } from '#schema.ts';
import { exportAfter } from './leaving.actions.ts';
import { readPlace } from './leaving.rules.ts';
import { plainPage } from './leaving.views.ts';

/** All articles with all their versions, a part at a time: whoever asks writes them down, and asks for the next. */
export function addLeavingRoute(app: CompartmentApp, deps: { readonly database: Database<Schema>; readonly now: Now }): void {
  app.get('/export', async (c) => {
    const after = readPlace(c.req.query('after') ?? '0.0');
    if (!after)
      throw new EstateError('input.invalid', 'exporting: "after" is a place such as 12.3, as the answer before said it');
    const toPage = (content: Content, language: Language) => plainPage(content, language).toString();
    const lines = await exportAfter({ db: deps.database.read, now: deps.now, toPage }, after);
    return c.body(lines, 200, { 'content-type': 'application/x-ndjson; charset=utf-8', 'cache-control': 'no-store' });
  });
}
