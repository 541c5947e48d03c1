import type { InSix } from '#declaration/terms.rules.ts';
import type { Given, Value } from './value.rules.ts';

/** The values of a record by the names of its fields. */
export type Values = Readonly<Record<string, Value | null>>;
/** Something about several fields together: refused, or asked back and kept if whoever files it says that it is right. */
export type Remark = { readonly field: string; readonly weight: 'refused' | 'asked'; readonly sentence: InSix };
export type Check = (values: Values, given: Given) => readonly Remark[];
/** Decides a field from the others. */
export type Decision = (values: Values, given: Given) => Value | null;
