import { dirname, join } from 'node:path';
import { type CompartmentManifest, hasCluster, type JailHealth, type LookedAt, type RestoreTarget } from '@bulkhead/contracts';
import { EstateError, type Now } from '@bulkhead/kernel';
import type { WirePeer } from '@bulkhead/wire';
import type { JailPeer } from '#peer/jail.actions.ts';
import type { ReceiverPeer } from '#peer/receiver.actions.ts';
import type { SupervisorPeer } from '#peer/supervisor.actions.ts';
import type { QuarantineStore, Standing } from './quarantine.store.ts';

export type QuarantineDeps = {
  readonly quarantines: QuarantineStore;
  readonly manifests: ReadonlyMap<string, CompartmentManifest>;
  readonly receiver: Pick<ReceiverPeer, 'allotTimeline'>;
  readonly supervisor: Pick<SupervisorPeer, 'startQuarantine' | 'deleteQuarantine'>;
  readonly reachJail: (peer: WirePeer) => Pick<JailPeer, 'readHealth'>;
  readonly resolve: (compartment: string, target: RestoreTarget) => Promise<{ readonly lsn: string }>;
  readonly now: Now;
  readonly newId: () => string;
};

/**
 * Restores into a quarantine of its own, for a person to look at. It stands until it is released, also over restarts.
 * @throws EstateError `restore.out_of_range`, `compartment.unknown`, `compartment.wrong_state`
 */
export async function lookAt(
  deps: QuarantineDeps,
  asked: {
    readonly compartment: string;
    readonly operator: string;
    readonly reason: string;
    readonly target?: RestoreTarget | undefined;
  },
): Promise<string> {
  const { compartment, operator, reason, target } = asked;
  const manifest = deps.manifests.get(compartment);
  if (!manifest) throw new EstateError('compartment.unknown', `restoring ${compartment}: there is no such compartment`);
  if (!hasCluster(manifest))
    throw new EstateError('compartment.wrong_state', `restoring ${compartment}: at level L0 off-site keeps no copy of it`);
  const targetLsn = target === undefined ? null : (await deps.resolve(compartment, target)).lsn;
  const id = deps.newId();
  await deps.quarantines.addQuarantine({ id, compartment, requestedBy: operator, reason, startedAt: deps.now(), targetLsn });
  await standUp(deps, await deps.quarantines.getQuarantine(id));
  return id;
}

/** Ends a quarantine that was looked at, and deletes all of it. @throws EstateError `request.not_found` */
export async function releaseQuarantine(deps: QuarantineDeps, id: string): Promise<void> {
  await deps.quarantines.getQuarantine(id);
  await deps.supervisor.deleteQuarantine(id);
  await deps.quarantines.endQuarantine(id, deps.now());
}

export async function describeQuarantine(deps: QuarantineDeps, standing: Standing): Promise<LookedAt> {
  const { id, compartment, requestedBy, startedAt, targetLsn } = standing;
  const peer = await standUp(deps, standing);
  // What does not answer is being started.
  const health: JailHealth | undefined = await deps
    .reachJail(peer)
    .readHealth()
    .catch(() => undefined);
  return {
    id,
    compartment,
    requestedBy,
    startedAt: startedAt.toISOString(),
    targetLsn,
    state: health?.state ?? 'waiting',
    message: health?.message ?? 'it is being started',
    replayLsn: health?.replayLsn ?? null,
    progress: health?.progress ?? null,
    socketDirectory: health?.state === 'ready' ? join(dirname(peer.socket), 'pg') : null,
  };
}

/** Starts it, or finds it running: always on the same timeline and to the same position. */
async function standUp(deps: QuarantineDeps, { id, compartment, targetLsn, timeline }: Standing): Promise<WirePeer> {
  if (timeline === null) await deps.quarantines.keepTimeline(id, await deps.receiver.allotTimeline(compartment));
  const newTimeline = timeline ?? (await deps.quarantines.getQuarantine(id)).timeline;
  if (newTimeline === null) throw new EstateError('restore.failed', `restoring ${compartment}: it has no timeline`);
  return deps.supervisor.startQuarantine({ compartment, id, newTimeline, ...(targetLsn === null ? {} : { targetLsn }) });
}
