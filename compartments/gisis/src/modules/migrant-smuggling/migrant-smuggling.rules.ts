import { numberIn, remark } from '#modules/check.rules.ts';
import type { Check } from '#value/record-rule.rules.ts';

/** No more persons were rescued, died or went missing than were on board. */
export const checkPersons: Check = (values) => {
  const onBoard = numberIn(values, 'persons');
  if (onBoard === null) return [];
  const told = (field: string) => numberIn(values, field) ?? 0;
  const field = ['rescued', 'deaths', 'missing'].find(
    (_, at, all) => all.slice(0, at + 1).reduce((sum, name) => sum + told(name), 0) > onBoard,
  );
  return field === undefined ? [] : [remark(field, 'asked', 'These are more than were on board.')];
};
