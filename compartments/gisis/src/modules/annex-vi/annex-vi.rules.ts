import { remark, textIn } from '#modules/check.rules.ts';
import type { Check } from '#value/record-rule.rules.ts';

/**
 * A report that compliant fuel was not available tells what was tried (MARPOL VI/18.2, resolution MEPC.320(74)). It is no exemption:
 * it holds for no time.
 */
export const checkFonar: Check = (values) => {
  if (textIn(values, 'kind') !== 'non-availability') return [];
  const isUntold = textIn(values, 'attempts') === null;
  const holds = values['holds'] ?? null;
  return [
    ...(isUntold
      ? [remark('attempts', 'refused', 'Tell what was tried to obtain compliant fuel: the report exempts from nothing.')]
      : []),
    ...(holds === null
      ? []
      : [remark('holds', 'refused', 'This report is no exemption and holds for no time: leave this empty.')]),
  ];
};
