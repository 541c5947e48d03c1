import type { JailHealth } from '@bulkhead/contracts';
import { EstateError, hasCode } from '@bulkhead/kernel';
import type { WirePeer } from '@bulkhead/wire';
import type { JailPeer } from '#peer/jail.actions.ts';
import type { Quarantine } from './recovery.rules.ts';
import type { RecoveryRecord } from './recovery.store.ts';
import { type RecoveryDeps, untilSo } from './recovery-step.actions.ts';

/** A restored copy that answers. */
export type Ready = {
  readonly jail: JailPeer;
  readonly health: JailHealth;
  readonly peer: WirePeer & { readonly secret: string };
};

/** The recovery's quarantine, started if it does not run, and ready. */
export async function readyQuarantine(
  deps: RecoveryDeps,
  recovery: RecoveryRecord,
): Promise<Ready & { readonly quarantine: Quarantine }> {
  const { asked, attack } = recovery;
  const cleanLsn = asked?.way === 'redo' ? (attack?.cleanLsn ?? null) : null;
  const ready = await readyJail(deps, recovery, recovery.id, cleanLsn ?? recovery.target?.lsn ?? null);
  const { systemId, timeline, base, replayLsn, archiveLsn, unreplayedBytes, instance = null } = ready.health;
  return { ...ready, quarantine: { ...ready.peer, systemId, timeline, base, replayLsn, archiveLsn, unreplayedBytes, instance } };
}

/** A quarantine of the recovery, up to the end of the archive or to just before a position; started if it does not run. */
export async function readyJail(
  deps: RecoveryDeps,
  recovery: Pick<RecoveryRecord, 'id' | 'compartment'>,
  id: string,
  targetLsn: string | null,
): Promise<Ready> {
  const newTimeline = await timelineOf(deps, recovery, id);
  const target = targetLsn === null ? {} : { targetLsn };
  const peer = await deps.supervisor.startQuarantine({ compartment: recovery.compartment, id, newTimeline, ...target });
  const jail = deps.reachJail(peer);
  const health = await untilSo(deps, deps.patience.restoreMs, async () => {
    const seen = await jail.readHealth().catch((error: unknown) => {
      if (hasCode(error, 'wire.unreachable') || hasCode(error, 'wire.refused')) return undefined;
      throw error;
    });
    if (seen) deps.progress.set(recovery.id, seen.progress ?? null);
    if (seen?.state === 'failed') {
      throw new EstateError('restore.failed', `restoring ${recovery.compartment}: ${seen.code ?? 'no code'}, ${seen.message}`);
    }
    return seen?.state === 'ready' || seen?.state === 'imaged' ? seen : undefined;
  });
  deps.progress.delete(recovery.id);
  if (!health) {
    throw new EstateError('restore.failed', `restoring ${recovery.compartment}: not ready within ${deps.patience.restoreMs} ms`);
  }
  return { jail, health, peer };
}

/** One number for each quarantine, allotted once: two that stand side by side never take the same [C26]. */
async function timelineOf(
  deps: RecoveryDeps,
  { id, compartment }: Pick<RecoveryRecord, 'id' | 'compartment'>,
  quarantine: string,
): Promise<number> {
  const { timelines } = await deps.recoveries.getRecovery(id);
  const known = timelines[quarantine];
  if (known !== undefined) return known;
  const timeline = await deps.receiver.allotTimeline(compartment);
  await deps.recoveries.change(id, { timelines: { ...timelines, [quarantine]: timeline } });
  return timeline;
}
