import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  allottedTimelineSchema,
  basesSchema,
  jailImageSchema,
  jailPositionSchema,
  joinedStreamSchema,
  streamSealSchema,
  tableDigestsSchema,
} from '@bulkhead/contracts';
import { hasCode, sleepMs } from '@bulkhead/kernel';
import { callWire } from '@bulkhead/wire';
import { Headquarters, makePlace, ReceiverProcess } from '#receiver/tests/headquarters.ts';
import { JailProcess } from './tests/jail.ts';
import { layDown } from './tests/lay-down.ts';

const place = await makePlace();
const headquarters = new Headquarters(place.root);
const restored = new Headquarters(place.root, 'hq2');
const receiver = new ReceiverProcess(place.root, headquarters.socketDirectory);
const standby = new JailProcess(place.root, receiver, 'standby', 'standby');
const quarantine = new JailProcess(place.root, receiver, 'quarantine', 'quarantine', { NEW_TIMELINE: '4' });

before(async () => {
  await headquarters.create();
  await receiver.start();
  await receiver.until((status) => status.state === 'streaming', 'it streams');
  await headquarters.protect();
});
after(async () => {
  await standby.kill();
  await quarantine.kill();
  await receiver.kill();
  await headquarters.kill();
  await restored.kill();
  await place.remove();
});

async function count(jail: JailProcess): Promise<number> {
  const [row] = await jail.query<{ count: string }>('select count(*) from note');
  return Number(row?.count);
}

async function untilCount(jail: JailProcess, wanted: number): Promise<void> {
  for (let waitedMs = 0; waitedMs < 30_000; waitedMs += 50) {
    if ((await count(jail)) === wanted) return;
    await sleepMs(50);
  }
  assert.fail(`${await count(jail)} notes instead of ${wanted}\n${jail.output}`);
}

async function write(at: Headquarters, from: number, notes: number): Promise<void> {
  const acknowledged: number[] = [];
  await at.writeNotes(acknowledged, { from, until: () => acknowledged.length === notes });
  assert.equal(acknowledged.length, notes);
}

test('[R7] a standby without any access to headquarters follows through the archive', async () => {
  await standby.start();
  assert.equal((await standby.until('ready')).mode, 'standby');
  await write(headquarters, 1, 19);
  await untilCount(standby, 19);
  const position = await callWire(standby.peer, { method: 'GET', path: '/position' }, jailPositionSchema);
  assert.equal(position.isInRecovery, true);
  const path = `/position?after=${position.replayLsn}`;
  const moved = callWire(standby.peer, { method: 'GET', path, timeoutMs: 30_000 }, jailPositionSchema);
  await write(headquarters, 20, 1);
  assert.notEqual((await moved).replayLsn, position.replayLsn, 'who waits for more is told when more was replayed');
  await untilCount(standby, 20);
  const digest = await callWire(
    standby.peer,
    { method: 'POST', path: '/digest', body: { tables: ['note'] } },
    tableDigestsSchema,
  );
  assert.equal(digest.tables[0]?.rows, 20);
});

test('a standby killed with -9 goes on from what stands on its disk', async () => {
  await standby.kill('SIGKILL');
  await write(headquarters, 100, 5);
  await standby.start();
  await standby.until('ready');
  await untilCount(standby, 25);
  assert.doesNotMatch(standby.output.split('"ready"').at(-1) ?? '', /building the data directory/);
});

test('the standby catches up after the receiver was killed', async () => {
  await receiver.kill();
  await receiver.start();
  await receiver.until((status) => status.state === 'streaming', 'it streams again');
  await write(headquarters, 200, 5);
  await untilCount(standby, 30);
});

test('[A5] a restored cluster is joined on a timeline of its own, and the standby follows it', async () => {
  const { timeline } = await callWire(
    receiver.peer,
    { method: 'POST', path: '/compartments/site/timeline' },
    allottedTimelineSchema,
  );
  assert.equal(timeline, 2);
  const seal = await callWire(
    receiver.peer,
    { method: 'POST', path: '/compartments/site/seal', body: { epoch: 1 } },
    streamSealSchema,
  );
  await headquarters.kill();
  await quarantine.start();
  const health = await quarantine.until('ready', 'failed');
  assert.equal(health.state, 'ready', health.message);
  assert.equal(health.timeline, 4);
  assert.equal(health.unreplayedBytes, 0);
  const image = await callWire(quarantine.peer, { method: 'POST', path: '/image', timeoutMs: 60_000 }, jailImageSchema);
  assert.equal(image.timeline, 4);
  await layDown(quarantine.peer, restored.dataDirectory);
  await restored.start();

  const join = (body: object) =>
    callWire(receiver.peer, { method: 'POST', path: '/compartments/site/join', body }, joinedStreamSchema);
  const order = { systemId: image.systemId, timeline: 4, socketDirectory: restored.socketDirectory, epoch: 2 };
  await assert.rejects(join({ ...order, epoch: 1 }), (error) => hasCode(error, 'order.stale'));
  await assert.rejects(join({ ...order, timeline: 3 }), (error) => hasCode(error, 'receiver.wrong_cluster'));
  const joined = await join(order);
  assert.deepEqual(await join(order), joined);
  const status = await receiver.until((one) => one.state === 'streaming', 'it streams from the restored cluster');
  assert.equal(status.timeline, 4);
  assert.equal(status.seal, null);
  assert.equal(seal.timeline, 1);
  await restored.protect();
  await write(restored, 300, 10);
  await standby.untilIs((health) => health.timeline === 4 && health.state === 'ready', 'the standby stands on timeline 4');
  await untilCount(standby, 40);
  const { bases } = await callWire(receiver.peer, { method: 'GET', path: '/compartments/site/bases' }, basesSchema);
  assert.deepEqual(
    bases.map(({ timeline: of }) => of),
    [1, 4],
  );
});
