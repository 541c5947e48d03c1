import type { Decision } from '#value/record-rule.rules.ts';
import { decideSeverity } from './casualty/casualty.rules.ts';

/** The rules that decide a field from the others, as declarations name them in `decidedBy`. */
export const DECISIONS: Readonly<Record<string, Decision>> = { 'casualty-severity': decideSeverity };
