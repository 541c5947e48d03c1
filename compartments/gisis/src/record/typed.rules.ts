import type { Module } from '#declaration/module.rules.ts';
import type { InSix } from '#declaration/terms.rules.ts';
import { CHECKS } from '#modules/checks.ts';
import { DECISIONS } from '#modules/decisions.ts';
import { meaningsOf } from '#value/meaning.rules.ts';
import type { Remark, Values } from '#value/record-rule.rules.ts';
import type { Fault, Given, Typed } from '#value/value.rules.ts';
import { inAllLanguages } from '#words/words.ts';
import type { NewChange } from './record.rules.ts';

/** What a form sent, by field. */
export type TypedFields = Readonly<Record<string, Typed>>;
/** What is wrong at a field, or asked back. */
export type FieldFault = { readonly field: string; readonly sentence: InSix; readonly suggestions: readonly string[] };
export type ReadFields = { readonly values: Values; readonly faults: readonly FieldFault[] };

export function faultAt(field: string, sentence: InSix, suggestions: readonly string[] = []): FieldFault {
  return { field, sentence, suggestions };
}

/** Reads those of a module's fields that a form asked for; what it did not ask for stays as it is in `standing`. */
export function readFields(
  module: Module,
  names: readonly string[],
  typed: TypedFields,
  standing: Values,
  given: Given,
): ReadFields {
  const values: Record<string, Values[string]> = { ...emptyValues(module), ...standing };
  const faults: FieldFault[] = [];
  for (const name of names) {
    const meaning = meaningsOf(module)[name];
    if (meaning === undefined) continue;
    const reading = meaning.read(typed[name] ?? (meaning.control.isMany ? [] : ''), given);
    if (reading.ok) values[name] = reading.value;
    else faults.push(toFault(name, reading.fault));
  }
  const faulty = new Set(faults.map(({ field }) => field));
  const missing = names.filter((name) => module.fields[name]?.required === true && values[name] === null && !faulty.has(name));
  return {
    values: decideFields(module, values, given),
    faults: [...faults, ...missing.map((name) => faultAt(name, inAllLanguages('fieldNeeded')))],
  };
}

function toFault(field: string, { sentence, suggestions }: Fault): FieldFault {
  return { field, sentence, suggestions };
}

function emptyValues(module: Module): Values {
  return Object.fromEntries(Object.keys(module.fields).map((name) => [name, null]));
}

/** The fields that nobody types follow from the others. */
export function decideFields(module: Module, values: Values, given: Given): Values {
  const decided = Object.entries(module.fields).flatMap(([name, { decidedBy }]) => {
    const decision = decidedBy === undefined ? undefined : DECISIONS[decidedBy];
    return decision === undefined ? [] : [[name, decision(values, given)] as const];
  });
  return { ...values, ...Object.fromEntries(decided) };
}

/** What rules over several fields say: of some a person may say that it is right all the same. */
export function remarksOn(module: Module, values: Values, given: Given): readonly Remark[] {
  return (module.checks ?? []).flatMap((name) => CHECKS[name]?.(values, given) ?? []);
}

/** Since when each changed field holds that keeps its dated history. A day that lies before the present value's is refused. */
export function readSince(
  module: Module,
  changes: readonly NewChange[],
  typed: TypedFields,
  { today, heldSince }: { readonly today: string; readonly heldSince: Readonly<Record<string, string>> },
): { readonly since: Readonly<Record<string, string>>; readonly faults: readonly FieldFault[] } {
  const since: Record<string, string> = {};
  const faults: FieldFault[] = [];
  for (const { field } of changes.filter((change) => module.fields[change.field]?.effective === true)) {
    const given = typed[`since.${field}`];
    const day = typeof given === 'string' ? given.trim() : '';
    const sentence = judgeSince(day, today, heldSince[field]);
    if (sentence === null) since[field] = day;
    else faults.push(faultAt(`since.${field}`, sentence));
  }
  return { since, faults };
}

function judgeSince(day: string, today: string, heldSince: string | undefined): InSix | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || Number.isNaN(Date.parse(day)) || new Date(day).toISOString().slice(0, 10) !== day)
    return inAllLanguages('sinceNeeded');
  if (day > today) return inAllLanguages('sinceAhead');
  return heldSince !== undefined && day < heldSince ? inAllLanguages('sinceTooEarly') : null;
}
