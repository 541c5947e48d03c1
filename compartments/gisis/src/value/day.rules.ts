import { formatDay } from '@bulkhead/web';
import type { FieldOf } from '#declaration/field.rules.ts';
import { addDays, readDay } from './calendar-day.rules.ts';
import { accept, refuse } from './fault.rules.ts';
import { anyFilter, line, readOne, readYear } from './filter.rules.ts';
import { singleColumn, unpackText } from './single-column.rules.ts';
import type { Control, Facet, Filter, Given, Meaning, Reading, Test } from './value.rules.ts';

export const DAY_CONTROL: Control = { shape: 'day', most: 40, isMany: false, isCode: true, example: '2026-03-29' };
const YEAR_CONTROL = line(4, { isCode: true, inputMode: 'numeric', example: '2026' });
/** It is already tomorrow in the easternmost zones. */
const AHEAD_MS = 14 * 3_600_000;

/** A day of the calendar, in no zone. */
export function dayMeaning({ notAfter }: FieldOf<'day'>): Meaning<string> {
  const parse = (text: string, given: Given): Reading<string> => {
    const day = readDay(text);
    if (!day.ok || notAfter === undefined) return day;
    const latest = new Date(given.now.getTime() + AHEAD_MS).toISOString().slice(0, 10);
    return day.value > latest ? refuse('dayAhead') : day;
  };
  return singleColumn<string>({
    type: 'date',
    control: DAY_CONTROL,
    form: 'dayForm',
    parse,
    unpack: unpackText,
    show: (value, language) => formatDay(new Date(`${value}T00:00:00Z`), language),
    schema: { type: 'string', format: 'date' },
    filters: [
      ...dayFilters((from, last) => ({ test: 'between', column: '', ...from, ...(last ? { to: last } : {}) })),
      yearFilter(dayYear),
    ],
    facet: yearFacet((column) => `extract(year from ${column})::int`),
  });
}

function dayYear(year: number): Test {
  return { test: 'between', column: '', from: `${year}-01-01`, to: `${year}-12-31` };
}

/** `.from` and `.to`: days, both included; `test` makes what is asked of the column. */
export function dayFilters(test: (from: { readonly from?: string }, last: string | null) => Test): readonly Filter[] {
  const bound = (suffix: 'from' | 'to'): Filter => ({
    suffix,
    control: DAY_CONTROL,
    read: (typed, given) => {
      const day = readOne(typed, readDay, given);
      if (!day.ok) return day;
      return accept(suffix === 'from' ? test({ from: day.value }, null) : test({}, day.value));
    },
  });
  return [bound('from'), bound('to')];
}

/** `.year`: once or repeatedly. */
export function yearFilter(test: (year: number) => Test): Filter {
  return anyFilter('year', YEAR_CONTROL, (text) => {
    const year = readYear(text, 'dayForm');
    return year.ok ? accept(test(year.value)) : year;
  });
}

export function yearFacet(by: (column: string) => string): Facet {
  return { filter: 'year', by: (name) => by(name('')), isMany: false, order: 'value', show: (year) => year };
}

/** The day after: what an instant must lie before to lie within the day. */
export function dayAfter(day: string): string {
  return addDays(day, 1);
}
