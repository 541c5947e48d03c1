import { EstateError } from '@bulkhead/kernel';

export type Pair = { readonly name: string; readonly value: string };

/**
 * Reads application/x-www-form-urlencoded (URL standard §5.1), strictly: valid percent-encoding, valid UTF-8.
 * @throws EstateError `input.invalid`, `input.too_large` if there are more fields than allowed
 */
export function parseUrlencoded(body: Uint8Array, maxFields: number): Pair[] {
  const text = decodeText(body);
  if (text === '') return [];
  const parts = text.split('&', maxFields + 1);
  if (parts.length > maxFields) throw new EstateError('input.too_large', `reading a form: over ${maxFields} fields`);
  return parts.map((part) => {
    const equalsAt = part.indexOf('=');
    if (equalsAt < 0) throw new EstateError('input.invalid', 'reading a form: a field has no value');
    return { name: decodePart(part.slice(0, equalsAt)), value: decodePart(part.slice(equalsAt + 1)) };
  });
}

/**
 * Decodes UTF-8, refusing what is none.
 * @throws EstateError `input.invalid`
 */
export function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new EstateError('input.invalid', 'reading a form: it is not valid UTF-8', { cause });
  }
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part.replaceAll('+', ' '));
  } catch (cause) {
    throw new EstateError('input.invalid', 'reading a form: a field is not percent-encoded UTF-8', { cause });
  }
}
