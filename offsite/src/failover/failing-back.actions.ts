import type { MovedCompartment, SiteMove } from '@bulkhead/contracts';
import { EstateError, hasCode, sleepMs } from '@bulkhead/kernel';
import { issueOrder, waitApplied } from '#order/order.actions.ts';
import { requestRestore } from '#recovery/recovery.actions.ts';
import { sealAll, waitForFence } from './closing-down.actions.ts';
import { moveNames } from './failing-over.actions.ts';
import { listMoving } from './failover.rules.ts';
import { Moving, type MovingDeps } from './moving.actions.ts';

const QUIET_LIMIT_MS = 30_000;
const LOOK_MS = 1000;

/**
 * Goes back to headquarters: the stand-in is made to read only, then sealed, and each compartment is restored at headquarters from the
 * archive, which holds the stand-in's timeline too, through every gate of an ordinary restore [FO6].
 */
export async function failBack(deps: MovingDeps, move: SiteMove): Promise<void> {
  const moving = new Moving(deps, move);
  const { recovery } = deps;
  await moving.begin(listMoving([...recovery.manifests.values()], (name) => recovery.seal.book.issued(name)));
  await moving.step('quieten', () => quieten(moving));
  await moving.step('seal', () => sealAll(moving));
  await waitForFence(moving);
  await moving.step('charge', () => giveBack(moving));
  const names = moving.step('names', () => moveNames(moving, 'home'));
  names.catch(() => undefined);
  await moving.step('restore', () => restoreAll(moving));
  await names;
}

/** Step quieten: nobody writes any more, everybody reads; what was under way comes to its end. */
async function quieten(moving: Moving): Promise<string> {
  const { recovery } = moving.deps;
  const { failingMs } = recovery.patience;
  await Promise.all(
    moving.going.map(async ({ name, was }) => {
      if (was !== 'open') return;
      const cause = `move:${moving.move.id}:${name}:read-only`;
      const issued = await issueOrder(recovery.seal, {
        compartment: name,
        state: 'read-only',
        cause,
        reason: moving.reason,
        by: moving.by,
      });
      const asked = {
        compartment: name,
        epoch: issued.order.epoch,
        parts: ['gateway', 'supervisor'] as const,
        withinMs: QUIET_LIMIT_MS,
        failingMs,
      };
      // A part that does not answer is sealed in the next step all the same.
      await waitApplied(recovery.seal, { ...asked, signal: recovery.stopping }).catch((error: unknown) => {
        if (recovery.stopping.aborted) throw error;
        recovery.log.warn({ err: error, compartment: name }, 'waiting for the stand-in to read only');
      });
    }),
  );
  return `reading only: ${moving.going.map(({ name }) => name).join(', ')}`;
}

async function giveBack(moving: Moving): Promise<string> {
  const { charge, recovery } = moving.deps;
  const { id } = moving.move;
  await recovery.recorder.append({
    kind: 'site.moved',
    idempotencyKey: `move:${id}:in-charge`,
    body: { move: id, to: 'headquarters', by: moving.by, compartments: moving.going.map(({ name }) => name) },
  });
  await charge.give('headquarters', id, recovery.now());
  recovery.seal.book.announce();
  // Headquarters fetches editions again, which the probe of its restores looks for.
  await recovery.supervisor.keepStandIn({ isWanted: true, isInCharge: false });
  return 'headquarters is in charge; everything is sealed until it is restored there';
}

/** Step restore: an ordinary restore of each; a second operator looks at each difference and approves it. */
async function restoreAll(moving: Moving): Promise<string> {
  await moving.forEach(async (compartment) => ({ recovery: await beginRestore(moving, compartment) }));
  const { recovery } = moving.deps;
  for (;;) {
    const standing = await Promise.all(
      moving.going.map(async ({ recovery: id }) => (id === null ? undefined : recovery.recoveries.getRecovery(id))),
    );
    const ended = standing.filter((one) => one !== undefined && one.endedAt !== null);
    if (ended.length === standing.length) break;
    await sleepMs(LOOK_MS, recovery.stopping);
  }
  await moving.forEach(async ({ recovery: id }) => {
    if (id === null) return undefined;
    const { step, failure } = await recovery.recoveries.getRecovery(id);
    return step === 'done' ? undefined : { failure: `restore ${id}: ${failure ?? step}` };
  });
  const failed = moving.compartments.filter(({ failure }) => failure !== null).map(({ name, failure }) => `${name}: ${failure}`);
  return `restored at headquarters: ${moving.going.map(({ name }) => name).join(', ')}${failed.length > 0 ? `; not: ${failed.join('; ')}` : ''}`;
}

/** Asked for once: a restore that runs already, or that another operator asked for, is the one. */
async function beginRestore(moving: Moving, { name, recovery: known }: MovedCompartment): Promise<string> {
  if (known !== null) return known;
  const { recovery, requests } = moving.deps;
  const running = (await recovery.recoveries.listRunning()).find(({ compartment }) => compartment === name);
  if (running) return running.id;
  try {
    return await requestRestore(requests, { compartment: name, operator: moving.move.requestedBy, reason: moving.reason });
  } catch (error) {
    if (!hasCode(error, 'compartment.wrong_state')) throw error;
    throw new EstateError('failover.failed', `restoring ${name} at headquarters`, { cause: error });
  }
}
