import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type FindingReport, PURPOSES, type ReceiptBatch, type Signed, signMessage } from '@bulkhead/contracts';
import { startScratchCluster } from '@bulkhead/postgres';
import { waitUntil } from '@bulkhead/testkit';
import { callWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';
import { gatewayKey, World } from './world.ts';

const cluster = await startScratchCluster();
after(() => cluster.stop());
const world = await World.open({ cluster, automatic: ['storage.lost'] });
after(() => world.close());
before(async () => {
  await world.start();
  await world.untilOpen();
});

const raisedSchema = z.object({ id: z.number(), incident: z.number().nullable(), sealedEpoch: z.number().nullable() });

function report(changes: Partial<FindingReport> = {}): FindingReport {
  return {
    rule: 'edition.unverified_bytes',
    compartment: 'website',
    summary: 'a file matches no signed edition',
    evidence: { path: '/index.html' },
    seenAt: new Date().toISOString(),
    ...changes,
  };
}

function raise(peer: WirePeer, body: unknown) {
  return callWire(peer, { method: 'POST', path: '/findings', body }, raisedSchema);
}

test('a finding gets its technique, its time by off-site and its incident, and stands in the ledger', async () => {
  const first = await raise(world.hqPeer, report());
  const second = await raise(world.internalPeer, report({ rule: 'stream.mismatch', evidence: { lsn: '0/1' } }));
  assert.ok(first.incident !== null);
  assert.equal(second.incident, first.incident, 'both belong to the open incident of website');
  const apart = await raise(world.hqPeer, report({ compartment: 'identity' }));
  assert.notEqual(apart.incident, first.incident);
  const nobody = await raise(world.hqPeer, report({ compartment: null }));
  assert.equal(nobody.incident, null);
  const entry = await waitUntil(
    async () => (await world.entries()).find(({ idempotencyKey }) => idempotencyKey === `finding:${first.id}`),
    { what: 'the finding is in the ledger' },
  );
  assert.equal(entry.body['technique'], 'T1491.002');
  assert.equal(entry.body['reporter'], 'headquarters');
  assert.ok((await world.state()).findings.some(({ id }) => id === second.id));
});

test('[C7] a flood of reports of one rule is one finding, one entry, and a few samples', async () => {
  const many = Array.from({ length: 300 }, (_, index) =>
    raise(world.hqPeer, report({ rule: 'token.refused', evidence: { request: String(index) } })),
  );
  const ids = new Set((await Promise.all(many)).map(({ id }) => id));
  assert.equal(ids.size, 1);
  const [row] = await world.admin.query<{ reports: number; samples: unknown[] }>(
    "select reports, samples from finding where rule = 'token.refused'",
  );
  assert.equal(row?.reports, 300);
  assert.equal(row?.samples.length, 20);
  const entries = (await world.entries()).filter(
    ({ kind, body }) => kind === 'finding.raised' && body['rule'] === 'token.refused',
  );
  assert.ok(entries.length <= 1);
});

test('a report that is none is refused: unknown rule, unknown compartment, too large', async () => {
  await assert.rejects(raise(world.hqPeer, report({ compartment: 'mail' })), /status 404/);
  await assert.rejects(raise(world.hqPeer, { ...report(), rule: 'nothing.known' }), /status 400/);
  const evidence = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`key${index}`, 'v'.repeat(400)]));
  await assert.rejects(raise(world.hqPeer, report({ evidence })), /status 413/);
});

function batch(sequence: number, requestId = `request-${sequence}`): Signed {
  const value: ReceiptBatch = {
    sequence,
    receipts: [
      {
        requestId,
        compartment: 'website',
        route: 'article.add',
        accountId: 'a1',
        sessionId: 's1',
        address: '127.0.0.1',
        status: 303,
        xids: ['735'],
        receivedAt: new Date(0).toISOString(),
        answeredAt: new Date(5).toISOString(),
      },
    ],
  };
  return signMessage(gatewayKey.signing, PURPOSES.receipts, value);
}

function testify(signed: Signed) {
  return callWire(world.hqPeer, { method: 'POST', path: '/receipts', body: signed }, z.object({ sequence: z.number() }));
}

test('[C8] receipts are kept once each in their order; a hole and another key are refused, another content is a finding', async () => {
  assert.deepEqual(await testify(batch(1)), { sequence: 1 });
  assert.deepEqual(await testify(batch(1)), { sequence: 1 });
  await assert.rejects(testify(batch(3)), /status 409/);
  assert.deepEqual(await testify(batch(2)), { sequence: 2 });
  assert.deepEqual(await testify(batch(1)), { sequence: 2 });
  const both = await Promise.all([testify(batch(3)), testify(batch(3))]);
  assert.deepEqual(both, [{ sequence: 3 }, { sequence: 3 }]);
  // A gateway that lost its journal learns where to go on, and nothing of it is taken for what was stored.
  assert.deepEqual(await testify(batch(2, 'request-other')), { sequence: 3 });
  assert.deepEqual(await testify(batch(3, 'request-other')), { sequence: 4 });
  await assert.rejects(testify({ ...batch(5), keyId: 'gateway-2' }), /status 403/);
  const [row] = await world.admin.query<{ batches: string }>('select count(*) as batches from receipt_batch');
  assert.equal(row?.batches, '4');
  const findings = await world.admin.query("select 1 from finding where rule = 'stream.mismatch' and compartment is null");
  assert.equal(findings.length, 1, 'two testimonies under one number are a finding');
});

test('[C11] an unprotected window is told to the public when it begins and when it ends, once each', async () => {
  const begun = { compartment: 'identity', fromAt: '2026-01-02T03:04:05.000Z', toAt: null, reason: 'off-site out of reach' };
  const tell = (body: unknown) => callWire(world.hqPeer, { method: 'POST', path: '/windows', body }, z.unknown());
  await tell(begun);
  await tell(begun);
  const ended = { ...begun, toAt: '2026-01-02T03:10:00.000Z' };
  await tell(ended);
  await tell(begun);
  const { windows } = await world.state();
  assert.deepEqual(windows, [ended]);
  const notices = await waitUntil(
    async () => {
      const about = world.peers.status.at(-1)?.notices.filter(({ compartment }) => compartment === 'identity') ?? [];
      return about.length >= 2 ? about : undefined;
    },
    { what: 'the public was told' },
  );
  assert.deepEqual(
    notices.map(({ kind }) => kind),
    ['unprotected', 'protected-again'],
  );
  const numbers = world.peers.status.at(-1)?.notices.map(({ number }) => number) ?? [];
  assert.deepEqual(
    numbers,
    numbers.map((_, index) => index + 1),
  );
});

test('a stream that is lost for some seconds is a finding, once', async () => {
  // The watch must have seen it stream: it looks once a second.
  await new Promise((resolve) => setTimeout(resolve, 2500));
  world.peers.identityReceiver.isConnected = false;
  const lost = await waitUntil(
    async () =>
      (await world.state()).findings.find(({ rule, compartment }) => rule === 'stream.lost' && compartment === 'identity'),
    { what: 'the loss is a finding' },
  );
  await new Promise((resolve) => setTimeout(resolve, 2500));
  const [row] = await world.admin.query<{ reports: number }>('select reports from finding where id = $1', [lost.id]);
  assert.equal(row?.reports, 1);
  world.peers.identityReceiver.isConnected = true;
});

test('[C6] a finding whose rule the manifest names seals at once, without a person; another does not', async () => {
  await raise(world.hqPeer, report());
  assert.equal((await world.website()).desired, 'open');
  const raised = await raise(world.hqPeer, report({ rule: 'storage.lost', summary: 'the data directory is empty' }));
  assert.equal(raised.sealedEpoch, 2);
  const website = await world.website();
  assert.equal(website.desired, 'sealed');
  assert.deepEqual(website.seal?.by, ['rule:storage.lost']);
  const again = await raise(world.hqPeer, report({ rule: 'storage.lost', summary: 'the data directory is empty' }));
  assert.equal(again.sealedEpoch, null);
  assert.equal((await world.website()).epoch, 2);
});
