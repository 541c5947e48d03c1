import { EstateError } from '@bulkhead/kernel';
import type { WirePeer } from '@bulkhead/wire';
import { requireScopeClosed } from '#incident/reopening.actions.ts';
import { sealCompartment } from '#order/seal/seal.actions.ts';
import type { JailPeer } from '#peer/jail.actions.ts';
import { verifyJail } from './copy-check.actions.ts';
import { nameNearCut } from './cut.actions.ts';
import { manifestOf, sealOf } from './known.actions.ts';
import { readyQuarantine } from './quarantine.actions.ts';
import { readAttack } from './reading-attack.actions.ts';
import {
  comparePages,
  composeDiff,
  digestOfDiff,
  digestOfReopening,
  type FindingsOfCopy,
  isSameCopy,
  judgeCopy,
  listLeaving,
  type Quarantine,
  requireGates,
  tablesOf,
} from './recovery.rules.ts';
import type { RecoveryRecord } from './recovery.store.ts';
import { type RecoveryDeps, untilSo } from './recovery-step.actions.ts';
import { readyRepaired } from './repairing.actions.ts';

const SEAL_WAIT_MS = 30_000;
const NOTHING_PUBLISHED = { pages: comparePages({ files: [], subjects: [] }, undefined), leaving: [] };

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

/** Step restore: base and WAL up to the seal, in a quarantine; to just before the attack where the rest is to be done again. */
export async function restoreCopy(deps: RecoveryDeps, recovery: RecoveryRecord): Promise<string> {
  const attack = recovery.asked === null ? null : (recovery.attack ?? (await readAttack(deps, recovery, recovery.asked)));
  const { recoveryOrder } = manifestOf(deps, recovery.compartment);
  const { health, quarantine } = await deps.turns.take(recoveryOrder, () => readyQuarantine(deps, { ...recovery, attack }));
  await deps.recoveries.change(recovery.id, { quarantine });
  return `from base ${health.base ?? 'none'} to ${health.replayLsn ?? 'nothing'}, timeline ${health.timeline ?? 'none'}`;
}

/** Step verify: every gate holds, or the recovery ends here. */
export async function verifyCopy(deps: RecoveryDeps, recovery: RecoveryRecord): Promise<string> {
  const { compartment, id } = recovery;
  const { jail, health, peer, quarantine } = await readyRepaired(deps, recovery);
  const isChecked = recovery.copy !== null && recovery.quarantine !== null && isSameCopy(recovery.quarantine, health);
  // Rows are checked once: each check makes the copy write WAL of its own.
  const checked = isChecked && recovery.copy ? recovery.copy : await checkRows(deps, recovery, jail, quarantine);
  const published = await compareWithPublished(deps, compartment, peer);
  const { pages } = published;
  await deps.recoveries.change(id, { copy: { ...checked, ...published } });
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
  const found = await verifyJail(deps, manifest, jail);
  const missingBlobs = found.blobs.length === 0 ? [] : await deps.vault.listMissing(compartment, found.blobs);
  const gates = judgeCopy(manifest, found, missingBlobs, quarantine, await sealOf(deps, recovery));
  requireGates(gates);
  const tables = tablesOf(manifest);
  const digests = tables.length === 0 ? [] : (await jail.digest(tables)).tables;
  await deps.recoveries.keepBlobs(id, found.blobs);
  const copy: FindingsOfCopy = {
    gates,
    namedBlobs: found.blobs.length,
    missingBlobs: [...missingBlobs],
    ...NOTHING_PUBLISHED,
    tables: digests,
  };
  await deps.recoveries.change(id, { quarantine, copy });
  return copy;
}

async function compareWithPublished(
  deps: RecoveryDeps,
  compartment: string,
  peer: WirePeer,
): Promise<Pick<FindingsOfCopy, 'pages' | 'leaving'>> {
  if (!manifestOf(deps, compartment).edition) return NOTHING_PUBLISHED;
  const edition = await deps.publisher.findEdition(compartment);
  const rendered = await deps.publisher.render(compartment, peer);
  return { pages: comparePages(rendered, edition), leaving: listLeaving(rendered, edition) };
}

/** Step diff: what the second operator is to approve. */
export async function composeDifference(deps: RecoveryDeps, recovery: RecoveryRecord): Promise<string> {
  const { compartment, id, quarantine, copy } = recovery;
  const seal = await sealOf(deps, recovery);
  if (recovery.kind === 'reopen') {
    const waivedBy = await requireScopeClosed(deps.reopening, compartment);
    await deps.recoveries.change(id, { digest: digestOfReopening(recovery, seal, waivedBy) });
    const waived = waivedBy.length === 0 ? '' : `; what its incident names was waived by ${waivedBy.join(' and ')}`;
    return `nothing is restored: the compartment would go on as it stands${waived}`;
  }
  if (!quarantine || !copy) throw new EstateError('restore.failed', `comparing ${compartment}: nothing was verified`);
  const tables = copy.tables.map(({ table }) => table);
  const standby = tables.length === 0 ? undefined : await readStandby(deps, compartment, tables);
  const { repair, hole, target } = recovery;
  const acknowledged = await nameNearCut(deps, recovery, seal);
  const diff = composeDiff({ recovery: id, compartment, seal, quarantine, copy, standby, target, acknowledged, repair, hole });
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
