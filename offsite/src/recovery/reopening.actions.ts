import { type Base, type Image, readingOriginOf } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { closeIncident } from '#incident/incident.actions.ts';
import { requireScopeClosed } from '#incident/reopening.actions.ts';
import { type AskedOrder, issueOrder, waitApplied } from '#order/order.actions.ts';
import { checkNeeds } from '#order/order.rules.ts';
import type { Part } from '#order/order-book.actions.ts';
import type { JailPeer } from '#peer/jail.actions.ts';
import { closureOf, findReplicationPassword, rotateSecrets } from './closing.actions.ts';
import { mayPass } from './hole.rules.ts';
import { manifestOf } from './known.actions.ts';
import { isAtOrAfter, isSameCopy, isSameLife } from './recovery.rules.ts';
import type { RecoveryRecord } from './recovery.store.ts';
import { type RecoveryDeps, untilSo } from './recovery-step.actions.ts';
import { readyRepaired } from './repairing.actions.ts';

const BOTH: readonly Part[] = ['gateway', 'supervisor'];

/** Step swap: headquarters lays down the approved copy. */
export async function swapIn(deps: RecoveryDeps, recovery: RecoveryRecord): Promise<string> {
  const { compartment, id, hole } = recovery;
  if (!mayPass(hole)) throw new EstateError('hole.open', `swapping ${compartment}: ${hole?.open.join('; ') ?? ''}`);
  const image = await packApproved(deps, recovery);
  await deps.recoveries.change(id, { image });
  await rotateSecrets(deps, recovery);
  const epoch = await orderOnce(deps, recovery, { state: 'restoring', image, ...closureOf(deps, recovery) });
  await waitFor(deps, compartment, epoch, ['supervisor'], deps.patience.swapMs);
  return `${image.bytes} bytes laid down, timeline ${image.timeline}, epoch ${epoch}`;
}

async function packApproved(deps: RecoveryDeps, recovery: RecoveryRecord) {
  const { id, compartment, quarantine, copy } = recovery;
  if (!quarantine || !copy) throw new EstateError('restore.failed', `swapping ${compartment}: nothing was verified`);
  const { jail, health } = await readyRepaired(deps, recovery);
  // A copy that was restored again looks the same from outside: what a repair changed in it is looked at anew.
  const isAnew = recovery.repair !== null && health.state === 'ready' && !isSameLife(quarantine, health);
  if (!isSameCopy(quarantine, health) || isAnew) await requireSameRows(recovery, jail);
  const { bytes, sha256, systemId, timeline } = await jail.packImage();
  if (recovery.image && recovery.image.sha256 !== sha256) {
    throw new EstateError(
      'restore.failed',
      `swapping ${compartment}: the image that was ordered is lost; ask for the recovery again`,
    );
  }
  return { id, bytes, sha256, systemId, timeline, blobCount: copy.namedBlobs };
}

/** The quarantine was restored again since the approval: what goes live must still be what was approved [C12]. */
async function requireSameRows(recovery: RecoveryRecord, jail: JailPeer): Promise<void> {
  const approved = recovery.copy?.tables ?? [];
  const now = approved.length === 0 ? [] : (await jail.digest(approved.map(({ table }) => table))).tables;
  const isSame = approved.every(({ table, sha256 }) => now.find((one) => one.table === table)?.sha256 === sha256);
  if (isSame) return;
  throw new EstateError('restore.failed', `swapping ${recovery.compartment}: the copy differs from the one that was approved`);
}

/** Step protect: acknowledged commits exist in two places again. */
export async function protectAgain(deps: RecoveryDeps, recovery: RecoveryRecord): Promise<string> {
  const { compartment, image } = recovery;
  const epoch = requireEpoch(recovery);
  if (recovery.kind === 'reopen') return liftSeal(deps, compartment, epoch + 1);
  if (!image) throw new EstateError('restore.failed', `joining ${compartment}: it has no image`);
  const { systemId, timeline } = image;
  const password = await findReplicationPassword(deps, compartment);
  const socketDirectory = deps.socketsOf?.(compartment);
  const joining = {
    systemId,
    timeline,
    ...(password === undefined ? {} : { password }),
    ...(socketDirectory ? { socketDirectory } : {}),
  };
  if (!(await isJoined(deps, compartment, image, epoch))) await deps.receiver.join(compartment, { ...joining, epoch });
  await waitStreaming(deps, compartment, () =>
    deps.receiver.join(compartment, { ...joining, epoch: epoch + 1, acceptGap: true }),
  );
  const base = await takeNewBase(deps, compartment, image);
  await deps.supervisor.rebuildStandby(compartment);
  const isStandbyReady = await untilSo(deps, deps.patience.standbyMs, () => lookAtStandby(deps, compartment, timeline));
  const standby = isStandbyReady ? 'the standby follows' : 'the standby is being built';
  return `streaming timeline ${timeline}; ${await tellGap(deps, compartment, timeline)}base ${base.id}; ${standby}`;
}

async function isJoined(deps: RecoveryDeps, compartment: string, { systemId, timeline }: Image, epoch: number): Promise<boolean> {
  const stream = await deps.receiver.readStream(compartment);
  return stream.seal === null && stream.systemId === systemId && stream.timeline === timeline && stream.epoch >= epoch;
}

async function findGap(deps: RecoveryDeps, compartment: string, timeline: number) {
  const { gaps } = await deps.receiver.readStream(compartment);
  return gaps.findLast((gap) => gap.timeline === timeline);
}

async function tellGap(deps: RecoveryDeps, compartment: string, timeline: number): Promise<string> {
  const gap = await findGap(deps, compartment, timeline);
  return gap ? `what verifying wrote from ${gap.fromLsn} to ${gap.toLsn} is left behind; ` : '';
}

/** A base from which everything after it can be restored: none from before a gap. */
async function takeNewBase(deps: RecoveryDeps, compartment: string, { systemId, timeline }: Image): Promise<Base> {
  const gap = await findGap(deps, compartment, timeline);
  const bases = await deps.receiver.listBases(compartment);
  const standing = bases.find(
    (base) => base.timeline === timeline && base.systemId === systemId && (!gap || isAtOrAfter(base.startLsn, gap.toLsn)),
  );
  return standing ?? deps.receiver.takeBase(compartment);
}

async function lookAtStandby(deps: RecoveryDeps, compartment: string, timeline: number): Promise<true | undefined> {
  const health = await deps.standbys
    .get(compartment)
    ?.readHealth()
    .catch(() => undefined);
  return health?.state === 'ready' && health.timeline === timeline ? true : undefined;
}

async function liftSeal(deps: RecoveryDeps, compartment: string, epoch: number): Promise<string> {
  const stream = await deps.receiver.readStream(compartment);
  if (stream.seal === null && stream.epoch >= epoch) return 'the seal was lifted already';
  const { lsn, acceptedBeyondSeal } = await deps.receiver.unseal(
    compartment,
    epoch,
    await findReplicationPassword(deps, compartment),
  );
  const beyond = acceptedBeyondSeal ? 'what headquarters wrote past it is accepted' : 'nothing was written past it';
  return `the seal at ${lsn ?? 'nothing'} is lifted; ${beyond}`;
}

/**
 * Waits until the stream runs.
 * @param leaveGap called once if the first WAL of the restored cluster is gone: the quarantine wrote it while it was verified,
 *   it holds no change of anybody's, and the base that follows makes it needless
 */
async function waitStreaming(deps: RecoveryDeps, compartment: string, leaveGap?: () => Promise<unknown>): Promise<void> {
  let mayLeaveGap = leaveGap !== undefined;
  const isStreaming = await untilSo(deps, deps.patience.streamMs, async () => {
    const stream = await deps.receiver.readStream(compartment);
    if (stream.state !== 'broken') return stream.state === 'streaming' ? true : undefined;
    if (stream.fault?.code !== 'archive.gap' || !mayLeaveGap) {
      throw new EstateError('receiver.stream_broken', `protecting ${compartment}: ${stream.fault?.message ?? 'no reason given'}`);
    }
    mayLeaveGap = false;
    await leaveGap?.();
    return undefined;
  });
  if (!isStreaming) throw new EstateError('request.timed_out', `protecting ${compartment}: its stream did not begin`);
}

/** Step read-only: people may look, nobody may write. */
export async function letRead(deps: RecoveryDeps, recovery: RecoveryRecord): Promise<string> {
  const { compartment } = recovery;
  const epoch = await orderOnce(deps, recovery, { state: 'read-only' });
  await waitFor(deps, compartment, epoch, BOTH, deps.patience.appliedMs);
  if (recovery.kind === 'reopen') await waitStreaming(deps, compartment);
  if (readingOriginOf(manifestOf(deps, compartment)) !== undefined)
    await deps.publisher.resume(compartment, { mayVanish: recovery.copy?.leaving ?? [] });
  return `epoch ${epoch}`;
}

/** Step probe: what a stranger sees. */
export function probeFromOutside(deps: RecoveryDeps, recovery: RecoveryRecord): Promise<string> {
  return deps.probe(manifestOf(deps, recovery.compartment));
}

/** Step open: once, and only after what it needs [C3, C9]. */
export async function openAgain(deps: RecoveryDeps, recovery: RecoveryRecord): Promise<string> {
  const { compartment } = recovery;
  await waitForNeeds(deps, compartment);
  // What was found since it was approved holds it up as well; a restored copy passed its replay.
  if (recovery.kind === 'reopen') await requireScopeClosed(deps.reopening, compartment);
  const epoch = await orderOnce(deps, recovery, { state: 'open' });
  await waitFor(deps, compartment, epoch, BOTH, deps.patience.appliedMs);
  await closeIncident(deps.incident, compartment);
  return `epoch ${epoch}`;
}

async function waitForNeeds(deps: RecoveryDeps, compartment: string): Promise<void> {
  const { book } = deps.seal;
  const manifest = manifestOf(deps, compartment);
  const stateOf = (name: string) => book.stateOf(name);
  const endsAt = deps.now().getTime() + deps.patience.needsMs;
  while (manifest.needs.some((needed) => stateOf(needed) !== 'open') && deps.now().getTime() < endsAt) {
    await book.untilChanged(1000, deps.stopping);
    deps.stopping.throwIfAborted();
  }
  checkNeeds(manifest, stateOf);
}

const DONE: Readonly<Record<RecoveryRecord['kind'], string>> = {
  restore: 'restored from off-site',
  reopen: 'reopened',
  undo: 'restored from off-site, with the attack taken out',
  revert: 'restored from off-site, with a repair taken back',
};

/** Issues the recovery's order for a state, or finds the one it issued before it was interrupted. */
async function orderOnce(
  deps: RecoveryDeps,
  recovery: RecoveryRecord,
  order: Pick<AskedOrder, 'state' | 'image' | 'blocks' | 'build' | 'rotatesCookieKey' | 'rotatesGatewayKey'>,
): Promise<number> {
  const { id, compartment, kind, requestedBy } = recovery;
  const decision = await deps.recoveries.findDecision(id);
  const issued = await issueOrder(deps.seal, {
    ...order,
    compartment,
    cause: `recovery:${id}:${order.state}`,
    reason: `recovery ${id}: ${DONE[kind]}`,
    by: [requestedBy, ...(decision ? [decision.operator] : [])],
    afterEpoch: requireEpoch(recovery),
  });
  await deps.recoveries.change(id, { epoch: issued.order.epoch });
  return issued.order.epoch;
}

function waitFor(deps: RecoveryDeps, compartment: string, epoch: number, parts: readonly Part[], withinMs: number) {
  const { failingMs } = deps.patience;
  return waitApplied(deps.seal, { compartment, epoch, parts, withinMs, failingMs, signal: deps.stopping });
}

function requireEpoch(recovery: RecoveryRecord): number {
  if (recovery.epoch !== null) return recovery.epoch;
  throw new EstateError('compartment.wrong_state', `recovering ${recovery.compartment}: no order of it is known`);
}
