import { EstateError } from '@bulkhead/kernel';

const ELEMENTS_LIMIT = 1_000_000;

/**
 * Reads a one-dimensional array in PostgreSQL's own writing; an element is its text, or null.
 * @throws EstateError `input.invalid` for more dimensions, bounds of its own, or what is no array
 */
export function parseArray(text: string): (string | null)[] {
  if (!text.startsWith('{') || !text.endsWith('}')) throw notAnArray();
  const elements: (string | null)[] = [];
  let at = 1;
  while (at < text.length - 1) {
    const [element, next] = text[at] === '"' ? readQuoted(text, at) : readPlain(text, at);
    elements.push(element);
    if (elements.length > ELEMENTS_LIMIT)
      throw new EstateError('input.too_large', `reading an array: over ${ELEMENTS_LIMIT} elements`);
    if (text[next] !== ',' && next !== text.length - 1) throw notAnArray();
    at = next + 1;
  }
  return elements;
}

/** Writes an array as PostgreSQL reads it. */
export function formatArray(elements: readonly (string | null)[]): string {
  return `{${elements.map((element) => (element === null ? 'NULL' : `"${element.replaceAll(/["\\]/g, '\\$&')}"`)).join(',')}}`;
}

function readQuoted(text: string, start: number): [string, number] {
  let value = '';
  for (let at = start + 1; at < text.length - 1; at += 1) {
    const char = text[at];
    if (char === '"') return [value, at + 1];
    if (char === '\\') at += 1;
    value += text[at] ?? '';
  }
  throw notAnArray();
}

function readPlain(text: string, start: number): [string | null, number] {
  let end = start;
  while (end < text.length - 1 && text[end] !== ',') end += 1;
  const value = text.slice(start, end);
  if (/[{}"]/.test(value)) throw notAnArray();
  return [value === 'NULL' ? null : value, end];
}

function notAnArray(): EstateError {
  return new EstateError('input.invalid', 'reading an array: it is not written as an array of one dimension');
}
