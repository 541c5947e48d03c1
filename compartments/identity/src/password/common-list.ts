import { readFileSync } from 'node:fs';
import { sha256Hex } from '@bulkhead/kernel';

const BYTES = 4;
/** Sorted hashes; common-passwords.md says of what. */
const HASHES = readFileSync(new URL('common-passwords.bin', import.meta.url));

export const COMMON_COUNT = HASHES.length / BYTES;

/** Whether a text, in lower case, stands in the list of common and breached passwords. */
export function isInCommonList(text: string): boolean {
  const wanted = Number.parseInt(sha256Hex(text).slice(0, BYTES * 2), 16);
  let low = 0;
  let high = COMMON_COUNT - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = HASHES.readUInt32BE(middle * BYTES);
    if (found === wanted) return true;
    if (found < wanted) low = middle + 1;
    else high = middle - 1;
  }
  return false;
}
