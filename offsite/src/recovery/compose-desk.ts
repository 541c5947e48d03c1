import { EstateError } from '@bulkhead/kernel';
import type { MoveRequestDeps } from '#failover/failover.actions.ts';
import type { RecoveryParts, RecoverySetting } from './app.ts';
import { composeRequests } from './compose-moving.ts';
import type { RecoveryEngine } from './recovery.workflow.ts';

/** What operators order and look at at the desk. */
export function composeDesk(
  { trust, now, newId }: RecoverySetting,
  parts: RecoveryParts,
  engine: RecoveryEngine,
  moving: MoveRequestDeps,
) {
  const { order, seal, finding, recorder, testimony, streams, recovery, commands, archive } = parts;
  const { book, manifests } = order;
  const { recoveries } = recovery;
  return {
    book,
    manifests,
    findStream: (compartment: string) => streams.find(compartment),
    listSeals: () => seal.seals.listLatest(),
    listFindings: async (limit: number) => [...(await finding.findings.listNewest(limit))],
    listRecoveries: (limit: number) => recoveries.listShown(limit),
    getRecovery: async (id: string) => ({ ...(await recoveries.getShown(id)), progress: recovery.progress.get(id) ?? null }),
    listWindows: (limit: number) => testimony.windows.listNewest(limit),
    commands,
    operatorKeys: trust.operatorKeys,
    recorder,
    seal,
    requests: composeRequests(parts, engine, { now, newId }),
    moving,
    publicReading: parts.publicReading,
    finding,
    erasure: parts.erasure,
    readmission: parts.readmission,
    drill: parts.drill,
    collection: parts.collection,
    quarantine: parts.quarantine,
    publisher: recovery.publisher,
    archive,
    now,
  };
}

/** What operators read of findings, incidents and history. */
export function composeReading({ log, newId }: RecoverySetting, { finding, order, recovery }: RecoveryParts) {
  const { findings, incidents } = finding;
  return {
    incidents,
    listFindings: findings.listOfIncident,
    listNamed: findings.listSubjects,
    listFindingsAfter: findings.listAfter,
    history: recovery.history,
    compartments: new Set(order.manifests.keys()),
    readSchema: async (compartment: string) => {
      const standby = recovery.standbys.get(compartment);
      if (!standby) throw new EstateError('request.not_found', `reading the tables of ${compartment}: it has no standby`);
      return standby.readSchema();
    },
    newId,
    log,
  };
}
