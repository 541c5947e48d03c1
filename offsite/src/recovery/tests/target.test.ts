import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import {
  acknowledgedSchema,
  lookedAtListSchema,
  lookedAtSchema,
  PURPOSES,
  type RestoreTarget,
  signMessage,
} from '@bulkhead/contracts';
import { type ErrorCode, hasCode } from '@bulkhead/kernel';
import { type ScratchCluster, startScratchCluster } from '@bulkhead/postgres';
import { waitUntil } from '@bulkhead/testkit';
import { callWire } from '@bulkhead/wire';
import { z } from 'zod';
import { transaction } from './history-peer.ts';
import { gatewayKey, World } from './world.ts';

const reason = 'an exercise';
let cluster: ScratchCluster;
let world: World;
before(async () => {
  cluster = await startScratchCluster();
  world = await World.open({ cluster, patience: { historyMs: 3000 } });
  await world.start();
  await world.untilOpen();
});
after(async () => {
  await world?.close();
  await cluster?.stop();
});
// Commits at 0/3000100 to 0/3000900, a second apart; each but the fourth of a request of its own.
beforeEach(() => {
  world.peers.history.transactions = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((sequence) =>
    transaction(sequence, sequence === 4 ? null : {}),
  );
});

const lookAt = async (target?: RestoreTarget) =>
  world.command('alice', { kind: 'quarantine', compartment: 'website', reason, ...(target ? { target } : {}) });

/** Where a quarantine ends that was asked for like this; it is released again. */
async function endOf(target?: RestoreTarget): Promise<string | undefined> {
  const { quarantine } = z.object({ quarantine: z.string() }).parse(await lookAt(target));
  const found = world.peers.quarantines.find(({ id }) => id === quarantine);
  await world.command('bob', { kind: 'release', quarantine, reason });
  assert.ok(!world.peers.jails.has(quarantine));
  return found?.targetLsn;
}

function refusedWith(code: ErrorCode, text: RegExp) {
  return (error: unknown) => {
    assert.ok(hasCode(error, code), String(error));
    assert.match(String(error instanceof Error ? error.cause : ''), text);
    return true;
  };
}

test('[C29] an instant, a position and a transaction become the position of the last commit that is wanted', async () => {
  assert.equal(await endOf(), undefined, 'the end of the archive');
  assert.equal(await endOf({ to: 'lsn', lsn: '0/3000555' }), '0/3000555');
  assert.equal(await endOf({ to: 'time', at: '2026-01-01T00:00:05.500Z' }), '0/3000500');
  assert.equal(await endOf({ to: 'time', at: '2026-01-01T00:00:05.000Z' }), '0/3000500');
  assert.equal(await endOf({ to: 'before', xid: '705' }), '0/3000400');
});

test('[C29] commits that an earlier restore left behind are passed over', async () => {
  const { history } = world.peers;
  history.transactions = history.transactions.map((one) => (one.sequence === 5 ? { ...one, timeline: 7 } : one));
  assert.equal(await endOf({ to: 'time', at: '2026-01-01T00:00:05.500Z' }), '0/3000400');
  assert.equal(await endOf({ to: 'before', xid: '706' }), '0/3000400');
  await assert.rejects(endOf({ to: 'before', xid: '705' }), refusedWith('input.invalid', /no such transaction/));
});

test('[C29] where the archive does not reach nothing is begun, and the range that there is is told', async () => {
  const range = /reaches from 0\/3000100 \(2026-01-01T00:00:01\.000Z\) to 0\/4000000/;
  for (const target of [
    { to: 'lsn', lsn: '0/30000FF' },
    { to: 'lsn', lsn: '0/4000001' },
    { to: 'time', at: '2025-12-31T23:59:59.000Z' },
    { to: 'time', at: '2126-01-01T00:00:00.000Z' },
    { to: 'before', xid: '701' },
  ] satisfies RestoreTarget[]) {
    await assert.rejects(
      world.command('alice', { kind: 'restore', compartment: 'website', reason, target }),
      refusedWith('restore.out_of_range', range),
      JSON.stringify(target),
    );
  }
  assert.equal((await world.website()).desired, 'open', 'nothing was sealed');
});

test('[C29] an instant is refused while history has not read so far', async () => {
  world.peers.history.reconciledLsn = '0/3F00000';
  const lies = world.peers.history;
  await assert.rejects(
    (async () => {
      const moving = setInterval(() => {
        lies.reconciledLsn = lies.reconciledLsn === '0/3F00000' ? '0/3E00000' : '0/3F00000';
      }, 100);
      try {
        await lookAt({ to: 'time', at: '2026-01-01T00:00:05.000Z' });
      } finally {
        clearInterval(moving);
      }
    })(),
    refusedWith('history.behind', /give a position instead/),
  );
  world.peers.history.reconciledLsn = '0/4000000';
});

test('a quarantine that is looked at outlasts a kill, on its own timeline, until it is released', async () => {
  const { quarantine } = z.object({ quarantine: z.string() }).parse(await lookAt({ to: 'lsn', lsn: '0/3000500' }));
  await world.kill();
  await world.start();
  const read = () => callWire(world.deskPeer, { method: 'GET', path: `/quarantines/${quarantine}` }, lookedAtSchema);
  const seen = await read();
  assert.deepEqual([seen.state, seen.targetLsn, seen.requestedBy], ['ready', '0/3000500', 'operator:alice']);
  assert.match(seen.socketDirectory ?? '', /\/pg$/);
  assert.equal(world.peers.quarantines.filter(({ id }) => id === quarantine).length, 1);
  await world.command('bob', { kind: 'release', quarantine, reason });
  const { quarantines } = await callWire(world.deskPeer, { method: 'GET', path: '/quarantines' }, lookedAtListSchema);
  assert.deepEqual(quarantines, []);
  await assert.rejects(read(), /404/);
  await assert.rejects(world.command('bob', { kind: 'release', quarantine, reason }), (error) =>
    hasCode(error, 'request.not_found'),
  );
});

test('[C29] [C31] a restore to an earlier position ends there also after a kill, and names what it leaves behind, before and afterwards', async () => {
  let isKilled = false;
  world.peers.hook = async (call, phase) => {
    if (call !== 'jail.verify' || phase !== 'before') return;
    world.peers.hook = () => undefined;
    await world.kill();
    await world.start();
    isKilled = true;
  };
  const receipts = [1, 7, 8].map((sequence) => ({
    requestId: `request-${sequence}`,
    compartment: 'website',
    route: 'article.add',
    accountId: 'mallory',
    sessionId: 'session-of-mallory',
    address: '192.0.2.7',
    status: sequence === 8 ? 502 : 303,
    xids: sequence === 8 ? [] : [String(700 + sequence)],
    receivedAt: '2026-01-01T00:00:00.000Z',
    answeredAt: `2026-01-01T00:00:0${sequence}.000Z`,
  }));
  const body = signMessage(gatewayKey.signing, PURPOSES.receipts, { sequence: 1, receipts });
  await callWire(world.hqPeer, { method: 'POST', path: '/receipts', body }, z.object({ sequence: z.number() }));
  const target = { to: 'before', xid: '707' } as const;
  const { recovery: id = '' } = await world.command('alice', { kind: 'restore', compartment: 'website', reason, target });
  const waiting = await world.untilStep(id, 'approve');
  assert.ok(isKilled);
  assert.deepEqual(
    world.peers.quarantines.filter((one) => one.id === id).map(({ targetLsn }) => targetLsn),
    ['0/3000600'],
  );
  const { diff, digest } = waiting.awaiting ?? {};
  assert.deepEqual(diff?.target, { asked: target, lsn: '0/3000600' });
  const { guaranteed, inDoubt, lost, cutLsn, unknown } = diff?.acknowledged ?? {};
  assert.deepEqual(
    { guaranteed, inDoubt, lost, cutLsn, unknown },
    { guaranteed: 1, inDoubt: 5, lost: 3, cutLsn: '0/3000600', unknown: null },
  );
  const path = `/recoveries/${id}/acknowledged`;
  const told = await callWire(world.deskPeer, { method: 'GET', path }, acknowledgedSchema);
  assert.deepEqual(
    told.entries.slice(0, 3).map(({ standing, requestId, accountId, status }) => [standing, requestId, accountId, status]),
    [
      ['lost', 'request-7', 'mallory', 303],
      ['lost', 'request-8', 'mallory', 502],
      ['lost', 'request-9', 'mallory', null],
    ],
  );
  await world.command('bob', { kind: 'approve', request: id, digest: digest ?? '' });
  await world.untilStep(id, 'done');
  const again = await callWire(world.deskPeer, { method: 'GET', path }, acknowledgedSchema);
  assert.ok(again.summary.computedAt > told.summary.computedAt, 'looked at again at the end');
  assert.deepEqual(again.entries, told.entries);
  await waitUntil(() => world.peers.deletedQuarantines.includes(id), { what: 'its copy is gone' });
});
