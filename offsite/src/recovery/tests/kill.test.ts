import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startScratchCluster } from '@bulkhead/postgres';
import { killAtEach, PLACES, untilStep } from './killed-recovery.ts';
import { World } from './world.ts';

const cluster = await startScratchCluster();
after(() => cluster.stop());

const restore = { kind: 'restore', compartment: 'website', reason: 'an exercise' } as const;

/** An odd step, so that it meets places before calls and places after them. */
const EVERY = 9;

test(`[C3] [C10] killed with -9 at every ${EVERY}th place of its way, the recovery goes on and opens once`, () =>
  killAtEach(
    cluster,
    PLACES.filter((_, at) => at % EVERY === 0),
  ));

test('[C10] stopped by its supervisor in the middle of a step, a recovery is not failed by it, and goes on', async () => {
  const world = await World.open({ cluster });
  try {
    await world.start();
    await world.untilOpen();
    const stopped = Promise.withResolvers<void>();
    world.peers.hook = async (call, phase) => {
      if (call !== 'jail.verify' || phase !== 'before') return;
      world.peers.hook = () => undefined;
      await world.kill('SIGTERM');
      stopped.resolve();
    };
    const { recovery: id = '' } = await world.command('alice', restore);
    await stopped.promise;
    await world.start();
    const waiting = await untilStep(world, id, 'approve');
    assert.equal(waiting.failure, null);
  } finally {
    await world.close();
  }
});

test('[C10] a failure that is cut off by a kill is finished too: the compartment ends sealed, its recovery failed', async () => {
  const world = await World.open({ cluster });
  try {
    await world.start();
    await world.untilOpen();
    world.peers.serves = () => 'a page that nobody signed';
    const { recovery: id = '' } = await world.command('alice', restore);
    const waiting = await untilStep(world, id, 'approve');
    let isKilled = false;
    const restarted = Promise.withResolvers<void>();
    world.peers.hook = async (call, phase) => {
      if (call !== 'receiver.seal' || phase !== 'after' || isKilled) return;
      isKilled = true;
      await world.kill();
      world.start().then(restarted.resolve, restarted.reject);
    };
    await world.command('bob', { kind: 'approve', request: id, digest: waiting.awaiting?.digest ?? '' });
    await restarted.promise;
    await untilStep(world, id, 'failed');
    assert.equal((await world.website()).desired, 'sealed');
    const { length } = await world.admin.query("select 1 from site_order where compartment = 'website' and state = 'open'");
    assert.equal(length, 1, 'only the first order ever said open');
  } finally {
    await world.close();
  }
});
