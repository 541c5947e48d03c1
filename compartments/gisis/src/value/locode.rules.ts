import { findCountry } from '#state/country.rules.ts';
import { accept, refuse } from './fault.rules.ts';
import { amongFilter, line } from './filter.rules.ts';
import { singleColumn, unpackText } from './single-column.rules.ts';
import type { Meaning, Reading } from './value.rules.ts';

const CONTROL = line(20, { isCode: true, example: 'NOOSL' });
/** Installations in international waters (UNECE Recommendation 16). */
const NO_COUNTRY = 'XZ';

/** A place by UN/LOCODE: two letters of the country, three of the place, in which 0 and 1 do not occur. */
export function locodeMeaning(): Meaning<string> {
  return singleColumn<string>({
    type: 'text',
    check: (column) => `${column} ~ '^[A-Z]{2}[A-Z2-9]{3}$'`,
    control: CONTROL,
    form: 'locodeForm',
    parse: readLocode,
    unpack: unpackText,
    schema: { type: 'string', pattern: '^[A-Z]{2}[A-Z2-9]{3}$' },
    filters: [amongFilter('', CONTROL, readLocode)],
    facet: { filter: '', by: (name) => name(''), isMany: false, order: 'size', show: (code) => code },
    search: 'name',
  });
}

export function readLocode(text: string): Reading<string> {
  const code = text.toUpperCase().replace(/[\s-]/gu, '');
  if (!/^[A-Z]{2}[A-Z0-9]{3}$/.test(code)) return refuse('locodeForm');
  // The letters O and I are often typed as the digits that are never used.
  if (/[01]/.test(code)) return refuse('locodeForm', {}, [code.replaceAll('0', 'O').replaceAll('1', 'I')]);
  const country = code.slice(0, 2);
  return country === NO_COUNTRY || findCountry(country) ? accept(code) : refuse('locodeCountry', { country });
}
