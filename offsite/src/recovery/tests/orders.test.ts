import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { leaseSchema, openSigned, PURPOSES } from '@bulkhead/contracts';
import { startScratchCluster } from '@bulkhead/postgres';
import { waitUntil } from '@bulkhead/testkit';
import { callWire } from '@bulkhead/wire';
import { z } from 'zod';
import { orderKeys, World } from './world.ts';

const cluster = await startScratchCluster();
after(() => cluster.stop());

/** Runs a test in a world of its own, with both compartments open. */
async function inWorld(work: (world: World) => Promise<void>, options: Omit<Parameters<typeof World.open>[0], 'cluster'> = {}) {
  const world = await World.open({ cluster, ...options });
  try {
    await world.start();
    await world.untilOpen();
    await work(world);
  } finally {
    await world.close();
  }
}

const seal = { kind: 'seal', compartment: 'website', reason: 'an exercise' } as const;

function sealEntries(world: World) {
  return world.entries().then((entries) => entries.filter(({ kind }) => kind === 'seal.recorded'));
}

test('[C1] a new estate gives each compartment its first order, once, in the ledger first, however often it starts', () =>
  inWorld(async (world) => {
    assert.equal(await world.kill('SIGTERM'), 0);
    await world.start();
    await world.untilOpen();
    const orders = await world.admin.query('select compartment, epoch, state from site_order order by compartment');
    assert.deepEqual(orders, [
      { compartment: 'identity', epoch: 1, state: 'open' },
      { compartment: 'website', epoch: 1, state: 'open' },
    ]);
    const issued = (await world.entries()).filter(({ kind }) => kind === 'order.issued');
    assert.deepEqual(issued.map(({ idempotencyKey }) => idempotencyKey).sort(), ['order:identity:1', 'order:website:1']);
  }));

test('[C1] without the ledger no compartment opens; when it answers again they do', async () => {
  const world = await World.open({ cluster });
  try {
    await world.stopLedger();
    await world.start();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    assert.deepEqual(world.headquarters.seen, []);
    await world.startLedger();
    await world.untilOpen();
  } finally {
    await world.close();
  }
});

test('[C5] a seal goes off-site first: receiver, then ledger, then gateway and supervisor, and its time is measured', () =>
  inWorld(async (world) => {
    const order: string[] = [];
    world.peers.hook = (call, phase) => {
      if (call === 'receiver.seal') order.push(`${call} ${phase}`);
    };
    world.headquarters.onOrder = async ({ compartment }) => {
      order.push(`order ${compartment}`);
      order.push(`ledger has ${(await sealEntries(world)).length}`);
    };
    const reply = await world.command('alice', seal);
    assert.equal(reply.epoch, 2);
    assert.equal(reply.seal?.lsn, '0/4000000');
    await waitUntil(async () => (await world.website()).applied.gateway === 'sealed', { what: 'the gateway is sealed' });
    assert.deepEqual(order, ['receiver.seal before', 'receiver.seal after', 'order website', 'ledger has 1']);
    const found = await world.website();
    assert.deepEqual({ ...found.seal, at: '', tookMs: 0 }, { lsn: '0/4000000', at: '', by: ['operator:alice'], tookMs: 0 });
    assert.ok((found.seal?.tookMs ?? -1) >= 0);
    assert.equal((await world.state()).compartments.find(({ name }) => name === 'identity')?.desired, 'open');
    assert.ok(world.peers.status.at(-1)?.notices.some(({ kind }) => kind === 'contained'));
  }));

test('[C2] two seals at once and one more later are one seal', () =>
  inWorld(async (world) => {
    const replies = await Promise.all([world.command('alice', seal), world.command('bob', seal)]);
    replies.push(await world.command('bob', seal));
    assert.deepEqual(
      replies.map(({ epoch }) => epoch),
      [2, 2, 2],
    );
    assert.equal(world.peers.receiver.sealRecords, 1);
    assert.equal((await sealEntries(world)).length, 1);
  }));

test('[C5] a compartment is sealed while headquarters is away, and headquarters hears of it when it is back', () =>
  inWorld(async (world) => {
    world.headquarters.isObedient = false;
    const reply = await world.command('alice', seal);
    assert.equal(reply.seal?.lsn, '0/4000000');
    assert.equal((await sealEntries(world)).length, 1);
    assert.equal((await world.website()).applied.supervisor, 'open');
  }));

test('[C5] a seal does not wait for a ledger that is away; its entry follows', () =>
  inWorld(async (world) => {
    await world.stopLedger();
    await world.command('alice', seal);
    await waitUntil(async () => (await world.website()).applied.gateway === 'sealed', { what: 'the gateway is sealed' });
    await world.startLedger();
    await waitUntil(async () => (await sealEntries(world)).length === 1, { what: 'the ledger has the seal' });
  }));

test('[C5] a seal does not wait for a receiver that is away; its position is recorded when it answers', () =>
  inWorld(async (world) => {
    world.peers.receiver.isAway = true;
    const reply = await world.command('alice', seal);
    assert.equal(reply.seal, undefined);
    await waitUntil(async () => (await world.website()).applied.gateway === 'sealed', { what: 'the gateway is sealed' });
    world.peers.receiver.isAway = false;
    await waitUntil(async () => (await world.website()).seal?.lsn === '0/4000000', { what: 'the position is known' });
    const keys = (await sealEntries(world)).map(({ idempotencyKey }) => idempotencyKey);
    assert.deepEqual(keys, ['seal:website:2:unanswered', 'seal:website:2']);
  }));

test('[C5] a seal that the database could not keep holds at the receiver, and gets its order when the database can', () =>
  inWorld(async (world) => {
    await world.admin.query('alter table seal_record rename to seal_record_away');
    await assert.rejects(world.command('alice', seal), /status 500/);
    assert.ok(world.peers.receiver.seal);
    const signed = await world.headquarters.lease([{ name: 'website', epoch: 1 }]);
    assert.deepEqual(JSON.parse(signed.message).compartments, []);
    await world.admin.query('alter table seal_record_away rename to seal_record');
    await waitUntil(async () => (await world.website()).applied.supervisor === 'sealed', { what: 'website is sealed' });
    assert.equal((await world.website()).epoch, 2);
    assert.equal(world.peers.receiver.sealRecords, 1);
  }));

for (const phase of ['before', 'after'] as const) {
  test(`[C5] killed with -9 ${phase} the receiver sealed, recovery seals when it starts again`, () =>
    inWorld(async (world) => {
      const killed = Promise.withResolvers<void>();
      world.peers.hook = async (call, at) => {
        if (call !== 'receiver.seal' || at !== phase) return;
        world.peers.hook = () => undefined;
        await world.kill();
        killed.resolve();
      };
      await assert.rejects(world.command('alice', seal));
      await killed.promise;
      await world.start();
      await waitUntil(async () => (await world.website()).applied.supervisor === 'sealed', { what: 'website is sealed' });
      assert.equal((await sealEntries(world)).length, 1);
      assert.equal(world.peers.receiver.sealRecords, 1);
    }));
}

test('[C4] a lease is given for the order in force alone, and none after a seal', () =>
  inWorld(async (world) => {
    const ask = async (epoch: number) => {
      const signed = await world.headquarters.lease([{ name: 'website', epoch }]);
      return openSigned(signed, { purpose: PURPOSES.lease, keys: orderKeys, schema: leaseSchema }).value;
    };
    assert.deepEqual(await ask(1), { nonce: 'n'.repeat(24), compartments: [{ name: 'website', epoch: 1 }], ttlMs: 5000 });
    assert.deepEqual((await ask(0)).compartments, []);
    assert.deepEqual((await ask(2)).compartments, []);
    let duringSeal: unknown;
    world.peers.hook = async (call, phase) => {
      if (call === 'receiver.seal' && phase === 'before') duringSeal = (await ask(1)).compartments;
    };
    await world.command('alice', seal);
    assert.deepEqual(duringSeal, []);
    assert.deepEqual((await ask(1)).compartments, []);
    assert.deepEqual((await ask(2)).compartments, []);
  }));

test('[C15] a seal given at headquarters while off-site was away becomes off-site’s own when it hears of it', () =>
  inWorld(async (world) => {
    const body = {
      compartment: 'website',
      epoch: 1,
      state: 'sealed',
      part: 'supervisor',
      ok: true,
      detail: 'sealed here by operator:alice: an exercise',
      at: new Date().toISOString(),
    };
    await callWire(world.hqPeer, { method: 'POST', path: '/applied', body }, z.unknown());
    const website = await world.website();
    assert.equal(website.desired, 'sealed');
    assert.equal(website.epoch, 2);
    assert.deepEqual(website.seal?.by, ['rule:headquarters.sealed']);
    await callWire(world.hqPeer, { method: 'POST', path: '/applied', body }, z.unknown());
    assert.equal((await world.website()).epoch, 2);
  }));

test('what headquarters says it carried out is kept; of an epoch that was never ordered it is refused', () =>
  inWorld(async (world) => {
    const body = {
      compartment: 'website',
      epoch: 9,
      state: 'open',
      part: 'gateway',
      ok: true,
      detail: '',
      at: new Date().toISOString(),
    };
    const call = { method: 'POST' as const, path: '/applied', body };
    await assert.rejects(callWire(world.hqPeer, call, z.unknown()), /status 403/);
    await assert.rejects(
      callWire(world.hqPeer, { ...call, body: { ...body, compartment: 'mail', epoch: 1 } }, z.unknown()),
      /status 404/,
    );
    await assert.rejects(callWire({ ...world.hqPeer, secret: 'another' }, call, z.unknown()), /status 401/);
  }));
