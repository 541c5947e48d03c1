import { textIn } from '#modules/check.rules.ts';
import { readRecords } from '#overview/overview.actions.ts';
import { askedMonth, type Overview } from '#overview/overview.rules.ts';
import { listMonth } from './monthly-list.rules.ts';
import { monthFilters, monthlyShown } from './monthly-sheet.rules.ts';

/** The list that the Secretariat issues each month. */
export const monthlyPiracy: Overview = {
  module: 'piracy',
  page: 'monthly',
  read: async (deps, { module, params, visit }) => {
    const month = askedMonth(params, 'month', deps.now().toISOString());
    const records = await readRecords(deps, module, monthFilters(month), visit.viewer);
    const incidents = records.map(({ reference, values }) => ({
      reference,
      happenedAt: textIn(values, 'happened_at') ?? '',
      act: textIn(values, 'act'),
      waters: textIn(values, 'waters'),
      area: textIn(values, 'area'),
    }));
    return monthlyShown(module, listMonth(incidents, month), visit.language);
  },
};
