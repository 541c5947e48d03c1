import { accept, refuse } from './fault.rules.ts';
import { amongFilter, line } from './filter.rules.ts';
import { classifyMmsi } from './mmsi-class.rules.ts';
import { singleColumn, unpackText } from './single-column.rules.ts';
import type { Meaning, Reading } from './value.rules.ts';

const CONTROL = line(30, { isCode: true, inputMode: 'numeric', example: '257123450' });

/** A maritime identity of any class; those of a country have an MID that is given out. */
export function mmsiMeaning(): Meaning<string> {
  return singleColumn<string>({
    type: 'text',
    check: (column) => `${column} ~ '^[0-9]{9}$'`,
    control: CONTROL,
    form: 'mmsiForm',
    parse,
    unpack: unpackText,
    schema: { type: 'string', pattern: '^[0-9]{9}$' },
    filters: [amongFilter('', CONTROL, parse)],
    search: 'name',
  });
}

function parse(text: string): Reading<string> {
  const digits = text.replace(/^MMSI\b/iu, '').replace(/[\s:-]/gu, '');
  if (!/^\d{9}$/.test(digits)) return refuse('mmsiForm');
  const read = classifyMmsi(digits);
  if (read.ok) return accept(digits);
  return read.mid === null ? refuse('mmsiClass') : refuse('mmsiCountry', { mid: read.mid });
}
