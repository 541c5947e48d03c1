import { numberIn, remark } from '#modules/check.rules.ts';
import type { Check } from '#value/record-rule.rules.ts';

/** No ship of commerce goes faster over a year's hours, in knots. */
const FASTEST = 45;
const FUELS = ['hfo', 'lfo', 'mdo', 'lng', 'other_fuel'];

export const checkFuel: Check = (values) => {
  const fuel = FUELS.reduce((sum, name) => sum + (numberIn(values, name) ?? 0), 0);
  const [distance, hours] = [numberIn(values, 'distance'), numberIn(values, 'hours')];
  if (fuel > 0 && distance === null) return [remark('distance', 'asked', 'Fuel was used, but no distance is told. Check both.')];
  return distance !== null && hours !== null && distance > hours * FASTEST
    ? [remark('distance', 'asked', 'No ship goes this far in these hours. Check both.')]
    : [];
};
