import { EstateError, type Now } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import { type CompartmentApp, type CompartmentContext, fillIn, type Html, transactFor } from '@bulkhead/web';
import { labelOf } from '#record/record.rules.ts';
import type { Schema } from '#schema.ts';
import { answerPage, visitOf } from '#site/answer.ts';
import { linkTo, recordPath, type Site, type Visit } from '#site/site.rules.ts';
import { findCountry, nameCountry } from '#state/country.rules.ts';
import { readTold } from '#told/told.actions.ts';
import { dutyTitle } from '#workflow/reminder.rules.ts';
import { calendarOf } from './calendar.rules.ts';
import { readDebts, readOwed, readWholeCalendar, tellDuties } from './duty.actions.ts';
import { readOwedPlace } from './duty.rules.ts';
import { debtsPage, forYouPage, owedPage } from './duty.views.ts';
import { dutyWords } from './duty.words.ts';

export type DutyRouteDeps = {
  readonly site: Site;
  readonly database: Database<Schema>;
  readonly now: Now;
  /** What else there is for whoever is signed in. */
  readonly beside: (visit: Visit) => Promise<Html | null>;
};

const NEXT_OF_YOURS = 10;

/** What States owe, for everybody and for those whom it concerns, and the job that reminds them. */
export function addDutyRoutes(app: CompartmentApp, { site, database, now, beside }: DutyRouteDeps): void {
  const deps = { db: database.read, modules: site.modules, now };
  const today = () => now().toISOString().slice(0, 10);
  app.get('/states', async (c) => {
    const visit = visitOf(c, site);
    return answerPage(c, debtsPage(visit, await readDebts(deps, visit.viewer)));
  });
  app.get('/states/:state/owed', async (c) => {
    const visit = visitOf(c, site);
    const state = stateOf(c);
    const after = readOwedPlace(c.req.query('after') ?? '');
    return answerPage(c, owedPage(visit, { state, today: today(), ...(await readOwed(deps, state, visit.viewer, { after })) }));
  });
  app.get('/states/:state/owed.ics', async (c) => {
    const visit = visitOf(c, site);
    const { language, viewer } = visit;
    const state = stateOf(c);
    const lines = await readWholeCalendar(deps, state, viewer);
    const entries = lines.map(({ owed, module, record }) => ({
      owed,
      summary: `${module.say(dutyTitle(module, owed.duty), language)}: ${labelOf(module, record, language)}`,
      url: `${site.origin}${linkTo(visit, recordPath(module, record.reference))}`,
    }));
    c.header('content-type', 'text/calendar; charset=utf-8');
    c.header('cache-control', 'private, no-cache');
    c.header('content-disposition', `attachment; filename="owed-${state.toLowerCase()}.ics"`);
    const title = fillIn(dutyWords(language).titleOf, { state: nameCountry(state, language) });
    return c.body(
      calendarOf(entries, { title, host: new URL(site.origin).hostname, organisation: site.organisation, now: now() }),
    );
  });
  app.get('/for-you', async (c) => {
    const visit = visitOf(c, site);
    const { viewer } = visit;
    const before = c.req.query('before') ?? '';
    const told = await readTold({ db: deps.db }, viewer, /^\d{1,18}$/.test(before) ? before : null);
    const { state } = viewer;
    const own =
      state === null || before !== ''
        ? null
        : { state, today: today(), ...(await readOwed(deps, state, viewer, { limit: NEXT_OF_YOURS })) };
    return answerPage(c, forYouPage(visit, { ...told, own, beside: before === '' ? await beside(visit) : null }));
  });
  app.post('/.bulkhead/jobs/duties.tell', async (c) => {
    if (!c.var.token) throw new EstateError('token.missing', 'telling States what they owe: the call carries no token');
    const told = site.isReadOnly ? 0 : await tellDuties({ ...deps, transact: transactFor(c, database) });
    return c.json({ ok: true, told });
  });
}

/** @throws EstateError `request.not_found` */
function stateOf(c: CompartmentContext): string {
  const state = findCountry((c.req.param('state') ?? '').toUpperCase())?.alpha3;
  if (state !== undefined && state === c.req.param('state')) return state;
  throw new EstateError('request.not_found', 'finding a State: none has this code');
}
