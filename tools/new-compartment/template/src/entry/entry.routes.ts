import { EstateError, type Now } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import {
  type CompartmentApp,
  type CompartmentContext,
  type Html,
  isLanguage,
  readForm,
  requirePerson,
  transactFor,
} from '@bulkhead/web';
import type { Schema } from '#schema.ts';
import { linkTo, type Site, type Visit } from '#site/site.rules.ts';
import { addEntry, readEntries } from './entry.actions.ts';
import { entryFormSchema, readPageNumber } from './entry.rules.ts';
import { entryListPage, newEntryPage } from './entry.views.ts';

type Deps = { readonly site: Site; readonly database: Database<Schema>; readonly now: Now };

/** The pages of the entries. */
export function addEntryRoutes(app: CompartmentApp, deps: Deps): void {
  app.get('/', async (c) => {
    const shown = await readEntries({ db: deps.database.read }, readPageNumber(c.req.query('page')));
    const isJustAdded = c.req.query('done') === 'added';
    return answerPage(c, entryListPage(visitOf(c, deps, '/'), { ...shown, isJustAdded }));
  });

  app.get('/entries/new', (c) => answerPage(c, newEntryPage(visitOf(c, deps, '/entries/new'), { values: {}, faults: {} })));

  app.post('/entries', async (c) => {
    const { accountId, displayName } = requirePerson(c);
    const visit = visitOf(c, deps, '/entries/new');
    const form = readForm(c, entryFormSchema, { multiline: ['body'] });
    if (!form.ok) return answerPage(c, newEntryPage(visit, form), 422);
    if (deps.site.isReadOnly) throw new EstateError('compartment.read_only', 'adding an entry');
    const acting = { transact: transactFor(c, deps.database), now: deps.now };
    await addEntry(acting, form.value, { accountId, name: displayName });
    return c.redirect(linkTo(visit, '/?done=added'), 303);
  });
}

function visitOf(c: CompartmentContext, { site }: Deps, at: string): Visit {
  const asked = c.req.query('lang');
  const { displayName } = requirePerson(c);
  return { site, language: c.var.language, asked: isLanguage(asked) ? asked : null, at, personName: displayName };
}

function answerPage(c: CompartmentContext, made: Html, status: 200 | 422 = 200): Response {
  c.header('content-language', c.var.language);
  return c.html(made.toString(), status);
}
