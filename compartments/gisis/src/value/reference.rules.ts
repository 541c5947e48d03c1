import type { FieldOf } from '#declaration/field.rules.ts';
import { accept, refuse } from './fault.rules.ts';
import { amongFilter, line } from './filter.rules.ts';
import { singleColumn, unpackText } from './single-column.rules.ts';
import type { Meaning, Reading } from './value.rules.ts';

const CONTROL = line(60, { isCode: true });

/** A record of another module, by its reference. That it exists is for the store to say. */
export function referenceMeaning({ to }: FieldOf<'reference'>): Meaning<string> {
  return singleColumn<string>({
    type: 'text',
    refersTo: to,
    control: CONTROL,
    form: 'referenceForm',
    parse,
    unpack: unpackText,
    schema: { type: 'string', maxLength: CONTROL.most },
    filters: [amongFilter('', CONTROL, parse)],
  });
}

function parse(text: string): Reading<string> {
  const reference = text.toUpperCase();
  return /^[A-Z0-9][A-Z0-9-]*$/.test(reference) ? accept(reference) : refuse('referenceForm');
}
