import { timingSafeEqual } from 'node:crypto';
import { sha256Hex } from '@bulkhead/kernel';

/** 160 bits: nobody guesses one, however fast. */
export const CODE_BYTES = 20;
/** The other half must follow within this time. */
export const WINDOW_MS = 10 * 60_000;
/** What is opened ends after this time. */
export const OPEN_MS = 3_600_000;
export const PAIRS_LIMIT = 20;
export const LONGEST_REASON = 500;

/** Crockford's base 32: no letter that a person takes for a digit. */
const SIGNS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CODE_SIGNS = (CODE_BYTES * 8) / 5;

export type Half = 1 | 2;
export type HolderOf = {
  readonly half: Half;
  readonly holderId: string;
  readonly holderName: string;
  readonly isActive: boolean;
  readonly shownAt: Date | null;
};
export type Pair = {
  readonly id: string;
  readonly createdAt: Date;
  readonly endedAt: Date | null;
  readonly endedWhy: string | null;
  readonly firstUntil: Date | null;
  readonly reason: string | null;
  readonly holders: readonly HolderOf[];
};
/** A half that can still be used. */
export type LiveHalf = { readonly pairId: string; readonly half: Half; readonly codeSha256: string };

/** A code as it is written on paper: eight groups of four. */
export function writeCode(bytes: Uint8Array): string {
  let bits = 0n;
  for (const byte of bytes) bits = (bits << 8n) | BigInt(byte);
  let text = '';
  for (let at = 0; at < CODE_SIGNS; at += 1) {
    text = (SIGNS[Number(bits & 31n)] ?? '') + text;
    bits >>= 5n;
  }
  return (text.match(/.{4}/g) ?? []).join('-');
}

/** What a code is compared by; null if this cannot be one. Blanks, hyphens, capitals and look-alikes do not matter. */
export function hashCode(typed: string): string | null {
  const plain = typed.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
  if (plain.length !== CODE_SIGNS || Array.from(plain).some((sign) => !SIGNS.includes(sign))) return null;
  return sha256Hex(`break-glass ${plain}`);
}

/** The half whose code has this hash. Every half is compared, whichever fits: the time says nothing [I23]. */
export function findHalf(halves: readonly LiveHalf[], codeSha256: string | null): LiveHalf | null {
  const given = Buffer.from(codeSha256 ?? sha256Hex('no code'));
  let found: LiveHalf | null = null;
  for (const half of halves) if (timingSafeEqual(Buffer.from(half.codeSha256), given)) found = half;
  return codeSha256 === null ? null : found;
}
