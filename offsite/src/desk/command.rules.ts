import { type ErrorCode, EstateError } from '@bulkhead/kernel';

/** A command is obeyed only when it is fresh: a stolen one is of no use later. */
export const FRESH_MS = 300_000;

/** @throws EstateError `order.stale` for a command from too long ago, or from the future */
export function checkFresh(issuedAt: string, now: Date): void {
  const ageMs = now.getTime() - Date.parse(issuedAt);
  if (Math.abs(ageMs) <= FRESH_MS) return;
  throw new EstateError(
    'order.stale',
    `obeying a command: it was signed ${Math.round(Math.abs(ageMs) / 1000)} s ${ageMs > 0 ? 'ago' : 'in the future'}, ${FRESH_MS / 1000} s are allowed; set the clock, sign again`,
  );
}

const SUSPICIOUS: ReadonlySet<ErrorCode> = new Set([
  'operator.unknown',
  'signature.invalid',
  'order.stale',
  'approval.same_person',
  'approval.wrong_digest',
]);

/** A refusal that an honest operator does not meet, and so a finding. */
export function isSuspicious(error: unknown): error is EstateError {
  return error instanceof EstateError && SUSPICIOUS.has(error.code);
}
