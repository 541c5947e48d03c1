import {
  type CompartmentManifest,
  type KeyBound,
  type MovedCompartment,
  readingOriginOf,
  type SiteMove,
  type TokenKey,
  type VerifyingKey,
} from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { issueOrder, waitApplied } from '#order/order.actions.ts';
import type { Part } from '#order/order-book.actions.ts';
import { manifestOf } from '#recovery/known.actions.ts';
import { retrying } from '#recovery/recovery-step.actions.ts';
import { sealAll, waitForFence } from './closing-down.actions.ts';
import { checksBeforePromotion, judgeCatalog, listMoving } from './failover.rules.ts';
import { Moving, type MovingDeps, untilTrue } from './moving.actions.ts';

const LAY_LIMIT_MS = 600_000;
const OPEN_LIMIT_MS = 120_000;
const STREAM_LIMIT_MS = 120_000;
const BOTH: readonly Part[] = ['gateway', 'supervisor'];

/** Carries a failover out, or goes on with one that a kill interrupted: every step may run again [FO4]. */
export async function failOver(deps: MovingDeps, move: SiteMove, standInKey: VerifyingKey): Promise<void> {
  const moving = new Moving(deps, move, standInKey);
  const { recovery } = deps;
  const { book } = recovery.seal;
  await moving.begin(listMoving([...recovery.manifests.values()], (name) => book.issued(name)));
  await moving.step('seal', () => sealAll(moving));
  await Promise.all([moving.step('promote', () => promoteAll(moving)), moving.step('fence', () => waitForFence(moving))]);
  if (moving.going.length === 0)
    throw new EstateError('failover.failed', `${move.id}: no compartment could be promoted: ${tellFailures(moving)}`);
  await moving.step('charge', () => takeCharge(moving));
  const names = moving.step('names', () => moveNames(moving, 'away'));
  names.catch(() => undefined);
  await moving.step('hand-over', () => handOverAll(moving));
  await moving.step('protect', () => protectAll(moving));
  await moving.step('open', () => openAll(moving));
  await moving.step('probe', () => probeAll(moving));
  await moving.step('follow', () => followAll(moving));
  await names;
}

function tellFailures(moving: Moving): string {
  const failed = moving.compartments.filter(({ failure }) => failure !== null);
  return failed.map(({ name, failure }) => `${name}: ${failure}`).join('; ');
}

function tellOutcome(moving: Moving, done: string): string {
  const failures = tellFailures(moving);
  return `${done} ${moving.going.map(({ name }) => name).join(', ')}${failures === '' ? '' : `; not: ${failures}`}`;
}

/** Step promote: each standby at the end of all that was acknowledged, its catalog judged, becomes a cluster of its own timeline. */
async function promoteAll(moving: Moving): Promise<string> {
  await moving.forEach((compartment) => promoteOne(moving, compartment));
  return tellOutcome(moving, 'promoted');
}

async function promoteOne(moving: Moving, { name, image, sealLsn, timeline: allotted }: MovedCompartment) {
  if (image !== null) return undefined;
  const { recovery, jailPromotes } = moving.deps;
  if (sealLsn === null) throw new EstateError('failover.failed', `promoting ${name}: off-site never received anything of it`);
  const timeline = allotted ?? (await recovery.receiver.allotTimeline(name));
  if (allotted === null) await moving.change(name, { timeline });
  const id = `${moving.move.id}-${name}`.slice(0, 80);
  const found = await recovery.supervisor.findHandedOver(id);
  const { systemId } = await recovery.receiver.readStream(name);
  if (systemId === null) throw new EstateError('failover.failed', `promoting ${name}: no cluster of it was ever joined`);
  if (found) return { image: { id, systemId, ...found } };
  await jailPromotes.catchUp(name, sealLsn);
  await requireSoundCatalog(moving, manifestOf(recovery, name));
  const promoted = await jailPromotes.promote(name, { timeline, lsn: sealLsn });
  if (promoted.systemId !== systemId || promoted.timeline !== timeline)
    throw new EstateError(
      'failover.failed',
      `promoting ${name}: the standby is of system ${promoted.systemId}, timeline ${promoted.timeline}`,
    );
  const handed = await recovery.supervisor.handOver(name, id);
  return { image: { id, systemId, ...handed } };
}

async function requireSoundCatalog(moving: Moving, manifest: CompartmentManifest): Promise<void> {
  const { recovery } = moving.deps;
  const standby = recovery.standbys.get(manifest.name);
  if (!standby) throw new EstateError('failover.failed', `promoting ${manifest.name}: it has no standby`);
  const checks = checksBeforePromotion(manifest).map(({ id, sql }) => ({ name: id, sql }));
  const expectedMigrations = [...(await recovery.listMigrations(manifest.name))];
  const faults = judgeCatalog(manifest, await standby.verify({ checks, expectedMigrations, blobColumns: [] }));
  if (faults.length === 0) return;
  throw new EstateError(
    'verification.failed',
    `promoting ${manifest.name}: ${faults.slice(0, 5).join('; ')}; restore it instead`,
  );
}

/** Step charge: the other site's keys end here and the stand-in's begin; then the stand-in is the one that is heard. */
async function takeCharge(moving: Moving): Promise<string> {
  const { charge, recovery } = moving.deps;
  const { id } = moving.move;
  const gateway = moving.standInKey;
  if (!gateway) throw new EstateError('failover.failed', `${id}: the configuration names no stand-in`);
  const now = recovery.now();
  await recovery.recorder.append({
    kind: 'site.moved',
    idempotencyKey: `move:${id}:in-charge`,
    body: { move: id, to: 'stand-in', by: moving.by, compartments: moving.going.map(({ name }) => name) },
  });
  beginKeys(moving, gateway, now);
  await charge.give('stand-in', id, now);
  recovery.seal.book.announce();
  return `the stand-in is in charge; the gateway signs with ${gateway.keyId}`;
}

/** Whoever testifies from here on signs with the stand-in's key: receipts of the gateway before are not heard any more. */
function beginKeys(moving: Moving, gateway: VerifyingKey, now: Date): void {
  const { gatewayKeys } = moving.deps.recovery;
  if (!gatewayKeys.all.some(({ keyId, until }) => keyId === gateway.keyId && until === undefined)) {
    const bound = boundOf(moving, now);
    const before = gatewayKeys.all.filter(({ keyId }) => keyId !== gateway.keyId);
    const ended = before.map((key): TokenKey => (key.until === undefined ? { ...key, until: bound } : key));
    gatewayKeys.replace([...ended, { ...gateway, from: bound }]);
  }
}

function boundOf(moving: Moving, at: Date): KeyBound {
  const positions: KeyBound['positions'] = {};
  for (const { name, sealLsn, sealTimeline } of moving.compartments)
    if (sealLsn !== null && sealTimeline !== null) positions[name] = { timeline: sealTimeline, lsn: sealLsn };
  return { at: at.toISOString(), positions };
}

/** Step hand-over: with other secrets than headquarters had, the stand-in lays the promoted cluster in its place. */
async function handOverAll(moving: Moving): Promise<string> {
  await moving.forEach(async ({ name, image, timeline }) => {
    if (image === null || timeline === null)
      throw new EstateError('failover.failed', `handing ${name} over: it was not promoted`);
    await drawSecrets(moving, name);
    const epoch = await orderOnce(moving, name, {
      state: 'restoring',
      image: { ...image, timeline, blobCount: 0, handed: true },
    });
    await waitFor(moving, name, epoch, ['supervisor'], LAY_LIMIT_MS);
    return undefined;
  });
  return tellOutcome(moving, 'laid down:');
}

async function drawSecrets(moving: Moving, compartment: string): Promise<void> {
  const { recovery, moves } = moving.deps;
  const { id } = moving.move;
  const drawn = await moves.findSecrets(compartment, id);
  const secrets = drawn ?? { vaultSecret: recovery.newSecret(), replicationPassword: recovery.newSecret() };
  if (!drawn) await recovery.recoveries.keepSecrets(compartment, { ...secrets, recovery: id, now: recovery.now() });
  await recovery.vault.replaceSecret(compartment, secrets.vaultSecret);
}

/** Step protect: the receiver goes on from the promoted timeline, so that what is acknowledged exists twice again. */
async function protectAll(moving: Moving): Promise<string> {
  await moving.forEach((compartment) => protectOne(moving, compartment));
  return tellOutcome(moving, 'streaming:');
}

async function protectOne(moving: Moving, { name, image, timeline }: MovedCompartment): Promise<undefined> {
  const { recovery, standIn, moves } = moving.deps;
  if (image === null || timeline === null || !standIn) return undefined;
  const { systemId } = image;
  const epoch = recovery.seal.book.issued(name)?.epoch ?? 0;
  const stream = await recovery.receiver.readStream(name);
  const isJoined = stream.seal === null && stream.systemId === systemId && stream.timeline === timeline;
  const password = (await moves.findSecrets(name, moving.move.id))?.replicationPassword;
  const joining = { systemId, timeline, epoch, socketDirectory: standIn.socketsOf(name), ...(password ? { password } : {}) };
  if (!isJoined) await recovery.receiver.join(name, joining);
  const isStreaming = await untilTrue(
    recovery,
    STREAM_LIMIT_MS,
    async () => (await recovery.receiver.readStream(name)).state === 'streaming',
  );
  if (!isStreaming) throw new EstateError('request.timed_out', `protecting ${name}: its stream did not begin`);
  return undefined;
}

/** Step open: as it was before, and only after what it needs. */
async function openAll(moving: Moving): Promise<string> {
  const { manifests } = moving.deps.recovery;
  const order = [...manifests.keys()];
  const going = moving.going.toSorted((left, right) => order.indexOf(left.name) - order.indexOf(right.name));
  const ordered = new Map<string, number>();
  for (const { name, was } of inOrderOfNeeds(going, manifests)) {
    try {
      ordered.set(name, await orderOnce(moving, name, { state: was }));
    } catch (error) {
      await moving.change(name, { failure: error instanceof Error ? error.message : String(error) });
    }
  }
  await moving.forEach(async ({ name }) => {
    const epoch = ordered.get(name);
    if (epoch !== undefined) await waitFor(moving, name, epoch, BOTH, OPEN_LIMIT_MS);
    return undefined;
  });
  return tellOutcome(moving, 'open:');
}

/** What others need comes first. */
function inOrderOfNeeds(
  compartments: readonly MovedCompartment[],
  manifests: ReadonlyMap<string, CompartmentManifest>,
): readonly MovedCompartment[] {
  const sorted: MovedCompartment[] = [];
  const visit = (one: MovedCompartment, depth: number) => {
    if (sorted.includes(one) || depth > compartments.length) return;
    for (const needed of manifests.get(one.name)?.needs ?? []) {
      const other = compartments.find(({ name }) => name === needed);
      if (other) visit(other, depth + 1);
    }
    if (!sorted.includes(one)) sorted.push(one);
  };
  for (const one of compartments) visit(one, 0);
  return sorted;
}

/** Step probe: the first answer of each that a stranger gets, and that is what it must be. */
async function probeAll(moving: Moving): Promise<string> {
  const { recovery, moves } = moving.deps;
  const told: string[] = [];
  await moving.forEach(async ({ name }) => {
    const manifest = manifestOf(recovery, name);
    told.push(`${name}: ${await recovery.probe(manifest)}`);
    return undefined;
  });
  await moves.noteAnswered(moving.move.id, recovery.now());
  return tellOutcome(moving, `${told.join('; ')}; answered:`);
}

/**
 * Step follow: history and publisher learn the key, then standbys are built anew from the new timeline, in their own time. They come
 * last: nothing that was written at the stand-in is read before, and people do not wait for them.
 */
async function followAll(moving: Moving): Promise<string> {
  const { recovery } = moving.deps;
  if (moving.standInKey) beginKeys(moving, moving.standInKey, recovery.now());
  await recovery.supervisor.enrolGatewayKeys(recovery.gatewayKeys.all);
  const told = moving.going.map(async ({ name }) => {
    const follow = async () => {
      await recovery.supervisor.rebuildStandby(name);
      await resumePublishing(moving, manifestOf(recovery, name));
    };
    // It is served all the same: what does not follow yet is for a person, and no reason to call it not moved.
    await retrying(recovery, follow).catch((error: unknown) => {
      if (recovery.stopping.aborted) throw error;
      recovery.log.error({ err: error, compartment: name }, 'following the stand-in');
    });
  });
  await Promise.all(told);
  return tellOutcome(moving, 'standbys are built anew:');
}

async function resumePublishing(moving: Moving, manifest: CompartmentManifest): Promise<void> {
  if (readingOriginOf(manifest) !== undefined) await moving.deps.recovery.publisher.resume(manifest.name, { mayVanish: [] });
}

/** Step names: the hook's own output is told; that it failed is for a person, and holds nothing up. */
export async function moveNames(moving: Moving, way: 'away' | 'home'): Promise<string> {
  const { recovery } = moving.deps;
  const told = await retrying(recovery, () => recovery.supervisor.moveNames(way));
  if (told !== null) await moving.deps.namesMoved(moving.move.id);
  return told === null ? "no hook is configured: the names are a person's to move" : told;
}

/** Issues this move's order for a state, or finds the one that it issued before it was interrupted. */
async function orderOnce(
  moving: Moving,
  compartment: string,
  order: Pick<Parameters<typeof issueOrder>[1], 'state' | 'image'>,
): Promise<number> {
  const cause = `move:${moving.move.id}:${compartment}:${order.state}`;
  const { recovery } = moving.deps;
  const issued = await issueOrder(recovery.seal, { ...order, compartment, cause, reason: moving.reason, by: moving.by });
  return issued.order.epoch;
}

function waitFor(moving: Moving, compartment: string, epoch: number, parts: readonly Part[], withinMs: number): Promise<void> {
  const { recovery } = moving.deps;
  const { failingMs } = recovery.patience;
  return waitApplied(recovery.seal, { compartment, epoch, parts, withinMs, failingMs, signal: recovery.stopping });
}
