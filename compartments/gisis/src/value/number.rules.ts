import type { Language } from '@bulkhead/contracts';
import type { FieldOf } from '#declaration/field.rules.ts';
import type { Say } from '#declaration/terms.rules.ts';
import { accept, refuse } from './fault.rules.ts';
import { line, rangeFilters } from './filter.rules.ts';
import { singleColumn } from './single-column.rules.ts';
import type { Control, Index, Meaning, Reading, Stored } from './value.rules.ts';

const LOCALES: Readonly<Record<Language, string>> = {
  ar: 'ar-u-nu-latn',
  zh: 'zh-Hans',
  en: 'en-GB',
  fr: 'fr-FR',
  ru: 'ru-RU',
  es: 'es-ES',
};
const BTREE: readonly Index[] = [{ method: 'btree', on: (name) => name('') }];
type Bounds = { readonly least: number; readonly most: number; readonly decimals: number };

/** A whole number within bounds. */
export function wholeMeaning(field: FieldOf<'whole'>, say: Say): Meaning<number> {
  return numberMeaning(
    { ...field, decimals: 0 },
    field.most > 2_147_483_647 || field.least < -2_147_483_648 ? 'bigint' : 'integer',
    say,
  );
}

/** A number with decimals, in a unit. */
export function amountMeaning(field: FieldOf<'amount'>, say: Say): Meaning<number> {
  const digits = String(Math.trunc(Math.max(Math.abs(field.least), Math.abs(field.most)))).length + field.decimals;
  return numberMeaning(field, `numeric(${digits}, ${field.decimals})`, say);
}

function numberMeaning(field: Bounds & { readonly unit?: string }, type: string, say: Say): Meaning<number> {
  const { least, most, decimals, unit } = field;
  const control: Control = line(40, {
    isCode: true,
    inputMode: decimals === 0 ? 'numeric' : 'decimal',
    ...(unit ? { unit } : {}),
  });
  const parse = (text: string) => readNumber(text, field);
  return singleColumn<number>({
    type,
    check: (column) => `${column} between ${least} and ${most}`,
    control,
    form: decimals === 0 ? 'notWhole' : 'notNumber',
    parse,
    unpack: unpackNumber,
    show: (value, language) =>
      unit ? `${formatAmount(value, language, decimals)}\u00a0${say(unit, language)}` : formatAmount(value, language, decimals),
    schema: {
      type: decimals === 0 ? 'integer' : 'number',
      minimum: least,
      maximum: most,
      ...(decimals > 0 ? { multipleOf: Number(`1e-${decimals}`) } : {}),
    },
    filters: rangeFilters(control, parse),
    indexes: BTREE,
  });
}

function unpackNumber(stored: Stored): number | null {
  if (typeof stored === 'number') return stored;
  return typeof stored === 'string' && stored !== '' ? Number(stored) : null;
}

/** A number with the grouping and the decimal sign of a language, in Latin digits. */
function formatAmount(value: number, language: Language, decimals: number): string {
  return new Intl.NumberFormat(LOCALES[language], { maximumFractionDigits: decimals }).format(value);
}

/**
 * Reads a number: digits, an optional sign, one point or comma before decimals, spaces between thousands. "1,234" is refused: it is
 * one thousand to some and one point two to others.
 */
function readNumber(text: string, { least, most, decimals }: Bounds): Reading<number> {
  const plain = text.replaceAll('−', '-').replace(/(?<=\d)[\u0020\u00a0\u202f'’](?=\d{3}(?!\d))/gu, '');
  const parts = /^([+-]?\d{1,15})(?:([.,])(\d{1,15}))?$/.exec(plain);
  if (!parts) return refuse(decimals === 0 ? 'notWhole' : 'notNumber');
  const [, whole = '', separator, fraction = ''] = parts;
  if (separator === ',' && fraction.length === 3) {
    const [one, other] = [`${whole}.${fraction}`, `${whole}${fraction}`];
    return refuse('thousands', { one, other }, decimals >= 3 ? [one, other] : [other]);
  }
  const significant = fraction.replace(/0+$/, '');
  if (significant.length > decimals) return decimals === 0 ? refuse('notWhole') : refuse('decimals', { decimals });
  const value = Number(`${whole}.${significant || '0'}`) + 0;
  if (value < least) return refuse('tooSmall', { least });
  return value > most ? refuse('tooLarge', { most }) : accept(value);
}
