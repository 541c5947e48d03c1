import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { FindingReport, Receipt, TransactionSummary } from '@bulkhead/contracts';
import { temporaryDirectory } from '@bulkhead/testkit';
import { inserted, job, token, transaction } from './rule/tests/sample.ts';
import { TestimonyBook } from './testimony.actions.ts';
import { BEHIND_MS, PATIENCE_MS, positionOf, SILENCE_MS, shortXid } from './testimony.rules.ts';
import { openTestimonyStore } from './testimony.store.ts';

const BEGUN = Date.parse('2026-03-01T12:00:00.000Z');
const at = (ms: number) => new Date(BEGUN + ms).toISOString();

async function openBook(t: TestContext) {
  const store = openTestimonyStore(join(await temporaryDirectory(), 'testimony.sqlite'));
  t.after(() => store.close());
  const found: Omit<FindingReport, 'seenAt'>[] = [];
  const book = new TestimonyBook(store, ['gateway-1'], (report) => found.push(report));
  let places = 0;
  return {
    found,
    store,
    rules: () => found.map(({ rule }) => rule),
    /** A commit at so many ms, of a request; xids and positions grow. */
    commit: (request: string, ms: number, given: Partial<TransactionSummary> = {}): string => {
      places += 1;
      const xid = String(700 + places);
      const committed = transaction([inserted({ id: '2' })], {
        tokens: [token({ requestId: request })],
        xid,
        commitLsn: `0/${(0x1000 + places).toString(16).toUpperCase()}`,
        committedAt: at(ms),
        ...given,
      });
      book.noteTransaction('website', committed, BEGUN + ms);
      store.keepJudged('website', committed.systemId, positionOf(committed), BEGUN + ms);
      return committed.xid;
    },
    /** A receipt for a request received and answered at so many ms. */
    receipt: (request: string, [receivedMs, answeredMs]: readonly [number, number], xids: string[], status = 303) => {
      const receipt: Receipt = {
        requestId: request,
        compartment: 'website',
        route: 'article.change',
        accountId: 'a',
        sessionId: 's',
        address: '192.0.2.7',
        status,
        xids,
        receivedAt: at(receivedMs),
        answeredAt: at(answeredMs),
      };
      book.noteReceipt(receipt);
    },
    settle: (ms: number, heardMs: number | null = ms) =>
      book.settle('website', heardMs === null ? null : BEGUN + heardMs, BEGUN + ms),
  };
}

test('[W12] a transaction and its receipt meet in either order, whatever is asked in between', async (t) => {
  const book = await openBook(t);
  const first = book.commit('one', 10);
  book.settle(20);
  book.receipt('one', [0, 15], [first]);
  book.receipt('two', [20, 40], ['702']);
  book.commit('two', 30);
  book.settle(SILENCE_MS * 3);
  assert.equal(book.found.length, 0);
  assert.deepEqual(book.store.listAwaited('website'), []);
});

test('[W12] xids of 64 bits meet those of 32, past a wraparound as well', async (t) => {
  const book = await openBook(t);
  assert.equal(shortXid('4294968000'), '704');
  book.commit('one', 10, { xid: '704' });
  book.receipt('one', [0, 15], ['4294968000']);
  book.settle(SILENCE_MS * 3);
  assert.equal(book.found.length, 0);
});

test('[W12] a slow link accuses nobody: commits and receipts wait, late and in any order, without a finding', async (t) => {
  const book = await openBook(t);
  // Acknowledgements take three seconds: all these commits wait for off-site, and are answered together.
  const xids = Array.from({ length: 20 }, (_, place) => book.commit(`request-${place}`, place * 10));
  for (let ms = 0; ms < 10_000; ms += 500) book.settle(ms);
  for (const place of [7, 3, 19, 0, 1, 2]) book.receipt(`request-${place}`, [place * 10 - 5, 3000 + place], [xids[place] ?? '']);
  book.settle(11_000);
  for (const [place, xid] of xids.entries())
    if (![7, 3, 19, 0, 1, 2].includes(place)) book.receipt(`request-${place}`, [place * 10 - 5, 3000 + place], [xid]);
  book.settle(60_000);
  assert.equal(book.found.length, 0);
});

test('[W12] a transaction that the gateway passed over is a finding as soon as its own later receipts prove it', async (t) => {
  const book = await openBook(t);
  book.commit('forged', 100);
  const later = book.commit('honest', 200);
  book.receipt('honest', [190, 210], [later]);
  const soon = book.commit('next', 400);
  book.receipt('next', [390, 410], [soon]);
  book.settle(450);
  assert.equal(book.found.length, 0, 'it may still come');
  const last = book.commit('last', 1000);
  book.receipt('last', [210 + PATIENCE_MS, 1010], [last]);
  book.settle(1020);
  assert.deepEqual(book.rules(), ['write.without_receipt']);
  assert.equal(book.found[0]?.evidence['request'], 'forged');
  assert.equal(book.found[0]?.evidence['timeline'], '1');
  book.settle(99_999);
  assert.equal(book.found.length, 1);
});

test('[W12] where nobody else asks for anything, silence of a headquarters that is heard is a finding; of one that is not, none', async (t) => {
  const book = await openBook(t);
  book.commit('forged', 0);
  book.settle(SILENCE_MS - 1);
  book.settle(SILENCE_MS * 4, null);
  book.settle(SILENCE_MS * 4, 0);
  assert.equal(book.found.length, 0);
  book.settle(SILENCE_MS * 4 + 1);
  assert.deepEqual(book.rules(), ['write.without_receipt']);
});

test('[W2] a request’s token in a transaction that its receipt does not name is a finding, before the receipt or after', async (t) => {
  const book = await openBook(t);
  const own = book.commit('ridden', 10);
  book.commit('ridden', 12);
  book.receipt('ridden', [0, 20], [own]);
  assert.deepEqual(book.rules(), ['write.tagged_twice']);
  book.commit('ridden', 500);
  assert.deepEqual(book.rules(), ['write.tagged_twice', 'write.tagged_twice']);
  book.settle(SILENCE_MS * 3);
  assert.equal(book.found.length, 2);
});

test('[W2] a receipt in several parts is judged as one', async (t) => {
  const book = await openBook(t);
  const xids = Array.from({ length: 150 }, (_, place) => book.commit('long', place));
  book.receipt('long', [0, 200], xids.slice(0, 100));
  book.receipt('long', [0, 200], xids.slice(100));
  book.settle(300);
  assert.equal(book.found.length, 0);
});

test('[W12] jobs answer to nobody, and a transaction without a good token is not looked for', async (t) => {
  const book = await openBook(t);
  book.commit('job', 0, { tokens: [job('job:website.migrate')] });
  book.commit('seen', 0, { tokens: [job('job:sessions.seen', 'gateway-1')] });
  book.commit('none', 0, { tokens: [] });
  book.commit('refused', 0, { tokens: [token({}, 'refused')] });
  book.settle(SILENCE_MS * 3);
  assert.equal(book.found.length, 0);
});

test('[W12] a page that is closed halfway accuses nobody; twenty such within a minute are told, and name no person', async (t) => {
  const book = await openBook(t);
  for (let place = 0; place < 19; place += 1) {
    book.commit(`broken-${place}`, place * 100);
    book.receipt(`broken-${place}`, [0, 5000], [], 502);
  }
  assert.equal(book.found.length, 0);
  book.commit('broken-20', 5000);
  book.receipt('broken-20', [0, 5001], [], 502);
  assert.deepEqual(book.rules(), ['write.without_receipt']);
  assert.deepEqual(Object.keys(book.found[0]?.evidence ?? {}), ['doubt', 'lsn', 'committedAt']);
});

test('[W13] receipts from before history began say nothing of it', async (t) => {
  const book = await openBook(t);
  book.receipt('seeded', [0, 100], ['650']);
  const first = book.commit('first', 120);
  book.receipt('first', [110, 130], [first]);
  book.commit('later', 10_000);
  book.settle(10_001);
  assert.equal(book.found.length, 0);
});

test('[W13] a receipt for a transaction that was never committed is a finding once history is past it', async (t) => {
  const book = await openBook(t);
  book.commit('one', 0);
  book.receipt('phantom', [10, 100], ['999']);
  book.commit('other', 150);
  book.settle(200);
  assert.equal(book.found.length, 0);
  book.commit('another', 101 + BEHIND_MS);
  book.settle(300);
  assert.deepEqual(book.rules(), ['stream.mismatch']);
  assert.deepEqual(book.found[0]?.evidence, { request: 'phantom', route: 'article.change', xid: '999' });
});
