import { accept, refuse } from './fault.rules.ts';
import { amongFilter, line } from './filter.rules.ts';
import { singleColumn, unpackText } from './single-column.rules.ts';
import type { Meaning, Reading } from './value.rules.ts';

const CONTROL = line(20, { isCode: true, example: '5LVT9' });
/** Series begin with a letter, or a digit and a letter (Radio Regulations, article 19 and appendix 42); never with 0 or 1. */
const FORM = /^(?:[A-Z][A-Z0-9]|[2-9][A-Z])[A-Z0-9]{1,6}$/;

export function callSignMeaning(): Meaning<string> {
  return singleColumn<string>({
    type: 'text',
    check: (column) => `${column} ~ '^[A-Z0-9]{3,8}$'`,
    control: CONTROL,
    form: 'callSignForm',
    parse,
    unpack: unpackText,
    schema: { type: 'string', pattern: '^[A-Z0-9]{3,8}$' },
    filters: [amongFilter('', CONTROL, parse)],
    search: 'name',
  });
}

function parse(text: string): Reading<string> {
  const sign = text.toUpperCase().replace(/[\s.-]/gu, '');
  return FORM.test(sign) ? accept(sign) : refuse('callSignForm');
}
