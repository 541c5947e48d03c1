import { listIn, numberIn, remark, textIn } from '#modules/check.rules.ts';
import type { Check, Decision, Values } from '#value/record-rule.rules.ts';

export const SEVERITIES = ['very-serious', 'casualty', 'incident', 'outside'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** The seven outcomes of paragraph 2.9 of the Casualty Investigation Code. */
const CASUALTY_OUTCOMES = [
  'death',
  'serious-injury',
  'person-lost',
  'ship-lost',
  'ship-damaged',
  'disabled',
  'infrastructure',
  'environment',
];

/**
 * How severe something was (Casualty Investigation Code, 2.9, 2.10 and 2.22): very serious with the total loss of a ship, a death or
 * severe damage to the environment; a marine casualty with one of the listed outcomes; an incident where safety was endangered or
 * would have been. Deliberate acts are none of these. Null while nothing is told from which it could follow.
 */
export function severityOf(values: Values): Severity | null {
  if (values['deliberate'] === true) return 'outside';
  const outcomes = new Set(listIn(values, 'outcomes'));
  const counted = (field: string) => (numberIn(values, field) ?? 0) > 0;
  const harm = textIn(values, 'environment');
  if (outcomes.has('death') || counted('deaths') || values['total_loss'] === true || harm === 'severe') return 'very-serious';
  const isCasualty =
    CASUALTY_OUTCOMES.some((outcome) => outcomes.has(outcome)) || counted('missing') || counted('serious_injuries');
  if (isCasualty || harm === 'potential') return 'casualty';
  return outcomes.has('endangered') ? 'incident' : null;
}
export const decideSeverity: Decision = severityOf;

/** What is told by outcomes and by numbers agrees. */
export const checkOutcomes: Check = (values) => {
  const outcomes = new Set(listIn(values, 'outcomes'));
  const pairs = [
    ['deaths', 'death'],
    ['serious_injuries', 'serious-injury'],
  ] as const;
  const unlike = pairs.find(([field, outcome]) => disagree(numberIn(values, field), outcomes.has(outcome)));
  if (unlike) return [remark(unlike[0], 'asked', 'This does not fit what is told of persons and of the ship. Check both.')];
  return values['total_loss'] === true && outcomes.size > 0 && !outcomes.has('ship-lost')
    ? [remark('total_loss', 'asked', 'This does not fit what is told of persons and of the ship. Check both.')]
    : [];
};

function disagree(count: number | null, isTold: boolean): boolean {
  return count !== null && count > 0 !== isTold;
}
