import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RecoveryStep } from '@bulkhead/contracts';
import { createLog, hasCode, readConfig } from '@bulkhead/kernel';
import { startScratchCluster } from '@bulkhead/postgres';
import { recordApplied, settleOrders } from '#order/order.actions.ts';
import { composeRecovery, openMigrated, type RecoveryParts } from '../app.ts';
import { closeHole, replayAttack } from '../closing.actions.ts';
import { configSchema } from '../config.ts';
import { awaitDecision, containAgain, failRecovery, finishRecovery, readDecision } from '../deciding.actions.ts';
import type { RecoveryRecord } from '../recovery.store.ts';
import { type RecoveryDeps, runRecoveryStep } from '../recovery-step.actions.ts';
import { letRead, openAgain, probeFromOutside, protectAgain, swapIn } from '../reopening.actions.ts';
import { composeDifference, restoreCopy, sealFirst, verifyCopy } from '../restoring.actions.ts';
import { orderKey, trust, World } from './world.ts';

const cluster = await startScratchCluster();
after(() => cluster.stop());

type Step = readonly [RecoveryStep, (deps: RecoveryDeps, recovery: RecoveryRecord) => Promise<string>];

/** The parts of recovery without its process, and a headquarters that carries out every order. */
async function inParts(work: (world: World, parts: RecoveryParts, id: string) => Promise<void>, kind: 'restore' | 'reopen') {
  const world = await World.open({ cluster });
  const stopping = new AbortController();
  const config = readConfig(configSchema, world.environment);
  const now = () => new Date();
  const log = createLog('test', 'silent');
  const database = await openMigrated(config, now);
  const setting = { config, estate: world.estate, trust, key: orderKey.signing, log, now, newId: () => 'r1' };
  const parts = composeRecovery(setting, database, stopping.signal);
  await settleOrders(parts.order);
  const obeying = obey(parts, stopping.signal);
  try {
    const id = 'r1';
    await parts.recovery.recoveries.addRecovery({
      id,
      compartment: 'website',
      kind,
      requestedBy: 'operator:alice',
      reason: 'an exercise',
      startedAt: now(),
    });
    await work(world, parts, id);
  } finally {
    stopping.abort();
    await obeying;
    await parts.recorder.close();
    await world.close();
    await database.close();
  }
}

async function obey({ order }: RecoveryParts, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    for (const { order: given } of order.book.listReleased()) {
      for (const part of ['gateway', 'supervisor'] as const) {
        const { compartment, epoch, state } = given;
        const applied = order.book.applied(compartment, part);
        if (applied?.epoch === epoch) continue;
        const at = new Date().toISOString();
        const closure = { passwordsTried: 1, passwordsRefused: 1, build: null };
        await recordApplied(order, { compartment, epoch, state, part, ok: true, detail: '', at, closure });
      }
    }
    await sleep(5);
  }
}

async function twice({ recovery }: RecoveryParts, id: string, [name, step]: Step): Promise<void> {
  for (const _ of [1, 2]) await runRecoveryStep(recovery, id, name, (record) => step(recovery, record));
}

function approve({ recovery }: RecoveryParts, id: string, digest: string | null) {
  return recovery.recoveries.decide({
    recovery: id,
    operator: 'operator:bob',
    digest,
    isApproved: true,
    reason: '',
    givenAt: new Date(),
  });
}

test('[C10] every step of a restore succeeds twice, and does its work once', () =>
  inParts(async (world, parts, id) => {
    const { recoveries } = parts.recovery;
    for (const step of [
      ['seal', sealFirst],
      ['restore', restoreCopy],
      ['verify', verifyCopy],
      ['close', closeHole],
      ['diff', composeDifference],
    ] as const) {
      await twice(parts, id, step);
    }
    for (const _ of [1, 2]) await awaitDecision(parts.recovery, id);
    const { digest } = await recoveries.getRecovery(id);
    for (const _ of [1, 2]) await approve(parts, id, digest);
    for (const step of [
      ['approve', readDecision],
      ['swap', swapIn],
      ['protect', protectAgain],
      ['read-only', letRead],
      ['replay', replayAttack],
      ['probe', probeFromOutside],
      ['open', openAgain],
    ] as const) {
      await twice(parts, id, step);
    }
    for (const _ of [1, 2]) await finishRecovery(parts.recovery, id);
    const orders = await world.admin.query<{ state: string }>(
      "select state from site_order where compartment = 'website' order by epoch",
    );
    assert.deepEqual(
      orders.map(({ state }) => state),
      ['open', 'sealed', 'restoring', 'read-only', 'open'],
    );
    assert.equal(world.peers.receiver.joins.length, 1);
    assert.equal(world.peers.receiver.bases.length, 2);
    assert.equal((await recoveries.getShown(id)).step, 'done');
  }, 'restore'));

test('[C10] joining behind a gap succeeds twice, and leaves one gap', () =>
  inParts(async (world, parts, id) => {
    world.peers.receiver.losesFirstWal = true;
    for (const step of [
      ['seal', sealFirst],
      ['restore', restoreCopy],
      ['verify', verifyCopy],
      ['close', closeHole],
      ['diff', composeDifference],
    ] as const) {
      await twice(parts, id, step);
    }
    await awaitDecision(parts.recovery, id);
    await approve(parts, id, (await parts.recovery.recoveries.getRecovery(id)).digest);
    await twice(parts, id, ['swap', swapIn]);
    await twice(parts, id, ['protect', protectAgain]);
    assert.equal(world.peers.receiver.gaps.length, 1);
    assert.deepEqual(
      world.peers.receiver.joins.map(({ epoch }) => epoch),
      [3, 4],
    );
  }, 'restore'));

test('[C10] every step of a reopening succeeds twice, and does its work once', () =>
  inParts(async (world, parts, id) => {
    const { recoveries } = parts.recovery;
    await twice(parts, id, ['seal', sealFirst]);
    await twice(parts, id, ['diff', composeDifference]);
    await awaitDecision(parts.recovery, id);
    await approve(parts, id, (await recoveries.getRecovery(id)).digest);
    for (const step of [
      ['approve', readDecision],
      ['protect', protectAgain],
      ['read-only', letRead],
      ['probe', probeFromOutside],
      ['open', openAgain],
    ] as const) {
      await twice(parts, id, step);
    }
    assert.equal(world.peers.receiver.seal, null);
    assert.equal(parts.order.book.stateOf('website'), 'open');
  }, 'reopen'));

test('[C10] ending a recovery that failed succeeds twice too, and leaves one seal', () =>
  inParts(async (world, parts, id) => {
    await twice(parts, id, ['seal', sealFirst]);
    for (const _ of [1, 2]) await containAgain(parts.recovery, id, 'a gate failed');
    for (const _ of [1, 2]) await failRecovery(parts.recovery, id, 'a gate failed');
    assert.equal(world.peers.receiver.sealRecords, 1);
    assert.equal(parts.order.book.issued('website')?.epoch, 2);
    assert.equal((await parts.recovery.recoveries.getShown(id)).step, 'failed');
  }, 'restore'));

test('[C12] what the quarantine holds at the swap must be what was approved, even if it was restored again', () =>
  inParts(async (world, parts, id) => {
    const { recoveries } = parts.recovery;
    for (const step of [
      ['seal', sealFirst],
      ['restore', restoreCopy],
      ['verify', verifyCopy],
      ['close', closeHole],
      ['diff', composeDifference],
    ] as const) {
      await runRecoveryStep(parts.recovery, id, step[0], (record) => step[1](parts.recovery, record));
    }
    await awaitDecision(parts.recovery, id);
    await approve(parts, id, (await recoveries.getRecovery(id)).digest);
    const swap = async () => runRecoveryStep(parts.recovery, id, 'swap', (record) => swapIn(parts.recovery, record));
    world.peers.quarantineTimeline = 3;
    world.peers.rows = 'rows that nobody approved';
    await assert.rejects(swap(), (error) => hasCode(error, 'restore.failed'));
    assert.equal(parts.order.book.stateOf('website'), 'sealed');
    world.peers.rows = 'the rows of the archive';
    await swap();
    assert.equal(parts.order.book.stateOf('website'), 'restoring');
  }, 'restore'));
