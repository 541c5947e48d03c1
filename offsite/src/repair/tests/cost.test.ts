import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { EMPTY_SCOPE, type RepairPlan, type RowImage, type TableDescription } from '@bulkhead/contracts';
import { createLog } from '@bulkhead/kernel';
import { temporaryDirectory, useCluster } from '@bulkhead/testkit';
import { callWire, createWireApp, openWire, serveWire } from '@bulkhead/wire';
import { z } from 'zod';
import { makePlan } from '#repair/plan.actions.ts';
import { addPlanRoutes } from '#repair/plan.routes.ts';
import type { Page, Place, RecordedChange, RepairSource } from '#repair/source.ts';
import { digestOfFile, inWorld } from './world.ts';

const cluster = await useCluster({ name: 'website', settings: { max_replication_slots: '40' } });
const world = inWorld(cluster);
const directory = await temporaryDirectory();
const scope = { ...EMPTY_SCOPE, sessions: ['attack'] };

test('[U25] what a plan reads grows with the attack, not with the history', async () => {
  const costs: number[] = [];
  for (const honest of [10, 400]) {
    await world(async (world) => {
      await world.honest("insert into note select i, 'original' from generate_series(1, 1000) i");
      await world.attack("update note set title = 'HA' where id <= 20");
      for (let at = 0; at < honest; at += 1)
        await world.honest(`update note set title = 'honest ${at}' where id = ${100 + (at % 900)}`);
      await world.attack('delete from note where id between 10 and 20');
      const { source } = await world.plan();
      costs.push(source.handedOut);
    }, 'create table note (id integer primary key, title text)');
  }
  assert.equal(costs[0], costs[1]);
});

const FILE: TableDescription = {
  table: 'public.file',
  columns: ['id', 'name', 'blob'].map((name) => ({ name, type: 'text', isGenerated: false, isIdentity: false })),
  primaryKey: ['id'],
  uniques: [],
  foreignKeys: [],
  partitionOf: null,
};
const CHANGES = 100_000;

/** One transaction that moved the pointers of many files; made up as it is read. */
function ransomware(): RepairSource {
  const origin = { timeline: 1, commitLsn: '0/1000', xid: '700' };
  const changeAt = (index: number): RecordedChange => {
    const row = (blob: string): RowImage => ({ id: String(index), name: `file ${index} ${'x'.repeat(1000)}`, blob });
    const change = {
      kind: 'update' as const,
      table: 'public.file',
      before: row(`a${index}`),
      after: row(`b${index}`),
      unresolved: [],
    };
    return { place: { sequence: 1, index }, origin, change };
  };
  return {
    systemId: () => null,
    sequenceFrom: () => 1,
    listTransactions: (_scope, { beyond }) => (beyond === null ? [{ sequence: 1, origin, state: 'decoded', ddl: [] }] : []),
    listChanges: (_sequence, { beyond, limit }) => {
      const from = (beyond ?? CHANGES) - 1;
      return Array.from({ length: Math.min(limit, from + 1) }, (_value, at) => changeAt(from - at));
    },
    listRowChanges: (_table, key, page: Page<Place>) => {
      const found = changeAt(Number(key['id']));
      return page.beyond !== null && page.beyond.index >= found.place.index ? [] : [found];
    },
    listHolding: () => [],
  };
}

test('[U25] a plan over 100,000 changes is written as it is made and is never held in memory', async () => {
  let highest = 0;
  const watch = setInterval(() => {
    highest = Math.max(highest, process.memoryUsage().heapUsed);
  }, 20);
  const before = process.memoryUsage().heapUsed;
  const plan = await makePlan(
    { compartment: 'website', source: ransomware(), repair: undefined, directory },
    { id: 'ransomware', way: 'undo', scope, cleanLsn: null, tables: [FILE] },
  );
  clearInterval(watch);
  assert.equal(plan.steps, CHANGES);
  assert.equal(plan.digest, await digestOfFile(join(directory, 'ransomware', 'steps.ndjson')));
  assert.ok(highest - before < 250_000_000, `${highest - before} bytes were held`);
});

const log = createLog('test', 'silent');
const stepLine = z.object({ kind: z.string(), origin: z.object({ commitLsn: z.string() }) });

test('[U35] a plan is made once for an id, and its steps are given as they were digested', async () => {
  const plans = join(directory, 'plans');
  const app = createWireApp({ secrets: { recovery: 'secret' }, log });
  addPlanRoutes(app, { sourceOf: ransomware, repairOf: () => undefined, directory: plans, making: new Map() });
  const socket = join(directory, 'history.sock');
  const server = await serveWire({ app, socket });
  const peer = { socket, secret: 'secret' };
  const ask = (id: string, more: object = {}) =>
    callWire(
      peer,
      {
        method: 'POST',
        path: '/compartments/website/plans',
        body: { id, way: 'undo', scope, cleanLsn: null, tables: [FILE], ...more },
        timeoutMs: 120_000,
      },
      z.custom<RepairPlan>(),
    );
  try {
    const [first, again] = await Promise.all([ask('one'), ask('one')]);
    assert.deepEqual(first, again);
    await assert.rejects(ask('one', { scope: EMPTY_SCOPE }), { code: 'wire.refused' });
    await assert.rejects(ask('two', { way: 'redo' }), { code: 'wire.refused' });
    const { body, headers } = await openWire(peer, { method: 'GET', path: '/compartments/website/plans/one/steps' });
    let bytes = '';
    for await (const chunk of body) bytes += String(chunk);
    const lines = bytes.trimEnd().split('\n');
    assert.equal(lines.length, CHANGES);
    assert.equal(stepLine.parse(JSON.parse(lines[0] ?? '')).kind, 'update');
    assert.equal(headers['x-sha256'], first.digest);
    await rm(join(plans, 'website', 'one'), { recursive: true });
    await assert.rejects(openWire(peer, { method: 'GET', path: '/compartments/website/plans/one' }), { code: 'wire.refused' });
    await assert.rejects(readFile(join(plans, 'website', 'two', 'plan.json')));
  } finally {
    await server.close();
  }
});

test('[U29] a transaction that history cannot tell, and a row without its old image, are listed', async () => {
  const origin = { timeline: 1, commitLsn: '0/1000', xid: '700' };
  const after = { id: '1', name: 'x', blob: 'y' };
  const changed: RecordedChange = {
    place: { sequence: 2, index: 0 },
    origin,
    change: { kind: 'update', table: 'public.file', before: null, after, unresolved: [] },
  };
  const deleted: RecordedChange = {
    place: { sequence: 2, index: 1 },
    origin,
    change: { kind: 'delete', table: 'public.file', before: { id: '2' }, after: null, unresolved: [] },
  };
  const transactions = [
    { sequence: 1, origin, state: 'unknown' as const, ddl: [] },
    { sequence: 2, origin, state: 'decoded' as const, ddl: [] },
  ];
  const source: RepairSource = {
    systemId: () => null,
    sequenceFrom: () => 1,
    listTransactions: (_scope, { beyond, order }) =>
      beyond === null ? (order === 'oldest' ? transactions : transactions.toReversed()) : [],
    listChanges: (sequence, { beyond }) => (sequence === 2 && beyond === null ? [deleted, changed] : []),
    listRowChanges: (_table, key) => (key['id'] === '1' ? [changed] : [deleted]),
    listHolding: () => [],
  };
  const plan = await makePlan(
    { compartment: 'website', source, repair: undefined, directory },
    { id: 'unknown', way: 'undo', scope, cleanLsn: null, tables: [FILE] },
  );
  assert.equal(plan.steps, 0);
  assert.deepEqual(
    plan.dependents.map(({ reason, key }) => [reason, key]),
    [
      ['history.unknown', '2'],
      ['history.unknown', '1'],
      ['history.unknown', null],
    ],
  );
});
