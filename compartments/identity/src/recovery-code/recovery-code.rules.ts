import { sha256Hex } from '@bulkhead/kernel';

export const CODES = 10;
const CODE_BYTES = 10;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const FORM = /^[A-Z2-7]{16}$/;

/** Ten codes of 80 random bits, as they are shown: ABCD-EFGH-IJKL-MNOP. */
export function makeCodes(randomBytes: (length: number) => Uint8Array): string[] {
  return Array.from({ length: CODES }, () => inFours(toBase32(randomBytes(CODE_BYTES))));
}

/** A code as people type it, or null if it has another form: they mistake 0, 1 and 8, which no code has. */
export function readCode(typed: string): string | null {
  const plain = typed.replaceAll(/[\s\u00a0-]/g, '').toUpperCase();
  const meant = plain.replaceAll('0', 'O').replaceAll('1', 'I').replaceAll('8', 'B');
  return FORM.test(meant) ? meant : null;
}

/** What is kept of a code: worth nothing for another account. */
export function hashCode(accountId: string, code: string): string {
  return sha256Hex(`${accountId} ${code}`);
}

function toBase32(bytes: Uint8Array): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{5}/g) ?? []).map((five) => ALPHABET[Number.parseInt(five, 2)]).join('');
}

function inFours(code: string): string {
  return (code.match(/.{4}/g) ?? []).join('-');
}
