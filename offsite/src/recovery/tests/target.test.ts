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
import { type ErrorCode, EstateError, hasCode } from '@bulkhead/kernel';
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
  // Each restore is one of the first timeline.
  world.peers.receiver.timeline = 1;
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

const receiptOf = (sequence: number, status: number, xids: readonly string[]) => ({
  requestId: `request-${sequence}`,
  compartment: 'website',
  route: 'article.add',
  accountId: 'mallory',
  sessionId: 'session-of-mallory',
  address: '192.0.2.7',
  status,
  xids,
  receivedAt: '2026-01-01T00:00:00.000Z',
  answeredAt: `2026-01-01T00:00:0${sequence}.000Z`,
});
let batches = 0;
async function sendReceipts(...receipts: ReturnType<typeof receiptOf>[]): Promise<void> {
  batches += 1;
  const body = signMessage(gatewayKey.signing, PURPOSES.receipts, { sequence: batches, receipts });
  await callWire(world.hqPeer, { method: 'POST', path: '/receipts', body }, z.object({ sequence: z.number() }));
}
const namedOf = (id: string, query = '') =>
  callWire(world.deskPeer, { method: 'GET', path: `/recoveries/${id}/acknowledged${query}` }, acknowledgedSchema);
const namingsInLedger = async (id: string) =>
  (await world.entries())
    .filter(({ kind, body }) => kind === 'acknowledgement.named' && body['recovery'] === id)
    .map(({ body }) => [body['version'], body['guaranteed'], body['inDoubt'], body['lost']]);

test('[C29] [C31] [C32] a restore to an earlier position ends there also after a kill, and names what it leaves behind, before and afterwards', async () => {
  let isKilled = false;
  world.peers.hook = async (call, phase) => {
    if (call !== 'jail.verify' || phase !== 'before') return;
    world.peers.hook = () => undefined;
    await world.kill();
    await world.start();
    isKilled = true;
  };
  await sendReceipts(receiptOf(1, 303, ['701']), receiptOf(7, 303, ['707']), receiptOf(8, 502, []));
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
  const told = await namedOf(id);
  assert.deepEqual(
    told.entries.slice(0, 3).map(({ standing, requestId, accountId, status }) => [standing, requestId, accountId, status]),
    [
      ['lost', 'request-7', 'mallory', 303],
      ['lost', 'request-8', 'mallory', 502],
      ['lost', 'request-9', 'mallory', null],
    ],
  );
  await sendReceipts(receiptOf(2, 303, ['702']));
  await world.command('bob', { kind: 'approve', request: id, digest: digest ?? '' });
  await world.untilStep(id, 'done');
  const again = await namedOf(id);
  assert.deepEqual([again.version, again.summary.guaranteed, again.summary.inDoubt], [2, 2, 4], 'looked at again at the end');
  assert.ok(again.summary.computedAt > told.summary.computedAt);
  assert.deepEqual((await namedOf(id, '?version=1')).entries, told.entries, 'what was said first is kept');
  assert.deepEqual(again.versions[0]?.summary, told.summary);
  await assert.rejects(namedOf(id, '?version=3'), /404/);
  await assert.rejects(namedOf(id, '?version=first'), /400/);
  await waitUntil(() => world.peers.deletedQuarantines.includes(id), { what: 'its copy is gone' });
});

test('[C32] what history had not read when it was named is named again by itself, also after a kill, and the ledger tells', async () => {
  const { history } = world.peers;
  const later = history.transactions.splice(6);
  history.reconciledLsn = '0/3F00000';
  await sendReceipts(receiptOf(3, 303, ['703']), receiptOf(9, 303, ['709', '710']));
  const { recovery: id = '' } = await world.command('alice', { kind: 'restore', compartment: 'website', reason });
  const waiting = await world.untilStep(id, 'approve');
  const behind = await namedOf(id);
  assert.match(behind.summary.unknown ?? '', /history stands at 0\/3F00000; it reads on/);
  assert.deepEqual(behind.summary, waiting.awaiting?.diff?.acknowledged);
  const standings = ({ entries }: typeof behind) =>
    entries.filter(({ requestId }) => requestId === 'request-9').map(({ standing, xid }) => `${standing} ${xid}`);
  assert.deepEqual(standings(behind), ['in-doubt 709', 'in-doubt 710']);
  await world.kill();
  history.transactions.push(...later);
  history.reconciledLsn = '0/4000000';
  await world.start();
  const caughtUp = await waitUntil(
    async () => {
      const named = await namedOf(id);
      return named.version === 2 ? named : undefined;
    },
    { what: 'it is named again' },
  );
  assert.equal(caughtUp.summary.unknown, null);
  assert.deepEqual(standings(caughtUp).toSorted(), ['guaranteed 709', 'lost 710']);
  assert.deepEqual((await namedOf(id, '?version=1')).entries, behind.entries);
  await world.command('bob', { kind: 'approve', request: id, digest: waiting.awaiting?.digest ?? '' });
  await world.untilStep(id, 'done');
  assert.equal((await namedOf(id)).version, 2, 'the same is not said twice');
  await waitUntil(async () => (await namingsInLedger(id)).length === 2, { what: 'the ledger tells of both' });
  assert.deepEqual(
    (await namingsInLedger(id)).map(([version]) => version),
    [1, 2],
  );
});

test('[C32] with history away a restore goes on, and what was acknowledged is named as soon as history is back', async () => {
  let isAway = true;
  world.peers.hook = (call, phase) => {
    if (isAway && call === 'history.search' && phase === 'before') throw new EstateError('wire.unreachable', 'history is away');
  };
  const { recovery: id = '' } = await world.command('alice', { kind: 'restore', compartment: 'website', reason });
  const waiting = await world.untilStep(id, 'approve');
  assert.equal(waiting.awaiting?.diff?.acknowledged, null);
  await assert.rejects(namedOf(id), /404/);
  isAway = false;
  await waitUntil(async () => (await namedOf(id)).version === 1, { what: 'it is named' });
  await world.command('bob', { kind: 'approve', request: id, digest: waiting.awaiting?.digest ?? '' });
  await world.untilStep(id, 'done');
  world.peers.hook = () => undefined;
});
