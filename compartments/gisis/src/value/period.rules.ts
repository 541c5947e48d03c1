import type { Language } from '@bulkhead/contracts';
import { fillIn, formatDay } from '@bulkhead/web';
import { z } from 'zod';
import { valueWords } from '#words/value-words.ts';
import { readDay } from './calendar-day.rules.ts';
import { dayFilters } from './day.rules.ts';
import { accept, refuse } from './fault.rules.ts';
import { filledFilter } from './filter.rules.ts';
import { textOf } from './single-column.rules.ts';
import type { Control, Meaning, Period, Reading, Row } from './value.rules.ts';

const CONTROL: Control = { shape: 'two-days', most: 60, isMany: true, isCode: true, example: '2026-01-01/2026-12-31' };
const jsonSchema = z.strictObject({ from: z.string(), to: z.string().nullable().default(null) });
const OPEN = new Set(['', '..', '-', '…']);

/** From a day to another, both included; open while it lasts. */
export function periodMeaning(): Meaning<Period> {
  return {
    columns: [
      { suffix: 'from', type: 'date', check: (name) => `${name('from')} is not null or ${name('to')} is null` },
      { suffix: 'to', type: 'date', check: (name) => `${name('to')} >= ${name('from')}` },
    ],
    indexes: [{ method: 'btree', on: (name) => `${name('from')}, ${name('to')}` }],
    control: CONTROL,
    read: (typed) => (typeof typed === 'string' ? readText(typed) : readDays(typed)),
    readJson: (json) => {
      if (json === null) return accept(null);
      if (typeof json === 'string') return readText(json);
      const parsed = jsonSchema.safeParse(json);
      return parsed.success ? readDays([parsed.data.from, parsed.data.to ?? '']) : refuse('periodForm');
    },
    pack: (value) => ({ from: value?.from ?? null, to: value?.to ?? null }),
    unpack: unpackPeriod,
    write: ({ from, to }) => `${from}/${to ?? '..'}`,
    fill: ({ from, to }) => [from, to ?? ''],
    show: showPeriod,
    json: (value) => value,
    schema: {
      type: 'object',
      properties: { from: { type: 'string', format: 'date' }, to: { type: ['string', 'null'], format: 'date' } },
      required: ['from', 'to'],
    },
    point: () => null,
    filters: [
      ...dayFilters(({ from }, last) => ({
        test: 'overlaps',
        from: 'from',
        to: 'to',
        first: from ?? '-infinity',
        last: last ?? 'infinity',
      })),
      filledFilter('from'),
    ],
    facet: null,
    sort: 'from',
    search: null,
  };
}

function readText(text: string): Reading<Period | null> {
  const clean = textOf(text, CONTROL.most);
  if (!clean.ok) return clean;
  return readDays(clean.value.split(/\/| to | – | — /u));
}

function readDays(typed: readonly string[]): Reading<Period | null> {
  if (typed.length > 2) return refuse('periodForm');
  const [from, to] = [textOf(typed[0] ?? '', 40), textOf(typed[1] ?? '', 40)];
  if (!from.ok) return from;
  if (!to.ok) return to;
  if (from.value === '') return OPEN.has(to.value) ? accept(null) : refuse('periodForm');
  const first = readDay(from.value);
  if (!first.ok) return first;
  if (OPEN.has(to.value)) return accept({ from: first.value, to: null });
  const last = readDay(to.value);
  if (!last.ok) return last;
  return last.value < first.value ? refuse('periodOrder') : accept({ from: first.value, to: last.value });
}

function unpackPeriod(row: Row): Period | null {
  const [from, to] = [row['from'], row['to']];
  return typeof from === 'string' ? { from, to: typeof to === 'string' ? to : null } : null;
}

function showPeriod({ from, to }: Period, language: Language): string {
  const say = (day: string) => formatDay(new Date(`${day}T00:00:00Z`), language);
  const words = valueWords(language);
  return to === null
    ? fillIn(words.periodOpen, { from: say(from) })
    : fillIn(words.periodClosed, { from: say(from), to: say(to) });
}
