import type { FieldOf } from '#declaration/field.rules.ts';
import { accept } from './fault.rules.ts';
import { amongFilter, line } from './filter.rules.ts';
import { readJsonText, singleColumn, textOf, unpackText } from './single-column.rules.ts';
import type { Given, Meaning } from './value.rules.ts';

/** One line of text: several spaces are one. */
export function textMeaning({ most }: FieldOf<'text'>): Meaning<string> {
  const parse = (text: string) => accept(text.replace(/\s+/gu, ' '));
  return singleColumn<string>({
    type: 'text',
    check: (column) => `char_length(${column}) between 1 and ${most}`,
    control: line(most),
    form: 'notOne',
    parse,
    unpack: unpackText,
    schema: { type: 'string', minLength: 1, maxLength: most },
    filters: [amongFilter('', line(most), parse)],
    // The search box finds names; a whole name asked for is found by its sort's index.
    indexes: [],
    search: 'name',
  });
}

/** Several lines of text. */
export function linesMeaning({ most }: FieldOf<'lines'>): Meaning<string> {
  const plain = singleColumn<string>({
    type: 'text',
    check: (column) => `char_length(${column}) between 1 and ${most}`,
    control: { shape: 'lines', most, isMany: false, isCode: false },
    form: 'notOne',
    parse: accept,
    unpack: unpackText,
    schema: { type: 'string', minLength: 1, maxLength: most },
    isSorted: false,
    search: 'prose',
  });
  const read: Meaning<string>['read'] = (typed) => {
    const text = textOf(typed, most, true);
    return text.ok && text.value === '' ? accept(null) : text;
  };
  return { ...plain, read, readJson: (json: unknown, given: Given) => readJsonText(json, (text) => read(text, given), 'notOne') };
}
