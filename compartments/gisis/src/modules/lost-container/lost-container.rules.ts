import { numberIn, remark, textIn } from '#modules/check.rules.ts';
import type { Check } from '#value/record-rule.rules.ts';

/** Values of the letters A to Z: from 10 up, without multiples of 11 (ISO 6346, annex A). */
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const VALUES = Array.from({ length: 40 }, (_, at) => at + 10).filter((value) => value % 11 !== 0);

/** An ISO 6346 number: owner, category U, J or Z, six digits and a check digit that fits. */
export function isContainerNumber(text: string): boolean {
  if (!/^[A-Z]{3}[UJZ]\d{7}$/.test(text)) return false;
  const sum = Array.from(text.slice(0, 10), valueOf).reduce((total, value, at) => total + value * 2 ** at, 0);
  return (sum % 11) % 10 === Number(text[10]);
}

function valueOf(sign: string): number {
  const at = LETTERS.indexOf(sign);
  return at < 0 ? Number(sign) : (VALUES[at] ?? 0);
}

/** The numbers of a field in which they stand apart by spaces, commas, semicolons or lines. */
export function listContainerNumbers(text: string): readonly string[] {
  return text
    .split(/[\s,;]+/)
    .filter((part) => part !== '')
    .map((part) => part.toUpperCase().replace(/-(?=\d$)/, ''));
}

export const checkContainers: Check = (values) => {
  const wrong = listContainerNumbers(textIn(values, 'container_numbers') ?? '').find((number) => !isContainerNumber(number));
  return wrong === undefined
    ? []
    : [
        remark('container_numbers', 'refused', '{number} is no container number: check its letters and digits.', {
          number: wrong.slice(0, 40),
        }),
      ];
};

export const checkRecovered: Check = (values) => {
  const [lost, recovered] = [numberIn(values, 'number'), numberIn(values, 'recovered')];
  return lost !== null && recovered !== null && recovered > lost
    ? [remark('recovered', 'refused', 'These are more than were lost.')]
    : [];
};
