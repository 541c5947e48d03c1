import { FilterParser } from 'ldapts';

/** Where the name that a person typed goes. */
const HOLE = '{name}';
const LONGEST_NAME = 256;

/** A name as somebody typed it: one line, seen, not too long. Null for what is none. */
export function readName(typed: string): string | null {
  const name = typed.normalize('NFKC').trim();
  return name === '' || name.length > LONGEST_NAME || /[\p{C}\p{Zl}\p{Zp}]/u.test(name) ? null : name;
}

/** Under what attempts at a name are counted: servers take capitals and runs of blanks for the same. */
export function loginOf(name: string): string {
  return name.toLowerCase().replaceAll(/\s+/g, ' ').slice(0, LONGEST_NAME);
}

/**
 * A filter with a name in it. Every character of the name with a meaning in filters, and every other of ASCII that is no letter or
 * digit, is written as its code (RFC 4515, 3): it can only be part of the value [F21].
 */
export function fillFilter(template: string, name: string): string {
  return template.replaceAll(HOLE, () => name.replaceAll(/[^A-Za-z0-9\u0080-\u{10ffff}]/gu, code));
}

/** A DN with a name in it, of which every byte that is no letter or digit is written as its code (RFC 4514, 2.4) [F21]. */
export function fillDn(template: string, name: string): string {
  return template.replaceAll(HOLE, () =>
    [...Buffer.from(name, 'utf8')].map((byte) => (isPlainByte(byte) ? String.fromCharCode(byte) : hex(byte))).join(''),
  );
}

function code(character: string): string {
  return hex(character.charCodeAt(0));
}

function hex(byte: number): string {
  return `\\${byte.toString(16).padStart(2, '0')}`;
}

function isPlainByte(byte: number): boolean {
  return /^[A-Za-z0-9]$/.test(String.fromCharCode(byte));
}

/** Whether a filter can be used: it can be read, and a name stands in values only. */
export function isFilterTemplate(text: string, needsName: boolean): boolean {
  if (text.trim() === '' || /[^\x20-\x7e\u00a0-\u{10ffff}]/u.test(text)) return false;
  if (needsName && !text.includes(HOLE)) return false;
  if (!text.trim().startsWith('(') || depthOf(text) > 10) return false;
  if (!stands(text, /=[^()]*$/)) return false;
  try {
    FilterParser.parseString(fillFilter(text.trim(), 'name'));
    return true;
  } catch {
    // The form says that the filter cannot be read.
    return false;
  }
}

/** Whether every place of the name comes after this: it is part of a value, never of an attribute's name or a matching rule's. */
function stands(text: string, after: RegExp): boolean {
  const pieces = text.split(HOLE);
  return pieces.slice(0, -1).every((_, at) => after.test(pieces.slice(0, at + 1).join(HOLE)));
}

function depthOf(text: string): number {
  let [depth, deepest] = [0, 0];
  for (const character of text) {
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

const PART = /^\s*[A-Za-z][A-Za-z0-9.-]*\s*=\s*(?:[^,+"\\<>;=\0]|\\[0-9A-Fa-f]{2}|\\[ ,+"\\<>;=#])+$/;

/** Whether a text is a distinguished name, not empty (RFC 4514; without quotes and `#`). */
export function isDn(text: string): boolean {
  if (text === '' || /\p{Cc}/u.test(text)) return false;
  return partsOf(text).every((part) => PART.test(part));
}

/** Whether a DN has the place of the name in it, as the whole of a value. */
export function isDnTemplate(text: string): boolean {
  const parts = partsOf(text);
  const held = parts.filter((part) => part.includes(HOLE));
  return held.length === 1 && /=\s*\{name\}\s*$/.test(held[0] ?? '') && isDn(text.replaceAll(HOLE, 'name'));
}

function partsOf(text: string): string[] {
  return text.split(/(?<!\\)(?:\\\\)*[,+]/);
}

/** A DN in the form in which two are compared: what is escaped in one way or another is the same. */
export function sameDn(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replaceAll(/((?:\\[0-9a-f]{2})+)|\\(.)/g, (_, bytes: string | undefined, character: string | undefined) =>
      bytes === undefined ? escaped(character ?? '') : escaped(Buffer.from(bytes.replaceAll('\\', ''), 'hex').toString('utf8')),
    )
    .replaceAll(/\s*([,=+])\s*/g, '$1');
}

function escaped(text: string): string {
  return text.replaceAll(/[,+"\\<>;=#\p{Cc}]/gu, code);
}
