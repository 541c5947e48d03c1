import type { Module } from '#declaration/module.rules.ts';
import type { InSix } from '#declaration/terms.rules.ts';
import { isSameValue, listChanges, type NewChange, packValues, type Registered } from '#record/record.rules.ts';
import { type FieldFault, faultAt, readFields, readSince, remarksOn, type TypedFields } from '#record/typed.rules.ts';
import { isAmong, mayChange, seesRecord, valuesOfFiler } from '#sight/sight.rules.ts';
import type { Viewer } from '#sight/viewer.rules.ts';
import { meaningsOf } from '#value/meaning.rules.ts';
import type { Values } from '#value/record-rule.rules.ts';
import { inAllLanguages } from '#words/words.ts';
import { firstState, workflowOf } from '#workflow/workflow.rules.ts';
import { MANY_SENTENCES } from './many.words.ts';

/** A record as a file gives it. */
export type GivenRow = {
  /** Its row in the file, the heading being row 1. */
  readonly row: number;
  /** The reference of a record that it says stands, where references are drawn. */
  readonly reference: string;
  /** The revision upon which it was made; null where it does not say. */
  readonly revision: string;
  readonly state: string;
  readonly typed: TypedFields;
  /** Since when what changes holds, where the file says; else the day that the person gave. */
  readonly since: TypedFields;
  readonly formerNames: string;
  readonly isSample: boolean;
};

/** What a row comes to. */
export type Verdict = { readonly given: GivenRow } & (
  | { readonly kind: 'same' }
  | { readonly kind: 'new'; readonly state: string; readonly values: Values; readonly asked: readonly FieldFault[] }
  | {
      readonly kind: 'changed';
      readonly standing: Registered;
      readonly values: Values;
      readonly changes: readonly NewChange[];
      readonly asked: readonly FieldFault[];
    }
  | { readonly kind: 'refused'; readonly faults: readonly FieldFault[]; readonly isTwice?: true }
);

/** What is asked of all rows alike. */
export type Terms = {
  readonly by: Viewer;
  readonly at: Date;
  /** The day from which changed names, flags and the like hold, for rows that do not say. */
  readonly since: string | null;
  /** Records that somebody changed after this are not touched. */
  readonly unchangedSince: Date | null;
  /** Whom the fields that the file names may be written by: the columns of the file. */
  readonly columns: ReadonlySet<string>;
};

/** What stands already, as far as a batch of rows touches it. */
export type Surroundings = {
  readonly standing: ReadonlyMap<string, Registered>;
  readonly seesWhole: (record: Registered) => boolean;
  readonly heldSince: (record: Registered) => Readonly<Record<string, string>>;
  readonly writable: (record: Registered | null) => readonly string[];
  /** Which references of another module's records stand. */
  readonly known: (module: string, reference: string) => boolean;
};

/** Fields whose column a row cannot be without, at which what concerns the whole record is told. */
export const WHOLE_ROW = 'reference';

/** The reference that a row would have, or says that it has; '' for one that is still to be drawn. */
export function keyOf(module: Module, given: GivenRow, now: Date): string {
  const { reference } = module;
  if (!('field' in reference)) return given.reference.trim();
  const meaning = meaningsOf(module)[reference.field];
  const reading = meaning?.read(given.typed[reference.field] ?? '', { now });
  return meaning && reading?.ok && reading.value !== null ? meaning.write(reading.value) : '';
}

/** Judges a row by the rules of the form; what stands alike, and what only a database can compare, is judged after it. */
export function judgeRow(module: Module, given: GivenRow, around: Surroundings, terms: Terms): Verdict {
  const key = keyOf(module, given, terms.at);
  const standing = around.standing.get(key);
  if (standing && seesRecord(module, standing, terms.by) && around.seesWhole(standing))
    return judgeChange(module, { given, standing }, around, terms);
  if (standing === undefined && ('field' in module.reference || key === '')) return judgeNew(module, given, around, terms);
  const isTaken = 'field' in module.reference;
  return refusedAt(
    given,
    isTaken ? module.reference.field : WHOLE_ROW,
    inAllLanguages(isTaken ? 'filedAlready' : 'recordUnknown'),
  );
}

function judgeNew(module: Module, given: GivenRow, around: Surroundings, { by, at }: Terms): Verdict {
  const names = around.writable(null);
  const { values, faults } = readFields(module, names, given.typed, valuesOfFiler(module, by), { now: at });
  const foreign = foreignTo(module, { given, names, values, now: at });
  // Where a field that the act needs is wrong, that is told there.
  const isBegun = faults.length > 0 || beginsIn(module, given.state, values, by);
  const begun = isBegun ? [] : [faultAt('state', MANY_SENTENCES.state)];
  const all = [...begun, ...faults, ...foreign];
  return conclude(module, { given, values, faults: all, changes: null, standing: null }, around, { by, at });
}

/** A new record begins in its first state, or where one act leads that its sender may do, with all that the act needs. */
function beginsIn(module: Module, state: string, values: Values, by: Viewer): boolean {
  const first = firstState(module);
  if (state === '' || state === first) return true;
  return Object.values(workflowOf(module).acts).some(
    ({ from, to, by: actors, needs = [] }) =>
      to === state &&
      from.includes(first) &&
      needs.every((name) => (values[name] ?? null) !== null) &&
      isAmong(actors, module, { values }, by),
  );
}

function judgeChange(
  module: Module,
  { given, standing }: { readonly given: GivenRow; readonly standing: Registered },
  around: Surroundings,
  terms: Terms,
): Verdict {
  const { by, at, columns } = terms;
  const writable = around.writable(standing);
  const names = writable.filter((name) => columns.has(name));
  const { values, faults } = readFields(module, names, given.typed, standing.values, { now: at });
  const foreign = foreignTo(module, { given, names: writable, values, now: at });
  const changes = listChanges(standing.values, values);
  const moved = given.state !== '' && given.state !== standing.state ? [faultAt('state', MANY_SENTENCES.state)] : [];
  if (faults.length + foreign.length + moved.length === 0 && changes.length === 0) return { kind: 'same', given };
  if (!mayChange(module, standing, by)) return refusedAt(given, WHOLE_ROW, inAllLanguages('ownStateOnly'));
  const isOvertaken =
    (given.revision !== '' && given.revision !== String(standing.revision)) ||
    (terms.unchangedSince !== null && standing.changedAt > terms.unchangedSince);
  if (isOvertaken) return refusedAt(given, WHOLE_ROW, MANY_SENTENCES.overtaken);
  const dated = readSince(module, changes, sinceOf(changes, given, terms), {
    today: at.toISOString().slice(0, 10),
    heldSince: around.heldSince(standing),
  });
  const all = [...moved, ...faults, ...foreign, ...dated.faults];
  const held = listChanges(standing.values, values, dated.since);
  return conclude(module, { given, values, faults: all, changes: held, standing }, around, { by, at });
}

/** Since when each changed field holds, as the row says, or all rows together. */
function sinceOf(changes: readonly NewChange[], { since }: GivenRow, { since: usual }: Terms): TypedFields {
  return Object.fromEntries(
    changes.map(({ field }) => {
      const own = since[`since.${field}`] ?? '';
      const ofRow = since['since'] ?? '';
      return [`since.${field}`, own !== '' ? own : ofRow !== '' ? ofRow : (usual ?? '')];
    }),
  );
}

type Read = {
  readonly given: GivenRow;
  readonly values: Values;
  readonly faults: readonly FieldFault[];
  readonly changes: readonly NewChange[] | null;
  readonly standing: Registered | null;
};

function conclude(
  module: Module,
  { given, values, faults, changes, standing }: Read,
  around: Surroundings,
  { at }: Pick<Terms, 'by' | 'at'>,
): Verdict {
  const remarks = remarksOn(module, values, { now: at });
  const toFault = (weight: 'refused' | 'asked') =>
    remarks.filter((one) => one.weight === weight).map(({ field, sentence }) => faultAt(field, sentence));
  const all = [...faults, ...toFault('refused'), ...unknownIn(module, values, around)];
  if (all.length > 0) return { kind: 'refused', given, faults: all };
  const asked = toFault('asked');
  return standing === null || changes === null
    ? { kind: 'new', given, values, asked, state: given.state === '' ? firstState(module) : given.state }
    : { kind: 'changed', given, standing, values, changes, asked };
}

function unknownIn(module: Module, values: Values, { known }: Surroundings): FieldFault[] {
  return Object.entries(module.fields).flatMap(([name, field]) => {
    const value = values[name];
    if (field.kind !== 'reference' || typeof value !== 'string' || known(field.to, value)) return [];
    return [faultAt(name, inAllLanguages('recordUnknown'))];
  });
}

/** Columns that this person cannot write must say what stands, as an export does. */
function foreignTo(
  module: Module,
  {
    given,
    names,
    values,
    now,
  }: { readonly given: GivenRow; readonly names: readonly string[]; readonly values: Values; readonly now: Date },
): FieldFault[] {
  const own = new Set(names);
  const key = 'field' in module.reference ? module.reference.field : '';
  return Object.entries(given.typed).flatMap(([name, typed]) => {
    const meaning = meaningsOf(module)[name];
    if (own.has(name) || name === key || meaning === undefined || typed === '') return [];
    const reading = meaning.read(typed, { now });
    if (reading.ok && isSameValue(reading.value, values[name])) return [];
    return [faultAt(name, MANY_SENTENCES.notYours)];
  });
}

export function refusedAt(given: GivenRow, field: string, sentence: InSix): Extract<Verdict, { kind: 'refused' }> {
  return { kind: 'refused', given, faults: [faultAt(field, sentence)] };
}

/** An earlier row of the file is about the same record. */
export function refusedTwice(given: GivenRow): Verdict {
  return { ...refusedAt(given, WHOLE_ROW, MANY_SENTENCES.twice), isTwice: true };
}

/** Whether a new row says of these fields what a record holds: it was filed from the same file, or by somebody else. */
export function saysThat(
  module: Module,
  { given, values }: Extract<Verdict, { kind: 'new' }>,
  standing: Registered,
  fields: ReadonlySet<string>,
): boolean {
  if (given.state !== '' && given.state !== standing.state) return false;
  return [...fields].every((name) => !(name in values) || isSameValue(values[name], standing.values[name]));
}

/** A row's values in some fields as one text: alike rows have the same; null where one of them is empty. */
export function tupleOf(module: Module, values: Values, fields: readonly string[]): string | null {
  if (fields.some((name) => (values[name] ?? null) === null)) return null;
  return JSON.stringify(packValues(module, Object.fromEntries(fields.map((name) => [name, values[name] ?? null]))));
}
