import type { LedgerRequest } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { sealCompartment } from '#order/seal/seal.actions.ts';
import { nameKeptCut } from './cut.actions.ts';
import { mayPass } from './hole.rules.ts';
import type { Decision, RecoveryRecord } from './recovery.store.ts';
import { type RecoveryDeps, retrying, stepEntry } from './recovery-step.actions.ts';
import { deleteCopies } from './repairing.actions.ts';

/** From here on the time is a person's [C13]. */
export async function awaitDecision(deps: RecoveryDeps, id: string): Promise<void> {
  const { compartment, digest, awaitingSince } = await deps.recoveries.getRecovery(id);
  const now = deps.now();
  await deps.recoveries.beginStep(id, 'approve', now, {
    ...stepEntry(id, compartment, 'approve', 'begun', ''),
    body: { recovery: id, compartment, step: 'approve', outcome: 'begun', digest },
  });
  if (awaitingSince === null) await deps.recoveries.change(id, { awaitingSince: now });
  deps.recorder.wake();
}

/** Step approve: the decision that was kept. */
export async function readDecision(deps: RecoveryDeps, recovery: RecoveryRecord): Promise<string> {
  const decision = await deps.recoveries.findDecision(recovery.id);
  await deps.recoveries.change(recovery.id, { awaitingSince: null });
  if (!decision)
    throw new EstateError('request.timed_out', `recovering ${recovery.compartment}: no second operator decided in time`);
  await deps.recorder.append(approvalEntry(recovery.compartment, decision));
  if (!decision.isApproved) {
    throw new EstateError('request.forbidden', `recovery ${recovery.id} was refused by ${decision.operator}: ${decision.reason}`);
  }
  if (decision.digest !== recovery.digest || decision.operator === recovery.requestedBy) {
    throw new EstateError('approval.wrong_digest', `recovering ${recovery.compartment}: the approval is not for what waits now`);
  }
  if (!mayPass(recovery.hole)) throw new EstateError('hole.open', `recovering ${recovery.compartment}: its hole is open`);
  return `approved by ${decision.operator}`;
}

function approvalEntry(compartment: string, decision: Decision): LedgerRequest {
  const { recovery, operator, digest, isApproved, reason, givenAt } = decision;
  return {
    kind: 'approval.given',
    idempotencyKey: `approval:${recovery}`,
    body: { recovery, compartment, operator, digest, isApproved, reason, givenAt: givenAt.toISOString() },
  };
}

/**
 * After a failure: sealed, at headquarters and at the receiver, whatever had been reached.
 * The receiver may stand unsealed under an order that says sealed, if the failure came between the two.
 */
export async function containAgain(deps: RecoveryDeps, id: string, reason: string): Promise<void> {
  const { compartment } = await deps.recoveries.getRecovery(id);
  const asked = { compartment, by: ['rule:recovery.failed'], reason: `recovery ${id} did not succeed: ${reason}`.slice(0, 500) };
  // Never given up: the record says failed only when it is contained.
  const endless = { ...deps, patience: { ...deps.patience, retryMs: Number.POSITIVE_INFINITY } };
  await retrying(endless, async () => {
    await sealCompartment(deps.seal, asked);
    const stream = await deps.receiver.readStream(compartment);
    if (stream.seal === null) await sealCompartment(deps.seal, { ...asked, again: true });
  });
}

/** Ends the record of a recovery that succeeded. */
export async function finishRecovery(deps: RecoveryDeps, id: string): Promise<void> {
  await nameKeptCut(deps, id);
  return endRecord(deps, id, 'done', null);
}

/** Ends the record of one that did not: refused by a person, or failed. */
export async function failRecovery(deps: RecoveryDeps, id: string, reason: string): Promise<void> {
  const decision = await deps.recoveries.findDecision(id);
  await endRecord(deps, id, decision?.isApproved === false ? 'refused' : 'failed', reason);
}

async function endRecord(deps: RecoveryDeps, id: string, outcome: 'done' | 'failed' | 'refused', failure: string | null) {
  const { compartment, kind } = await deps.recoveries.getRecovery(id);
  await deps.recorder.note(stepEntry(id, compartment, 'end', outcome, failure ?? ''));
  await deps.recoveries.finish(id, outcome, failure, deps.now());
  if (kind === 'reopen') return;
  // Its copy is disposable and named by the recovery: if the supervisor is away now, it clears it away at its own start.
  await deleteAll(deps, id).catch((error: unknown) => deps.log.error({ err: error, recovery: id }, 'deleting a quarantine'));
}

async function deleteAll(deps: RecoveryDeps, id: string): Promise<void> {
  await deleteCopies(deps, { id });
  await retrying(deps, () => deps.supervisor.deleteQuarantine(id));
}
