import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Notice, Order } from '@bulkhead/contracts';
import { listOwed } from './notice.rules.ts';

const now = new Date('2026-03-01T12:00:00.000Z');

function order(compartment: string, state: Order['state'], epoch: number): Order {
  const issuedAt = '2026-03-01T11:00:00.000Z';
  return { compartment, state, epoch, reason: 'of the tests', issuedAt, by: [], nextUpdateAt: '2026-03-01T13:00:00.000Z' };
}

function given(kind: Notice['kind'], nextUpdateAt: string | null = null) {
  return new Map([['website', { compartment: 'website', kind, nextUpdateAt, number: 7 }]]);
}

test('a compartment that was never closed is owed no notice; one that is closed, and one that comes back, are', () => {
  assert.deepEqual(listOwed([order('website', 'open', 1)], [], new Map(), now), []);
  const closed = listOwed([order('website', 'sealed', 2), order('identity', 'open', 1)], [], new Map(), now);
  assert.deepEqual(
    closed.map(({ kind, unaffected, cause }) => ({ kind, unaffected, cause })),
    [{ kind: 'contained', unaffected: ['identity'], cause: 'order:website:2' }],
  );
  const back = listOwed([order('website', 'open', 3)], [], given('contained'), now);
  assert.deepEqual(
    back.map(({ kind }) => kind),
    ['reopened'],
  );
  assert.deepEqual(listOwed([order('website', 'open', 3)], [], given('reopened'), now), []);
});

test('[C11] when news was promised and nothing has changed, that is said, with a new promise', () => {
  const sealed = [order('website', 'sealed', 2)];
  assert.deepEqual(listOwed(sealed, [], given('contained', '2026-03-01T12:00:01.000Z'), now), []);
  const [owed] = listOwed(sealed, [], given('contained', '2026-03-01T12:00:00.000Z'), now);
  assert.equal(owed?.cause, 'promise:7');
  assert.equal(owed?.nextUpdateAt, '2026-03-01T13:00:00.000Z');
});
