import { remark, textIn } from '#modules/check.rules.ts';
import type { Check, Values } from '#value/record-rule.rules.ts';
import type { Period } from '#value/value.rules.ts';

const MOST_YEARS = 5;

/** An exemption holds for five years at most and is reviewed meanwhile (BWM Convention, regulation; guidelines G7). */
export const checkExemption: Check = (values) => {
  if (textIn(values, 'kind') !== 'exemption') return [];
  const holds = periodIn(values, 'holds');
  if (holds === null) return [];
  if (holds.to === null || holds.to > yearsLater(holds.from, MOST_YEARS))
    return [remark('holds', 'refused', 'An exemption ends after five years at the latest. Tell on which day.')];
  const review = textIn(values, 'review_on');
  if (review === null || review < holds.from || review > holds.to)
    return [remark('review_on', 'refused', 'Tell when the intermediate review is due, within the time of the exemption.')];
  return [];
};

function periodIn(values: Values, field: string): Period | null {
  const value = values[field];
  return typeof value === 'object' && value !== null && 'from' in value ? value : null;
}

/** The same day so many years later; that after 29 February where there is none. */
function yearsLater(day: string, years: number): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(Date.UTC(year + years, month - 1, date)).toISOString().slice(0, 10);
}
