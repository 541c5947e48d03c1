import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Receipt } from '@bulkhead/contracts';
import { transaction } from '#recovery/tests/history-peer.ts';
import { classify } from './acknowledgement.rules.ts';

const receipt = (requestId: string, status: number, xids: readonly string[] = []): Receipt => ({
  requestId,
  compartment: 'website',
  route: 'article.add',
  accountId: 'ada',
  sessionId: 'session-of-ada',
  address: '192.0.2.1',
  status,
  xids: [...xids],
  receivedAt: '2026-01-01T00:00:00.000Z',
  answeredAt: '2026-01-01T00:00:01.000Z',
});
const ada = { accountId: 'ada' };
const WHOLE: Pick<Parameters<typeof classify>[0], 'earlier' | 'reach'> = {
  earlier: new Set<string>(),
  reach: { knowsCopy: true, unknown: null },
};
const BEHIND = { knowsCopy: false, unknown: 'it reads on' };
const told = (around: Omit<Parameters<typeof classify>[0], keyof typeof WHOLE>, history = WHOLE) =>
  classify({ ...around, ...history }).map(
    ({ standing, requestId, xid, isInCopy }) => `${standing} ${requestId} ${xid} ${isInCopy}`,
  );

test('[C31] each transaction is guaranteed, in doubt or lost, by the copy and by what its person was answered', () => {
  const transactions = [1, 2, 3, 4, 5].map((sequence) => transaction(sequence, ada));
  const receipts = [
    receipt('request-1', 303, ['701']),
    receipt('request-2', 502),
    // Nothing tells of request 3. The copy ends behind transaction 3.
    receipt('request-4', 303, ['704']),
    receipt('request-5', 503, ['705']),
  ];
  assert.deepEqual(told({ transactions, receipts, isInCopy: ({ sequence }) => sequence <= 3 }), [
    'lost request-4 704 false',
    'lost request-5 705 false',
    'in-doubt request-2 702 true',
    'in-doubt request-3 703 true',
    'guaranteed request-1 701 true',
  ]);
});

test('[C31] what a receipt names and the archive never had is lost; what was passed on and left no trace is in doubt', () => {
  const receipts = [
    receipt('request-8', 303, ['4294968004']),
    receipt('request-9', 502),
    receipt('refused', 403),
    receipt('nothing-written', 303),
    receipt('known', 303, ['4294967997']),
  ];
  const around = { transactions: [transaction(1, { requestId: 'known' })], receipts, isInCopy: () => true };
  assert.deepEqual(told(around), [
    'lost request-8 4294968004 false',
    'in-doubt request-9 null false',
    'guaranteed known 701 true',
  ]);
});

test('[C31] what history does not reach is not called lost', () => {
  const receipts = [receipt('before', 303, ['650']), receipt('earlier', 303, ['699']), receipt('after', 303, ['900'])];
  const around = { transactions: [transaction(1, ada)], receipts, isInCopy: () => true };
  const earlier = new Set(['699']);
  const behind = ['in-doubt before 650 false', 'in-doubt request-1 701 true'];
  assert.deepEqual(told(around, { ...WHOLE, earlier }), ['lost after 900 false', ...behind]);
  assert.deepEqual(told(around, { earlier, reach: BEHIND }).toSorted(), ['in-doubt after 900 false', ...behind]);
});

test('[C31] what history of the copy lacks is lost, also where it left the rest before the seal unread', () => {
  const receipts = [receipt('after', 303, ['900']), receipt('passed-on', 502)];
  const tell = (reach: Parameters<typeof classify>[0]['reach']) =>
    classify({ transactions: [transaction(1, ada)], receipts, isInCopy: () => true, earlier: new Set(), reach }).map(
      ({ detail }) => detail,
    );
  assert.deepEqual(tell({ knowsCopy: true, unknown: 'history went on' }).slice(0, 2), [
    'committed at headquarters, and is not in the copy; answered 303',
    'passed on, answered 502; nothing of it is in the copy',
  ]);
  assert.deepEqual(tell(BEHIND).slice(0, 2), [
    'committed at headquarters; history does not reach it; answered 303',
    'passed on, answered 502; history does not reach it',
  ]);
});

test('[C31] a job has nobody who waits for an answer, and an untagged write has nobody at all', () => {
  const job = transaction(1, { accountId: null, sessionId: null, requestId: 'job:publish' });
  const untagged = transaction(2, null);
  assert.deepEqual(told({ transactions: [job, untagged], receipts: [], isInCopy: () => true }), [
    'in-doubt null 702 true',
    'guaranteed job:publish 701 true',
  ]);
});
