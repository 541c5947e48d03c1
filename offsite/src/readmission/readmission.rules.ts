import type { Readmission } from '@bulkhead/contracts';
import { canonicalJson, EstateError, sha256Hex } from '@bulkhead/kernel';

/** What was asked for, and what was approved, is good for so long: a code that nobody waits for lets nobody in. */
export const KEEPS_MS = 3_600_000;

/** What a second operator approves: that headquarters is given up, for this reason. */
export function digestOfReadmission(readmission: Pick<Readmission, 'id' | 'reason' | 'requestedBy'>): string {
  const { id, reason, requestedBy } = readmission;
  return sha256Hex(canonicalJson({ id, kind: 'readmit', reason, requestedBy }));
}

/** @throws EstateError `site.wrong_state`, `approval.same_person`, `approval.wrong_digest` */
export function checkApproval(readmission: Readmission, operator: string, digest: string, now: Date): void {
  requireWaiting(readmission, now);
  if (readmission.requestedBy === operator)
    throw new EstateError('approval.same_person', `approving ${readmission.id}: whoever asked for it cannot approve it`);
  if (readmission.digest !== digest)
    throw new EstateError('approval.wrong_digest', `approving ${readmission.id}: the digest is not that of what waits`);
}

/** @throws EstateError `site.wrong_state` */
export function requireWaiting({ id, state, requestedAt }: Readmission, now: Date): void {
  if (state !== 'waiting')
    throw new EstateError('site.wrong_state', `deciding on ${id}: it does not wait for a decision, it is ${state}`);
  if (isOver(requestedAt, now))
    throw new EstateError('site.wrong_state', `deciding on ${id}: it was asked for over an hour ago; ask again`);
}

/** @throws EstateError `site.wrong_state` unless one headquarters may join now */
export function requireUsable({ id, state, decidedAt }: Readmission, now: Date): void {
  if (state !== 'approved')
    throw new EstateError('site.wrong_state', `letting a new headquarters in by ${id}: it is ${state}, not approved`);
  if (isOver(decidedAt ?? '', now))
    throw new EstateError(
      'site.wrong_state',
      `letting a new headquarters in by ${id}: it was approved over an hour ago; ask again`,
    );
}

/** Of a clock that was set back, too: what lies in the future is no younger than an hour. */
function isOver(at: string, now: Date): boolean {
  return !(Math.abs(now.getTime() - Date.parse(at)) <= KEEPS_MS);
}
