import type { Erasure } from '@bulkhead/contracts';
import { canonicalJson, EstateError, sha256Hex } from '@bulkhead/kernel';

/** What a second operator approves: exactly this blob of this compartment, for this reason. */
export function digestOfErasure(
  erasure: Pick<Erasure, 'id' | 'compartment' | 'sha256' | 'allows' | 'reason' | 'requestedBy'>,
): string {
  const { id, compartment, sha256, allows, reason, requestedBy } = erasure;
  return sha256Hex(canonicalJson({ id, compartment, sha256, allows, reason, requestedBy }));
}

/** @throws EstateError `compartment.wrong_state`, `approval.same_person`, `approval.wrong_digest` */
export function checkErasureApproval(erasure: Erasure, operator: string, digest: string): void {
  requireWaiting(erasure);
  if (erasure.requestedBy === operator)
    throw new EstateError('approval.same_person', `approving ${erasure.id}: whoever asked for it cannot approve it`);
  if (erasure.digest !== digest)
    throw new EstateError('approval.wrong_digest', `approving ${erasure.id}: the digest is not that of what waits`);
}

/** @throws EstateError `compartment.wrong_state` */
export function requireWaiting({ id, state }: Erasure): void {
  if (state === 'waiting') return;
  throw new EstateError('compartment.wrong_state', `deciding on ${id}: it does not wait for a decision, it is ${state}`);
}
