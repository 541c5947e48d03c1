import type { ValueWord } from '#words/value-words.ts';
import { accept, refuse } from './fault.rules.ts';
import type { Control, Filter, Given, Reading, Stored, Test } from './value.rules.ts';

/** Values of one filter, at most. */
export const MOST_FILTER_VALUES = 100;
const LINE = 200;

/** A control of one line. */
export function line(most: number, more: Partial<Control> = {}): Control {
  return { shape: 'line', most, isMany: false, isCode: false, ...more };
}

/** `.is=empty` or `.is=filled`, for the column of that suffix. */
export function filledFilter(column: string): Filter {
  return {
    suffix: 'is',
    control: line(10, { isCode: true, example: 'empty' }),
    read: ([asked = '']) =>
      asked === 'empty' || asked === 'filled'
        ? accept({ test: 'empty', column, isEmpty: asked === 'empty' })
        : refuse('filterIs', {}, ['empty', 'filled']),
  };
}

type ReadOne<V> = (text: string, given: Given) => Reading<V>;

/** The column is one of the values asked for. */
export function amongFilter(column: string, control: Control, read: ReadOne<Stored>): Filter {
  return {
    suffix: '',
    control,
    read: (typed, given) => {
      const all = readEach(typed, read, given);
      return all.ok ? accept({ test: 'among', column, values: all.value }) : all;
    },
  };
}

/** The list in the column has one of the values asked for. */
export function sharesFilter(column: string, control: Control, read: ReadOne<string>): Filter {
  return {
    suffix: '',
    control,
    read: (typed, given) => {
      const all = readEach(typed, read, given);
      return all.ok ? accept({ test: 'shares', column, values: all.value }) : all;
    },
  };
}

/** `.from` and `.to`, both included. */
export function rangeFilters(control: Control, read: ReadOne<number>): readonly Filter[] {
  const bound = (suffix: 'from' | 'to'): Filter => ({
    suffix,
    control,
    read: (typed, given) => {
      const one = readOne(typed, read, given);
      return one.ok ? accept({ test: 'between', column: '', [suffix]: one.value }) : one;
    },
  });
  return [bound('from'), bound('to')];
}

/** Any of several, each read alone. */
export function anyFilter(suffix: string, control: Control, read: ReadOne<Test>): Filter {
  return {
    suffix,
    control,
    read: (typed, given) => {
      const all = readEach(typed, read, given);
      return all.ok ? accept({ test: 'any', of: all.value }) : all;
    },
  };
}

export function readOne<V>(typed: readonly string[], read: ReadOne<V>, given: Given): Reading<V> {
  const [first = '', ...more] = typed;
  return more.length > 0 ? refuse('notOne') : readShort(first, read, given);
}

function readEach<V>(typed: readonly string[], read: ReadOne<V>, given: Given): Reading<readonly V[]> {
  if (typed.length > MOST_FILTER_VALUES) return refuse('tooMany', { most: MOST_FILTER_VALUES });
  const values: V[] = [];
  for (const text of typed) {
    const reading = readShort(text, read, given);
    if (!reading.ok) return reading;
    values.push(reading.value);
  }
  return accept(values);
}

function readShort<V>(text: string, read: ReadOne<V>, given: Given): Reading<V> {
  return text.length > LINE ? refuse('tooLong', { most: LINE }) : read(text.trim(), given);
}

/** The year in which a day or instant of the column lies: four digits. */
export function readYear(text: string, word: ValueWord): Reading<number> {
  return /^(?:1[5-9]|2[0-4])\d\d$/.test(text) ? accept(Number(text)) : refuse(word);
}
