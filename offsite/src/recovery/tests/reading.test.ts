import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  type FindingReport,
  findingSchema,
  historyPageSchema,
  historyStatusSchema,
  incidentSchema,
  incidentsSchema,
  PURPOSES,
  repairPlanSchema,
  scopeCountSchema,
  signedSchema,
  signMessage,
} from '@bulkhead/contracts';
import { startScratchCluster } from '@bulkhead/postgres';
import { callWire, type WireCall } from '@bulkhead/wire';
import { z } from 'zod';
import { inserted, token, transaction } from '#watch/rule/tests/sample.ts';
import { gatewayKey, World } from './world.ts';

const cluster = await startScratchCluster();
after(() => cluster.stop());
const world = await World.open({ cluster });
after(() => world.close());
before(async () => {
  await world.start();
  await world.untilOpen();
});

const findingsSchema = z.object({ findings: z.array(findingSchema) });
const raisedSchema = z.object({ id: z.number(), incident: z.number().nullable() });

function read<Schema extends z.ZodType>(path: string, schema: Schema, body?: unknown): Promise<z.infer<Schema>> {
  const call: WireCall = body === undefined ? { method: 'GET', path } : { method: 'POST', path, body };
  return callWire(world.deskPeer, call, schema);
}

function raise(changes: Partial<FindingReport>) {
  const body: FindingReport = {
    rule: 'write.mass_change',
    compartment: 'website',
    summary: 'a mass change of website',
    evidence: { session: 'thief', request: 'request-0', timeline: '1', lsn: '0/10', committedAt: '2026-03-01T12:00:00.000Z' },
    seenAt: new Date().toISOString(),
    ...changes,
  };
  return callWire(world.internalPeer, { method: 'POST', path: '/findings', body }, raisedSchema);
}

test('[W14] an incident proposes all that the reports of its findings name, however many were grouped, and counts it', async () => {
  world.peers.history.transactions = [
    transaction([inserted({ id: '1' })], { sequence: 1, tokens: [token({ sessionId: 'thief', requestId: 'request-0' })] }),
    transaction([inserted({ id: '2' })], { sequence: 2, tokens: [token({ sessionId: 'honest', requestId: 'request-h' })] }),
  ];
  const { incident } = await raise({});
  for (let number = 1; number <= 60; number += 1)
    await raise({ evidence: { session: `thief-${number}`, request: `request-${number}`, timeline: '1', lsn: '0/10' } });
  await raise({ rule: 'report.person', evidence: { page: 'http://www.localhost/en/', said: 'odd' } });
  const described = await read(`/incidents/${incident}`, incidentSchema);
  assert.equal(described.findings.length, 2);
  assert.equal(described.findings[0]?.evidence['reports'], '61');
  assert.equal(described.proposed.sessions.length, 61);
  assert.equal(described.proposed.requests.length, 61);
  assert.deepEqual([described.count?.transactions, described.windows], [1, []]);
  const { incidents } = await read('/incidents', incidentsSchema);
  assert.deepEqual(
    incidents.map(({ id, findings }) => [id, findings]),
    [[incident, 2]],
  );
  await assert.rejects(read('/incidents/99999', incidentSchema), /status 404/);
  await assert.rejects(read('/incidents/one', incidentSchema), /status 400/);
});

test('[W15] a window is counted from when the compartment was let run to its seal', async () => {
  const { incident } = await raise({ rule: 'write.tagged_twice' });
  const open = await read(`/incidents/${incident}`, incidentSchema);
  assert.equal(open.windows[0]?.toAt, null);
  const order = (await world.website()).sinceAt;
  assert.equal(open.windows[0]?.fromAt, order);
  await world.command('alice', { kind: 'seal', compartment: 'website', reason: 'of the tests' });
  const sealed = await read(`/incidents/${incident}`, incidentSchema);
  assert.ok(sealed.windows[0]?.toAt);
  assert.equal(sealed.windows[0]?.fromAt, order);
});

test('findings are read in the order in which they came, so many at a time, and only by the desk', async () => {
  const { findings } = await read('/findings', findingsSchema);
  assert.ok(findings.length >= 3);
  const first = await read('/findings?limit=1', findingsSchema);
  assert.deepEqual(first.findings, findings.slice(0, 1));
  const next = await read(`/findings?after=${findings[0]?.id}&limit=1`, findingsSchema);
  assert.deepEqual(next.findings, findings.slice(1, 2));
  await assert.rejects(read('/findings?limit=5000', findingsSchema), /status 400/);
  await assert.rejects(read('/findings?after=-1', findingsSchema), /status 400/);
  await assert.rejects(callWire(world.internalPeer, { method: 'GET', path: '/incidents' }, incidentsSchema), /status 40/);
});

test('history is read through the desk: its state, a search, a count, a preview of a repair; what it refuses is passed on', async () => {
  assert.equal((await read('/history/website', historyStatusSchema)).transactions, 2);
  const page = await read('/history/website/search', historyPageSchema, { session: 'thief' });
  assert.deepEqual(
    page.transactions.map(({ sequence }) => sequence),
    [1],
  );
  assert.equal((await read('/history/website/scope', scopeCountSchema, { sessions: ['honest'] })).transactions, 1);
  const plan = await read('/history/website/plans', repairPlanSchema, { scope: { sessions: ['thief'] } });
  assert.match(plan.id, /^preview-/);
  assert.equal(plan.way, 'undo');
  await assert.rejects(read('/history/mail', historyStatusSchema), /status 404/);
  await assert.rejects(read('/history/website/search', historyPageSchema, { session: 'x', unknown: 1 }), /status 400/);
  await assert.rejects(read('/history/website/transactions/0', z.unknown()), /status 400/);
});

test('[W12] receipts are read as they were signed, each batch once, and a reader that waits is told of the next', async () => {
  const batchSchema = z.object({
    batches: z.array(z.object({ id: z.number(), signed: signedSchema })),
    heardAt: z.iso.datetime().nullable(),
  });
  const readAfter = (after: number) =>
    callWire(world.internalPeer, { method: 'GET', path: `/receipts?after=${after}`, timeoutMs: 30_000 }, batchSchema);
  const send = (sequence: number) => {
    const receipt = {
      requestId: `request-${sequence}`,
      compartment: 'website',
      route: 'article.add',
      accountId: null,
      sessionId: null,
      address: '192.0.2.7',
      status: 303,
      xids: ['735'],
      receivedAt: new Date(0).toISOString(),
      answeredAt: new Date(5).toISOString(),
    };
    const body = signMessage(gatewayKey.signing, PURPOSES.receipts, { sequence, receipts: [receipt] });
    return callWire(world.hqPeer, { method: 'POST', path: '/receipts', body }, z.object({ sequence: z.number() }));
  };
  await send(1);
  const first = await readAfter(0);
  assert.equal(first.batches.length, 1);
  assert.ok(first.heardAt);
  const waiting = readAfter(first.batches[0]?.id ?? 0);
  await send(2);
  const second = await waiting;
  assert.match(second.batches[0]?.signed.message ?? '', /request-2/);
  assert.equal(second.batches[0]?.signed.keyId, gatewayKey.verifying.keyId);
  await assert.rejects(callWire(world.internalPeer, { method: 'GET', path: '/receipts?after=x' }, z.unknown()), /status 400/);
  await assert.rejects(callWire(world.hqPeer, { method: 'GET', path: '/receipts?after=0' }, z.unknown()), /status 404/);
});
