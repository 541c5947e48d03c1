import type { Language } from '@bulkhead/contracts';
import { COUNTRIES, nameCountry, readCountry, suggestCountries } from '#state/country.rules.ts';
import { accept, refuse } from './fault.rules.ts';
import { amongFilter, line, sharesFilter } from './filter.rules.ts';
import { listMeaning } from './list-column.rules.ts';
import { singleColumn, unpackText } from './single-column.rules.ts';
import type { Control, Facet, Meaning, Option, Reading } from './value.rules.ts';

const MOST_STATES = 250;
const options = new Map<Language, readonly Option[]>();
const CONTROL: Control = { shape: 'pick', most: 120, isMany: false, isCode: false, options: listOptions };

/** All, in the order of the language. */
function listOptions(language: Language): readonly Option[] {
  const known = options.get(language);
  if (known) return known;
  const collator = new Intl.Collator(language);
  const all = COUNTRIES.map(({ alpha3, names }) => ({ value: alpha3, text: names[language] })).toSorted((a, b) =>
    collator.compare(a.text, b.text),
  );
  options.set(language, all);
  return all;
}

/** A State by alpha-3, alpha-2, number or name in any of the six languages. */
function parse(text: string): Reading<string> {
  const country = readCountry(text);
  if (country) return accept(country.alpha3);
  return refuse(
    'stateUnknown',
    {},
    suggestCountries(text).map(({ alpha3 }) => alpha3),
  );
}

function facet(isMany: boolean): Facet {
  return { filter: '', by: (name) => (isMany ? `unnest(${name('')})` : name('')), isMany, order: 'size', show: nameCountry };
}

/** A State, by ISO 3166-1 alpha-3. */
export function stateMeaning(): Meaning<string> {
  return singleColumn<string>({
    type: 'text',
    check: (column) => `${column} ~ '^[A-Z]{3}$'`,
    control: CONTROL,
    form: 'stateUnknown',
    parse,
    unpack: unpackText,
    show: nameCountry,
    schema: { type: 'string', pattern: '^[A-Z]{3}$' },
    filters: [amongFilter('', line(120), parse)],
    facet: facet(false),
  });
}

/** Several States, each once, in the order of their codes. */
export function statesMeaning(): Meaning<readonly string[]> {
  return listMeaning({
    most: MOST_STATES,
    mostLetters: 120,
    form: 'stateUnknown',
    check: (column) =>
      `cardinality(${column}) between 1 and ${MOST_STATES} and array_to_string(${column}, ',') ~ '^[A-Z]{3}(,[A-Z]{3})*$'`,
    options: listOptions,
    parseOne: parse,
    order: (codes) => codes.toSorted((a, b) => (a < b ? -1 : 1)),
    showOne: nameCountry,
    schemaOfOne: { type: 'string', pattern: '^[A-Z]{3}$' },
    filter: sharesFilter('', line(120), parse),
    facet: facet(true),
  });
}
