import type { JailHealth, RecoveryDiff } from '@bulkhead/contracts';
import { EstateError, hasCode } from '@bulkhead/kernel';
import type { WirePeer } from '@bulkhead/wire';
import { sealCompartment } from '#order/seal/seal.actions.ts';
import type { Seal } from '#order/seal/seal.rules.ts';
import type { JailPeer } from '#peer/jail.actions.ts';
import {
  checksOf,
  comparePages,
  composeDiff,
  digestOfDiff,
  digestOfReopening,
  type FindingsOfCopy,
  furthestSeal,
  isSameCopy,
  judgeCopy,
  type Quarantine,
  requireGates,
  tablesOf,
} from './recovery.rules.ts';
import type { RecoveryRecord } from './recovery.store.ts';
import { type RecoveryDeps, untilSo } from './recovery-step.actions.ts';

const SEAL_WAIT_MS = 30_000;

/** Step seal: contained, and the receiver's position known. */
export async function sealFirst(deps: RecoveryDeps, recovery: RecoveryRecord): Promise<string> {
  const { compartment, requestedBy, reason } = recovery;
  const asked = { compartment, by: [requestedBy], reason };
  const seal = await untilSo(deps, SEAL_WAIT_MS, async () => {
    const found = await sealCompartment(deps.seal, asked);
    return found.sealedAt === null ? undefined : found;
  });
  if (!seal) throw new EstateError('wire.unreachable', `sealing ${compartment}: the receiver does not answer`);
  const stream = await deps.receiver.readStream(compartment);
  await deps.recoveries.change(recovery.id, { epoch: seal.epoch, lostBeyondSeal: stream.lagBytes });
  return `sealed at ${seal.lsn ?? 'nothing received'} on timeline ${seal.timeline ?? 'none'}, epoch ${seal.epoch}`;
}

/** Step restore: base and WAL up to the seal, in a quarantine. */
export async function restoreCopy(deps: RecoveryDeps, recovery: RecoveryRecord): Promise<string> {
  const { health, quarantine } = await readyQuarantine(deps, recovery);
  await deps.recoveries.change(recovery.id, { quarantine });
  return `from base ${health.base ?? 'none'} to ${health.replayLsn ?? 'nothing'}, timeline ${health.timeline ?? 'none'}`;
}

/** The recovery's quarantine, started if it does not run, and ready. */
export async function readyQuarantine(
  deps: RecoveryDeps,
  recovery: RecoveryRecord,
): Promise<{ readonly jail: JailPeer; readonly health: JailHealth; readonly peer: WirePeer; readonly quarantine: Quarantine }> {
  const peer = await deps.supervisor.startQuarantine(recovery.compartment, recovery.id);
  const jail = deps.reachJail(peer);
  const health = await untilSo(deps, deps.patience.restoreMs, async () => {
    const seen = await jail.readHealth().catch((error: unknown) => {
      if (hasCode(error, 'wire.unreachable') || hasCode(error, 'wire.refused')) return undefined;
      throw error;
    });
    if (seen?.state === 'failed') {
      throw new EstateError('restore.failed', `restoring ${recovery.compartment}: ${seen.code ?? 'no code'}, ${seen.message}`);
    }
    return seen?.state === 'ready' || seen?.state === 'imaged' ? seen : undefined;
  });
  if (!health) {
    throw new EstateError('restore.failed', `restoring ${recovery.compartment}: not ready within ${deps.patience.restoreMs} ms`);
  }
  const { systemId, timeline, base, replayLsn, archiveLsn, unreplayedBytes } = health;
  const quarantine = { ...peer, systemId, timeline, base, replayLsn, archiveLsn, unreplayedBytes };
  return { jail, health, peer, quarantine };
}

/** Step verify: every gate holds, or the recovery ends here. */
export async function verifyCopy(deps: RecoveryDeps, recovery: RecoveryRecord): Promise<string> {
  const { compartment, id } = recovery;
  const { jail, health, peer, quarantine } = await readyQuarantine(deps, recovery);
  const isChecked = recovery.copy !== null && recovery.quarantine !== null && isSameCopy(recovery.quarantine, health);
  // Rows are checked once: each check makes the copy write WAL of its own.
  const checked = isChecked && recovery.copy ? recovery.copy : await checkRows(deps, recovery, jail, quarantine);
  const pages = await compareWithPublished(deps, compartment, peer);
  await deps.recoveries.change(id, { copy: { ...checked, pages } });
  const { gates, namedBlobs } = checked;
  return `${gates.length} gates hold; ${namedBlobs} blobs present; ${pages.same} pages as published, ${pages.changed.length} differ`;
}

async function checkRows(
  deps: RecoveryDeps,
  recovery: RecoveryRecord,
  jail: JailPeer,
  quarantine: Quarantine,
): Promise<FindingsOfCopy> {
  const { compartment, id } = recovery;
  const manifest = manifestOf(deps, compartment);
  // Numbered: a name is for people and may be longer than the jail takes.
  const checks = checksOf(manifest);
  const found = await jail.verify({
    checks: checks.map(({ sql }, index) => ({ name: `check-${index}`, sql })),
    expectedMigrations: [...(await deps.listMigrations(compartment))],
    blobColumns: manifest.blobs?.columns ?? [],
  });
  const named = found.checks.map((check) => {
    const index = Number(/^check-(\d+)$/.exec(check.name)?.[1] ?? -1);
    return { ...check, name: checks[index]?.name ?? check.name };
  });
  const missingBlobs = found.blobs.length === 0 ? [] : await deps.vault.listMissing(compartment, found.blobs);
  const gates = judgeCopy(manifest, { ...found, checks: named }, missingBlobs, quarantine, await sealOf(deps, recovery));
  requireGates(gates);
  const tables = tablesOf(manifest);
  const digests = tables.length === 0 ? [] : (await jail.digest(tables)).tables;
  await deps.recoveries.keepBlobs(id, found.blobs);
  const copy: FindingsOfCopy = {
    gates,
    namedBlobs: found.blobs.length,
    missingBlobs: [...missingBlobs],
    pages: comparePages([], undefined),
    tables: digests,
  };
  await deps.recoveries.change(id, { quarantine, copy });
  return copy;
}

async function compareWithPublished(deps: RecoveryDeps, compartment: string, peer: WirePeer): Promise<RecoveryDiff['pages']> {
  if (!manifestOf(deps, compartment).edition) return comparePages([], undefined);
  const edition = await deps.publisher.findEdition(compartment);
  return comparePages(await deps.publisher.render(compartment, peer), edition);
}

/** Step diff: what the second operator is to approve. */
export async function composeDifference(deps: RecoveryDeps, recovery: RecoveryRecord): Promise<string> {
  const { compartment, id, quarantine, copy } = recovery;
  const seal = await sealOf(deps, recovery);
  if (recovery.kind === 'reopen') {
    await deps.recoveries.change(id, { digest: digestOfReopening(recovery, seal) });
    return 'nothing is restored: the compartment would go on as it stands';
  }
  if (!quarantine || !copy) throw new EstateError('restore.failed', `comparing ${compartment}: nothing was verified`);
  const tables = copy.tables.map(({ table }) => table);
  const standby = tables.length === 0 ? undefined : await readStandby(deps, compartment, tables);
  const diff = composeDiff({ recovery: id, compartment, seal, quarantine, copy, standby });
  await deps.recoveries.change(id, { diff, digest: digestOfDiff(diff) });
  const differing = diff.tables.filter(({ isSame }) => !isSame).length;
  return standby
    ? `${diff.tables.length} tables, ${differing} differ from the standby`
    : `${diff.tables.length} tables; the standby could not be asked`;
}

// The standby is evidence, not a gate: it may be what was attacked, or gone.
async function readStandby(deps: RecoveryDeps, compartment: string, tables: readonly string[]) {
  const standby = deps.standbys.get(compartment);
  if (!standby) return undefined;
  return standby.digest(tables).catch((error: unknown) => {
    deps.log.warn({ err: error, compartment }, 'comparing with the standby: it does not answer');
    return undefined;
  });
}

/** The seal that a copy must reach: the furthest since the compartment was open, were there several [C17]. */
export async function sealOf(deps: RecoveryDeps, recovery: RecoveryRecord): Promise<Seal> {
  const seal = furthestSeal(await deps.seal.seals.listSinceOpen(recovery.compartment));
  if (seal) return seal;
  throw new EstateError('compartment.wrong_state', `recovering ${recovery.compartment}: it is not sealed`);
}

export function manifestOf(deps: RecoveryDeps, compartment: string) {
  const manifest = deps.manifests.get(compartment);
  if (manifest) return manifest;
  throw new EstateError('compartment.unknown', `recovering ${compartment}: there is no such compartment`);
}
