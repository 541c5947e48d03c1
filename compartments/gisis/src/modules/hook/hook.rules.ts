import { remark, textIn } from '#modules/check.rules.ts';
import type { Check } from '#value/record-rule.rules.ts';

/** A hook that complies after modification: which one (MSC.1/Circ.1392). */
export const checkModification: Check = (values) =>
  textIn(values, 'result') === 'modified' && textIn(values, 'modification') === null
    ? [remark('modification', 'refused', 'Tell which modification is needed.')]
    : [];
