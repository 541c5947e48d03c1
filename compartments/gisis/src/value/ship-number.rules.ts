import type { ValueWord } from '#words/value-words.ts';
import { isCompanyNumber, isShipNumber, suggestNumbers } from './check-digit.rules.ts';
import { accept, refuse } from './fault.rules.ts';
import { amongFilter, line } from './filter.rules.ts';
import { quoteSql, singleColumn, unpackText } from './single-column.rules.ts';
import type { Meaning, Reading } from './value.rules.ts';

/** The number of a ship. */
export function shipNumberMeaning(): Meaning<string> {
  return numberMeaning({ isValid: isShipNumber, form: 'imoForm', check: 'imoCheck', example: '9074729' });
}

/** The number of a company or registered owner; its leading zero belongs to it. */
export function companyNumberMeaning(): Meaning<string> {
  return numberMeaning({ isValid: isCompanyNumber, form: 'companyForm', check: 'companyCheck', example: '0414246' });
}

type Numbering = {
  readonly isValid: (digits: string) => boolean;
  readonly form: ValueWord;
  readonly check: ValueWord;
  readonly example: string;
};

function numberMeaning(numbering: Numbering): Meaning<string> {
  const control = line(30, { isCode: true, inputMode: 'numeric', example: numbering.example });
  const parse = (text: string) => readNumber(text, numbering);
  return singleColumn<string>({
    type: 'text',
    check: (column) => `${column} ~ ${quoteSql('^[0-9]{7}$')}`,
    control,
    form: numbering.form,
    parse,
    unpack: unpackText,
    schema: { type: 'string', pattern: '^[0-9]{7}$' },
    filters: [amongFilter('', control, parse)],
    search: 'name',
  });
}

function readNumber(text: string, { isValid, form, check }: Numbering): Reading<string> {
  const digits = text.replace(/^IMO(?: ?(?:NO|NUMBER)\b\.?)?/iu, '').replace(/[\s:-]/gu, '');
  if (/^\d{7}$/.test(digits)) return isValid(digits) ? accept(digits) : refuse(check, {}, suggestNumbers(digits, isValid));
  // A spreadsheet drops the zero that a number begins with.
  const padded = digits.padStart(7, '0');
  return refuse(form, {}, /^\d{4,6}$/.test(digits) && isValid(padded) ? [padded] : []);
}
