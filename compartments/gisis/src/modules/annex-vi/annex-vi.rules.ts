import { remark, textIn } from '#modules/check.rules.ts';
import type { Check } from '#value/record-rule.rules.ts';

/** A report that compliant fuel was not available tells what was tried (MARPOL VI/18.2, resolution MEPC.320(74)). */
export const checkFonar: Check = (values) =>
  textIn(values, 'kind') === 'non-availability' && textIn(values, 'attempts') === null
    ? [remark('attempts', 'refused', 'Tell what was tried to obtain compliant fuel: the report exempts from nothing.')]
    : [];
