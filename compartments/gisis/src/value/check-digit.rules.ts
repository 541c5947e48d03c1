const SHIP_WEIGHTS = [7, 6, 5, 4, 3, 2];
const COMPANY_WEIGHTS = [8, 6, 4, 2, 9, 7];

/** The IMO ship identification number (resolution A.1117(30)): the last digit is that of the weighted sum. */
export function isShipNumber(digits: string): boolean {
  return /^\d{7}$/.test(digits) && weigh(digits, SHIP_WEIGHTS) % 10 === Number(digits[6]);
}

/** The IMO company and registered owner number (resolution MSC.160(78)). */
export function isCompanyNumber(digits: string): boolean {
  return /^\d{7}$/.test(digits) && (11 - (weigh(digits, COMPANY_WEIGHTS) % 11)) % 10 === Number(digits[6]);
}

function weigh(digits: string, weights: readonly number[]): number {
  return weights.reduce((sum, weight, at) => sum + weight * Number(digits[at]), 0);
}

/**
 * All valid numbers that differ from this one by a single digit, or by two neighbours that were swapped; swaps first, as they are the
 * commoner slip of the two that a check digit is made for. A check digit tells that something is wrong, not which of these is right.
 */
export function suggestNumbers(digits: string, isValid: (digits: string) => boolean): readonly string[] {
  const places = Array.from(digits, (_, at) => at);
  const swapped = places
    .slice(1)
    .map((at) => digits.slice(0, at - 1) + (digits[at] ?? '') + (digits[at - 1] ?? '') + digits.slice(at + 1));
  const changed = places.flatMap((at) => Array.from('0123456789', (digit) => digits.slice(0, at) + digit + digits.slice(at + 1)));
  return [...new Set([...swapped, ...changed])].filter((one) => one !== digits && isValid(one));
}
