import { LANGUAGES } from '@bulkhead/contracts';
import { valueWords } from '#words/value-words.ts';
import { accept, refuse } from './fault.rules.ts';
import { amongFilter } from './filter.rules.ts';
import { singleColumn } from './single-column.rules.ts';
import type { Control, Meaning, Reading } from './value.rules.ts';

const YES = new Set(['yes', 'y', 'true', '1', 'x', ...LANGUAGES.map((language) => valueWords(language).yes.toLowerCase())]);
const NO = new Set(['no', 'n', 'false', '0', ...LANGUAGES.map((language) => valueWords(language).no.toLowerCase())]);

const CONTROL: Control = {
  shape: 'pick',
  most: 20,
  isMany: false,
  isCode: false,
  options: (language) => [
    { value: 'yes', text: valueWords(language).yes },
    { value: 'no', text: valueWords(language).no },
  ],
};

function parse(text: string): Reading<boolean> {
  const word = text.toLowerCase();
  if (YES.has(word)) return accept(true);
  return NO.has(word) ? accept(false) : refuse('yesNoForm', {}, ['yes', 'no']);
}

/** Yes, no, or not told. */
export function yesNoMeaning(): Meaning<boolean> {
  return singleColumn<boolean>({
    type: 'boolean',
    control: CONTROL,
    form: 'yesNoForm',
    parse,
    unpack: (stored) => (typeof stored === 'boolean' ? stored : null),
    write: (value) => (value ? 'yes' : 'no'),
    show: (value, language) => valueWords(language)[value ? 'yes' : 'no'],
    schema: { type: 'boolean' },
    filters: [amongFilter('', CONTROL, parse)],
    facet: {
      filter: '',
      by: (name) => `case ${name('')} when true then 'yes' when false then 'no' end`,
      isMany: false,
      order: 'size',
      show: (value, language) => valueWords(language)[value === 'yes' ? 'yes' : 'no'],
    },
  });
}
