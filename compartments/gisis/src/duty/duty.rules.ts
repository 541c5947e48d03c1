import type { Field } from '#declaration/field.rules.ts';
import type { Duty, Module } from '#declaration/module.rules.ts';
import type { Registered } from '#record/record.rules.ts';
import { seesEverywhere, seesModule } from '#sight/sight.rules.ts';
import { isOfficer, type Viewer } from '#sight/viewer.rules.ts';
import { meaningsOf } from '#value/meaning.rules.ts';
import { quoteSql } from '#value/single-column.rules.ts';
import { columnName } from '#value/value.rules.ts';
import type { Stage } from '#workflow/reminder.rules.ts';
import { GONE_STATES, statesOf } from '#workflow/workflow.rules.ts';

/** Something that one State owes of one record. Days are ISO. */
export type Owed = {
  readonly module: string;
  readonly duty: string;
  readonly reference: string;
  readonly owedBy: string;
  readonly since: string;
  readonly due: string;
};
/** A line of the calendar with the record that it is about. */
export type OwedLine = { readonly owed: Owed; readonly module: Module; readonly record: Registered };
/** Where a line stands in the calendar: by the day, then by what is the same for ever. */
export type OwedPlace = Pick<Owed, 'module' | 'duty' | 'reference' | 'due'>;

/** A declared duty of a module. */
export type DutyOf = { readonly module: Module; readonly duty: Duty };

export const OWED_A_PAGE = 100;
/** So long before a day falls due it is told. */
export const TOLD_BEFORE_DAYS = 30;
/** What is overdue for longer stands in the calendar, and nobody is reminded of it: old records that are brought in wake nobody. */
export const TOLD_UNTIL_DAYS = 366;

export function dutiesOf(modules: Iterable<Module>): readonly DutyOf[] {
  return [...modules].flatMap((module) => (module.duties ?? []).map((duty) => ({ module, duty })));
}

/** The field that names the State which owes it. */
export function owingField({ module, duty }: DutyOf): string {
  if (duty.owedBy !== 'own-state') return duty.owedBy.stateIn;
  return module.owner === 'secretariat' ? '' : module.owner.stateIn;
}

/**
 * SQL of constants alone that holds for records of which something is owed: the same in a partial index and in the queries that it answers.
 */
export function pendingSql(of: DutyOf): string {
  const { module, duty } = of;
  const { until, where, given } = duty;
  const states = 'leaves' in until ? until.leaves : statesOf(module).filter((state) => !GONE_STATES.includes(state));
  return [
    'id > 0',
    `${columnOf(module, duty.from)} is not null`,
    `${columnOf(module, owingField(of))} is not null`,
    `state in (${states.map(quoteSql).join(', ')})`,
    ...(given === undefined ? [] : [`${columnOf(module, given)} is not null`]),
    ...('filled' in until ? [`${columnOf(module, until.filled)} is null`] : []),
    ...(where ? [`${columnOf(module, where.field)} in (${where.among.map(quoteSql).join(', ')})`] : []),
  ].join(' and ');
}

/** SQL of the day from which a duty counts. */
export function sinceSql({ module, duty }: DutyOf): string {
  const column = columnOf(module, duty.from);
  return module.fields[duty.from]?.kind === 'moment' ? `(${column} at time zone 'UTC')::date` : column;
}

/** SQL of the day on which it is due. */
export function dueSql(of: DutyOf): string {
  const since = sinceSql(of);
  if ('days' in of.duty.due) return `(${since} + ${of.duty.due.days})`;
  const [month, day] = of.duty.due.nextYearOn.split('-').map(Number);
  return `make_date(extract(year from ${since})::int + 1, ${month ?? 1}, ${day ?? 1})`;
}

export function columnOf(module: Module, field: string): string {
  const suffix = meaningsOf(module)[field]?.columns[0]?.suffix ?? '';
  return columnName(field, suffix);
}

/** Whether somebody may know of a duty of a State: only where they see all the fields that tell of it. */
export function seesDuty(of: DutyOf, state: string, viewer: Viewer): boolean {
  const { module, duty } = of;
  const { from, until, where, given } = duty;
  const names = [
    from,
    owingField(of),
    ...('filled' in until ? [until.filled] : []),
    ...(where ? [where.field] : []),
    ...(given === undefined ? [] : [given]),
  ];
  const isOwn = viewer.state === state;
  const sees = (field: Field | undefined) => {
    if (field === undefined) return false;
    if (seesEverywhere(field, viewer)) return true;
    if (!isOwn || duty.owedBy !== 'own-state') return false;
    return field.seenBy === 'own-state' || (field.seenBy === 'own-officers' && isOfficer(viewer));
  };
  return (isOwn || seesModule(module, viewer)) && names.every((name) => sees(module.fields[name]));
}

/** States of the workflow in which others than those concerned do not know that there is a record. */
export function hiddenFrom({ module }: DutyOf, state: string, viewer: Viewer): readonly string[] {
  return viewer.isSecretariat || viewer.state === state ? [] : (module.workflow?.unpublished ?? []);
}

/** Whole days from one day to another. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);
}

export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

export function comparePlaces(a: OwedPlace, b: OwedPlace): number {
  const [left, right] = [placeKey(a), placeKey(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function placeKey({ due, module, duty, reference }: OwedPlace): string {
  return [due, module, duty, reference].join('\n');
}

/** A place as it stands in an address. */
export function writeOwedPlace({ due, module, duty, reference }: OwedPlace): string {
  return Buffer.from(JSON.stringify([due, module, duty, reference])).toString('base64url');
}

export function readOwedPlace(text: string): OwedPlace | null {
  try {
    const read: unknown = JSON.parse(Buffer.from(text.slice(0, 600), 'base64url').toString('utf8'));
    const parts = Array.isArray(read) ? read.filter((part) => typeof part === 'string' && /^[\w-]{1,100}$/.test(part)) : [];
    const [due, module, duty, reference] = parts as string[];
    if (parts.length !== 4 || due === undefined || !/^\d{4}-\d{2}-\d{2}$/.test(due) || Number.isNaN(Date.parse(due))) return null;
    return { due, module: module ?? '', duty: duty ?? '', reference: reference ?? '' };
  } catch {
    return null;
  }
}

/** At which stage a duty stands on a day, if it is to be told at all. */
export function stageOf(due: string, today: string): Stage | null {
  if (due < today) return daysBetween(due, today) <= TOLD_UNTIL_DAYS ? 'overdue' : null;
  return due <= addDays(today, TOLD_BEFORE_DAYS) ? 'soon' : null;
}
