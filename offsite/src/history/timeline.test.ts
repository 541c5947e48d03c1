import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { allottedTimelineSchema, jailImageSchema, joinedStreamSchema, scopeSchema } from '@bulkhead/contracts';
import { callWire } from '@bulkhead/wire';
import { z } from 'zod';
import { Headquarters } from '#receiver/tests/headquarters.ts';
import { JailProcess } from '#standby/tests/jail.ts';
import { layDown } from '#standby/tests/lay-down.ts';
import { lineageOf, reachedOn, resume, timelineAt } from './lineage.rules.ts';
import { countScope } from './search.actions.ts';
import { commit, makeDirectory, makeWorld, mint, until } from './tests/world.ts';

const world = await makeWorld();
const { headquarters, receiver, place } = world;
const restored = new Headquarters(place.root, 'hq2');
const jails: JailProcess[] = [];

before(() => world.start());
after(async () => {
  for (const jail of jails) await jail.kill();
  await restored.kill();
  await world.stop();
});

test('[H10] where history goes on after a restore follows from the way of the timelines', () => {
  const ancestors = [
    { timeline: 1, endLsn: 1000n },
    { timeline: 3, endLsn: 2000n },
  ];
  const lineage = lineageOf('7', 4, ancestors);
  assert.deepEqual(
    [500, 1000, 1001, 2000, 2001].map((lsn) => timelineAt(lineage, lsn)),
    [1, 1, 3, 3, 4],
  );
  assert.equal(resume(lineage, null, []).after, 0);
  assert.equal(resume(lineage, { systemId: '8', timeline: 1, lsn: 5 }, []).after, 0);
  assert.deepEqual(resume(lineage, { systemId: '7', timeline: 4, lsn: 2500 }, []).after, 2500);
  assert.deepEqual(resume(lineage, { systemId: '7', timeline: 1, lsn: 1500 }, []), {
    after: 1000,
    abandoned: [{ timeline: 1, lsn: 1000 }],
  });
  assert.deepEqual(resume(lineage, { systemId: '7', timeline: 1, lsn: 700 }, []).after, 700);
  // Timeline 2 was restored from 1 and left again.
  assert.deepEqual(resume(lineage, { systemId: '7', timeline: 2, lsn: 1300 }, [{ timeline: 1, endLsn: 900n }]), {
    after: 900,
    abandoned: [
      { timeline: 2, lsn: 0 },
      { timeline: 1, lsn: 1000 },
    ],
  });
});

test('[H8] what was told of a timeline that was left does not count for the one that followed', () => {
  const lineage = lineageOf('7', 2, [{ timeline: 1, endLsn: 1000n }]);
  const reached = (timeline: number, lsn: number) => reachedOn(lineage, { systemId: '7', timeline, lsn });
  assert.deepEqual([reached(1, 700), reached(1, 1500), reached(2, 1500), reached(3, 1500)], [700, 1000, 1500, 0]);
  assert.equal(reachedOn(lineage, null), 0);
});

test('[H8] what was compared beyond a timeline that was left says nothing of those that followed, were they one or two', () => {
  const lineage = lineageOf('7', 3, [
    { timeline: 1, endLsn: 1000n },
    { timeline: 2, endLsn: 5000n },
  ]);
  // As after a failover and a failback, with the comparison beyond the place where headquarters was left.
  assert.equal(resume(lineage, { systemId: '7', timeline: 1, lsn: 1200 }, []).after, 1000);
  assert.equal(resume(lineage, { systemId: '7', timeline: 1, lsn: 900 }, []).after, 900);
});

test('[H10] after a restore to an earlier point history goes on along the new timeline, repairs included, and marks what was left', async () => {
  const { chronicle, findings, reader, close } = world.openChronicle(makeDirectory());
  chronicle.start();
  await commit(headquarters, [await mint()], ["insert into note (id, text) values (1, 'kept')"]);
  await until(() => reader.count().changes === 1, 'it is told');
  const kept = reader.listAfter(0, 100).at(-1);
  await commit(headquarters, [await mint({ sessionId: 'thief' })], ["insert into note (id, text) values (2, 'left behind')"]);
  await until(() => reader.count().changes === 2, 'it is told');

  const { timeline } = await callWire(
    receiver.peer,
    { method: 'POST', path: '/compartments/site/timeline' },
    allottedTimelineSchema,
  );
  await callWire(receiver.peer, { method: 'POST', path: '/compartments/site/seal', body: { epoch: 1 } }, z.unknown());
  await headquarters.kill();
  const target = { NEW_TIMELINE: String(timeline), TARGET_LSN: kept?.commitLsn ?? '' };
  const quarantine = new JailProcess(place.root, receiver, 'quarantine', 'quarantine', target);
  jails.push(quarantine);
  await quarantine.start();
  await quarantine.until('ready');
  await callWire(quarantine.peer, { method: 'POST', path: '/decoding/start', timeoutMs: 60_000 }, z.unknown());
  await quarantine.query("insert into note (id, text) values (3, 'repaired')");
  const image = await callWire(quarantine.peer, { method: 'POST', path: '/image', timeoutMs: 60_000 }, jailImageSchema);
  await layDown(quarantine.peer, restored.dataDirectory);
  await restored.start();
  const body = { systemId: image.systemId, timeline, socketDirectory: restored.socketDirectory, epoch: 2 };
  await callWire(receiver.peer, { method: 'POST', path: '/compartments/site/join', body }, joinedStreamSchema);
  await receiver.until((status) => status.state === 'streaming' && status.timeline === timeline, 'it streams on');
  await restored.protect();
  await restored.run('postgres', ['select pg_log_standby_snapshot()']);
  await restored.run('site', ["insert into note (id, text) values (4, 'after')"]);

  const textsOf = () => reader.iterate<{ payload: string }>('select payload from change order by id');
  await until(() => [...textsOf()].some(({ payload }) => payload.includes('after')), 'what came after is told', 120_000);
  const all = [...textsOf()].map(({ payload }) => /"text":"([^"]*)"/.exec(payload)?.[1]);
  assert.deepEqual(all, ['kept', 'left behind', 'repaired', 'after']);
  const whole = scopeSchema.parse({ everything: true });
  const page = { order: 'oldest', beyond: null, limit: 100 } as const;
  const standing = reader.listTransactions(whole, page).flatMap(({ sequence }) => [...reader.streamChanges(sequence)]);
  assert.deepEqual(
    standing.map(({ after: row }) => row?.['text']),
    ['kept', 'repaired', 'after'],
  );
  assert.equal(reader.listTransactions(scopeSchema.parse({ sessions: ['thief'] }), page).length, 0);
  const count = await countScope(reader, scopeSchema.parse({ sessions: ['thief'] }));
  assert.deepEqual([count.transactions, count.rows, count.leftBehind], [0, 0, { transactions: 1, rows: 1 }]);
  assert.deepEqual(reader.listKeyChanges('public.note', '2', page), []);
  await until(
    () => chronicle.status().reconciledLsn === chronicle.status().indexedLsn,
    'the WAL of both timelines is compared',
    120_000,
  );
  assert.deepEqual([chronicle.status().unknown, chronicle.status().gaps, chronicle.status().timeline], [0, [], timeline]);
  assert.deepEqual(
    findings.filter(({ rule }) => rule === 'history.gap'),
    [],
  );
  await close();
});
