import { remark, textIn } from '#modules/check.rules.ts';
import type { Check } from '#value/record-rule.rules.ts';

export const checkUnNumber: Check = (values) => {
  const number = textIn(values, 'un_number');
  return number === null || /^(?:UN ?)?[0-9]{4}$/i.test(number)
    ? []
    : [remark('un_number', 'refused', 'A UN number has four digits, such as 1203.')];
};
