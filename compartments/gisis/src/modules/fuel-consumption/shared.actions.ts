import { askedAmong, type Overview } from '#overview/overview.rules.ts';
import { listShipYears, listYears } from './shared.store.ts';
import { isClosed, shareFuelYears } from './shared-set.rules.ts';
import { sharedShown } from './shared-sheet.rules.ts';

/** What everybody may have of the fuel that ships used: it is made of all reports, whoever looks, and names no ship. */
export const sharedFuel: Overview = {
  module: 'fuel-consumption',
  page: 'shared',
  read: async ({ db, now }, { module, params, visit }) => {
    const today = now().toISOString();
    const years = (await listYears(db)).filter((year) => isClosed(year, today));
    const asked = askedAmong(params, 'year', years.map(String));
    const year = asked === null ? (years[0] ?? null) : Number(asked);
    const set = shareFuelYears(year === null ? [] : await listShipYears(db, year));
    return sharedShown(set, { year, years, caption: module.say('The shared set', visit.language) }, visit.language);
  },
};
