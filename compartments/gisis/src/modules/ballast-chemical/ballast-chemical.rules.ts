import { remark, textIn } from '#modules/check.rules.ts';
import type { Check } from '#value/record-rule.rules.ts';

/** A CAS Registry Number: the last digit is that of the sum of the others, weighted by their place from the right. */
export function isCasNumber(text: string): boolean {
  const parts = /^(\d{2,7})-(\d{2})-(\d)$/.exec(text);
  if (!parts) return false;
  const digits = Array.from(`${parts[1] ?? ''}${parts[2] ?? ''}`, Number).toReversed();
  return digits.reduce((sum, digit, at) => sum + digit * (at + 1), 0) % 10 === Number(parts[3]);
}

export const checkCasNumber: Check = (values) => {
  const number = textIn(values, 'cas_number');
  return number === null || isCasNumber(number)
    ? []
    : [remark('cas_number', 'refused', 'This is no CAS number: its check digit does not fit.')];
};
