import type { AcknowledgedSummary } from '@bulkhead/contracts';
import { nameAcknowledged } from '#acknowledgement/acknowledgement.actions.ts';
import type { Seal } from '#order/seal/seal.rules.ts';
import { isAtOrAfter } from './recovery.rules.ts';
import type { RecoveryRecord } from './recovery.store.ts';
import type { RecoveryDeps } from './recovery-step.actions.ts';

/**
 * Names what became of the transactions near this recovery's cut. Evidence, not a gate: a compartment is restored also where history
 * is away, and then it is named as soon as history can tell.
 */
export async function nameNearCut(
  deps: RecoveryDeps,
  recovery: Pick<RecoveryRecord, 'id' | 'compartment' | 'quarantine' | 'asked' | 'target'>,
  seal: Seal,
): Promise<AcknowledgedSummary | null> {
  const { id, compartment, quarantine, asked, target } = recovery;
  if (!quarantine?.replayLsn || seal.timeline === null) return null;
  // What was redone is in the copy again, on whichever position it begins; history had read all of it before it was planned.
  const isRedone = asked?.way === 'redo';
  const cutLsn = target?.lsn ?? (isRedone ? quarantine.archiveLsn : null) ?? quarantine.replayLsn;
  // A copy to the archive's end ends with its last whole record: a seal behind it cut off nothing that anybody could read.
  const endLsn = target !== null && seal.lsn !== null && isAtOrAfter(seal.lsn, cutLsn) ? seal.lsn : cutLsn;
  await deps.acknowledgement.acknowledgements.keepCut({
    recovery: id,
    compartment,
    cutLsn,
    endLsn: isRedone ? null : endLsn,
    timeline: seal.timeline,
    sealedAt: (seal.sealedAt ?? seal.requestedAt).toISOString(),
    takenOut: asked?.scope ?? null,
  });
  return nameKeptCut(deps, id);
}

/** Once more, when the recovery ends: receipts may have come since. */
export async function nameKeptCut(deps: RecoveryDeps, recovery: string): Promise<AcknowledgedSummary | null> {
  const cut = await deps.acknowledgement.acknowledgements.findCut(recovery);
  if (!cut) return null;
  return nameAcknowledged(deps.acknowledgement, cut).catch((error: unknown) => {
    deps.log.warn({ err: error, recovery }, 'naming what was acknowledged: history or the receiver does not tell');
    return null;
  });
}
