import type { AcknowledgedSummary } from '@bulkhead/contracts';
import { nameAcknowledged } from '#acknowledgement/acknowledgement.actions.ts';
import type { Seal } from '#order/seal/seal.rules.ts';
import { isInScope } from './attack.rules.ts';
import type { RecoveryRecord } from './recovery.store.ts';
import type { RecoveryDeps } from './recovery-step.actions.ts';

/**
 * Names what became of the transactions near this recovery's cut. Evidence, not a gate: a compartment is restored also where history
 * is away, and then nothing is told.
 */
export async function nameNearCut(
  deps: RecoveryDeps,
  recovery: Pick<RecoveryRecord, 'id' | 'compartment' | 'quarantine' | 'asked' | 'target'>,
  seal: Seal,
): Promise<AcknowledgedSummary | null> {
  const { id, compartment, quarantine, asked, target } = recovery;
  if (!quarantine?.replayLsn || seal.timeline === null) return null;
  // What was redone is in the copy again, on whichever position it begins.
  const cutLsn = asked?.way === 'redo' ? quarantine.archiveLsn : (target?.lsn ?? quarantine.replayLsn);
  return nameAcknowledged(deps.acknowledgement, {
    recovery: id,
    compartment,
    cutLsn: cutLsn ?? quarantine.replayLsn,
    sealLsn: seal.lsn,
    sealedAt: seal.sealedAt ?? seal.requestedAt,
    timeline: seal.timeline,
    isTakenOut: (transaction) => asked !== null && isInScope(transaction, asked.scope),
  }).catch((error: unknown) => {
    deps.log.warn({ err: error, recovery: id }, 'naming what was acknowledged: history or the receiver does not tell');
    return null;
  });
}
