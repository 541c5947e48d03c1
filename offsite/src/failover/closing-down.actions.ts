import type { MovedCompartment } from '@bulkhead/contracts';
import { EstateError, sleepMs } from '@bulkhead/kernel';
import { sealCompartment } from '#order/seal/seal.actions.ts';
import { manifestOf } from '#recovery/known.actions.ts';
import { holdsForMs, leftToFenceMs } from './failover.rules.ts';
import { type Moving, untilTrue } from './moving.actions.ts';

const SEAL_LIMIT_MS = 30_000;
const LOOK_MS = 50;

/**
 * Step seal: from here on nothing that the site before writes is accepted [FO2]. All compartments are sealed, those too that off-site
 * has no copy of: nobody may be told that they are open.
 */
export async function sealAll(moving: Moving): Promise<string> {
  await Promise.all(moving.compartments.map((compartment) => sealOne(moving, compartment)));
  const positions = moving.compartments.map(({ name, sealLsn }) => `${name} at ${sealLsn ?? 'no position'}`);
  return `sealed: ${positions.join(', ')}`;
}

async function sealOne(moving: Moving, { name, sealEpoch }: MovedCompartment): Promise<void> {
  if (sealEpoch !== null) return;
  const { recovery } = moving.deps;
  const asked = { compartment: name, by: moving.by, reason: moving.reason };
  const position: Partial<MovedCompartment>[] = [];
  const isSealed = await untilTrue(recovery, SEAL_LIMIT_MS, async () => {
    const seal = await sealCompartment(recovery.seal, asked);
    if (seal.sealedAt === null) return false;
    position.push({ sealEpoch: seal.epoch, sealLsn: seal.lsn, sealTimeline: seal.timeline });
    return true;
  });
  if (!isSealed) throw new EstateError('wire.unreachable', `sealing ${name}: the receiver does not answer`);
  await moving.change(name, position.at(-1) ?? {});
}

/**
 * Step fence: waits until the site before can write no more, by its own word that it closed, or by the end of the last lease that it
 * was given. That its gateway does not answer proves nothing: it may be the link that is cut.
 */
export async function waitForFence(moving: Moving): Promise<string> {
  const { recovery, charge, leaseMs } = moving.deps;
  const beganMs = performance.now();
  const left = () =>
    moving.compartments.map(({ name, sealEpoch }) =>
      leftToFenceMs({
        applied: recovery.seal.book.applied(name, 'supervisor'),
        sealEpoch: sealEpoch ?? Number.MAX_SAFE_INTEGER,
        sinceLeaseMs: charge.sinceLeaseMs(name),
        holdsForMs: holdsForMs(leaseMs, manifestOf(recovery, name)),
      }),
    );
  while (left().some((ms) => ms > 0)) await sleepMs(LOOK_MS, recovery.stopping);
  const waitedMs = Math.round(performance.now() - beganMs);
  const proven = moving.compartments.filter(
    ({ name, sealEpoch }) => (recovery.seal.book.applied(name, 'supervisor')?.epoch ?? 0) >= (sealEpoch ?? 0),
  ).length;
  return `${proven} of ${moving.compartments.length} told that they closed; waited ${waitedMs} ms for leases to end`;
}
