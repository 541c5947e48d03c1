import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  type Estate,
  type FindingReport,
  findingReportSchema,
  generateSigningKey,
  PURPOSES,
  type Receipt,
  type Signed,
  signMessage,
} from '@bulkhead/contracts';
import { createLog, FakeClock } from '@bulkhead/kernel';
import { temporaryDirectory, waitUntil } from '@bulkhead/testkit';
import { createWireApp, readWireBody, serveWire } from '@bulkhead/wire';
import { inserted, sampleManifest, token, transaction } from './rule/tests/sample.ts';
import { TransactionWatch } from './transaction-watch.actions.ts';

const SECRET = 'a secret of the tests, long enough';
const gateway = generateSigningKey('gateway-1');
const jobs = generateSigningKey('jobs-1');
const log = createLog('test', 'silent');
const row = inserted({ id: '2' });

/** What recovery answers, over the real wire; it can be away. */
class Recovery {
  readonly told: FindingReport[] = [];
  readonly batches: { readonly id: number; readonly signed: Signed }[] = [];
  readonly socket: string;
  isAway = false;

  constructor(directory: string) {
    this.socket = join(directory, 'recovery.sock');
  }

  async serve(t: TestContext): Promise<void> {
    const app = createWireApp({ secrets: { offsite: SECRET }, log });
    app.post('/findings', async (c) => {
      if (this.isAway) return c.json({ code: 'disk.full' }, 507);
      this.told.push(await readWireBody(c.req.raw, findingReportSchema));
      return c.json({ id: this.told.length, incident: null, sealedEpoch: null });
    });
    app.get('/receipts', async (c) => {
      const batches = this.batches.filter(({ id }) => id > Number(c.req.query('after')));
      if (batches.length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
      return c.json({ batches, heardAt: null });
    });
    const server = await serveWire({ app, socket: this.socket });
    t.after(() => server.close());
  }

  testify(requestId: string, xids: string[], key = gateway): void {
    const receipt: Receipt = {
      requestId,
      compartment: 'website',
      route: 'article.change',
      accountId: null,
      sessionId: null,
      address: '192.0.2.7',
      status: 303,
      xids,
      receivedAt: '2026-03-01T12:00:00.500Z',
      answeredAt: '2026-03-01T12:00:01.500Z',
    };
    const id = this.batches.length + 1;
    this.batches.push({ id, signed: signMessage(key.signing, PURPOSES.receipts, { sequence: id, receipts: [receipt] }) });
  }
}

async function openWatch(t: TestContext) {
  const directory = await temporaryDirectory();
  const recovery = new Recovery(directory);
  await recovery.serve(t);
  const estate: Estate = {
    organisation: 'Sample Maritime Organization',
    isSample: true,
    domain: 'localhost',
    port: 8400,
    statusPort: 8401,
    listenAddress: '127.0.0.1',
    tls: null,
    leaseMs: 10_000,
    compartments: [{ directory: 'compartments/website', manifest: sampleManifest() }],
  };
  const open = () => {
    const watch = new TransactionWatch({
      directory,
      estate,
      trust: { gatewayKeys: [gateway.verifying], jobKeys: [jobs.verifying] },
      recovery: { socket: recovery.socket, secret: SECRET },
      now: new FakeClock(new Date('2026-03-01T12:00:02Z')).now,
      log,
    });
    watch.start();
    return watch;
  };
  const untilTold = (count: number) =>
    waitUntil(() => recovery.told.length >= count, { what: `${count} findings are told`, timeoutMs: 30_000 });
  return { recovery, open, untilTold };
}

const untagged = (place: number) =>
  transaction([row], { tokens: [], sequence: place, commitLsn: `0/${(0x2000 + place).toString(16).toUpperCase()}` });

test('[W18] a transaction is judged once, however often it is shown, and by a watch that began anew as well', async (t) => {
  const { recovery, open, untilTold } = await openWatch(t);
  const watch = open();
  assert.equal(watch.see('website', untagged(1), [row]).length, 1);
  assert.deepEqual(watch.see('website', untagged(1), [row]), []);
  await untilTold(1);
  await watch.close();
  const again = open();
  t.after(() => again.close());
  assert.deepEqual(again.see('website', untagged(1), [row]), []);
  assert.equal(again.see('website', { ...untagged(1), timeline: 2 }, [row]).length, 1, 'another timeline goes on from there');
  assert.equal(recovery.told[0]?.evidence['sequence'], '1');
});

test('[W18] what was found while recovery was away, before a restart, is told when it is back', async (t) => {
  const { recovery, open, untilTold } = await openWatch(t);
  recovery.isAway = true;
  const watch = open();
  watch.see('website', untagged(1), [row]);
  watch.raise({ rule: 'history.gap', compartment: 'website', summary: 'a gap of the tests', evidence: { fromLsn: '0/1' } });
  await new Promise((resolve) => setTimeout(resolve, 200));
  await watch.close();
  assert.equal(recovery.told.length, 0);
  recovery.isAway = false;
  const again = open();
  t.after(() => again.close());
  await untilTold(2);
  assert.deepEqual(recovery.told.map(({ rule }) => rule).sort(), ['history.gap', 'write.untagged']);
});

test('[W18] a flood of one kind is told once at first, and several sessions are several kinds', async (t) => {
  const { recovery, open, untilTold } = await openWatch(t);
  const watch = open();
  t.after(() => watch.close());
  for (let place = 1; place <= 200; place += 1) watch.see('website', untagged(place), [row]);
  const canary = inserted({ id: '1' });
  for (let place = 201; place <= 203; place += 1) {
    const tokens = [token({ sessionId: `session-${place}`, requestId: `request-${place}` })];
    watch.see('website', { ...untagged(place), tokens }, [canary]);
  }
  await untilTold(4);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const kinds = recovery.told.map(({ rule, evidence }) => `${rule} ${evidence['session'] ?? ''}`).sort();
  assert.deepEqual(kinds, [
    'write.canary session-201',
    'write.canary session-202',
    'write.canary session-203',
    'write.untagged ',
  ]);
});

test('[W12] receipts are fetched, verified and joined; one that another key signed vouches for nothing', async (t) => {
  const { recovery, open, untilTold } = await openWatch(t);
  const watch = open();
  t.after(() => watch.close());
  watch.see('website', transaction([row], { xid: '801', commitLsn: '0/3001' }), [row]);
  recovery.testify('request-1', ['801'], generateSigningKey('gateway-1'));
  recovery.testify('request-1', ['801']);
  watch.see('website', transaction([row], { xid: '802', commitLsn: '0/3002', tokens: [token({ requestId: 'request-2' })] }), [
    row,
  ]);
  recovery.testify('request-2', ['999']);
  await untilTold(1);
  assert.deepEqual(
    recovery.told.map(({ rule, evidence }) => [rule, evidence['request']]),
    [['write.tagged_twice', 'request-2']],
  );
});
