import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EMPTY_SCOPE } from '@bulkhead/contracts';
import { isEmpty, readScope, writeScope } from './scope.ts';

const NOWHERE = { socket: '/nonexistent/desk.sock' };
const NOW = new Date('2026-11-21T14:30:00.000Z');
const read = (options: Record<string, string | boolean>) => readScope({ words: ['website'], options }, NOWHERE, 'website', NOW);

test('a scope is read from words, lists joined by commas', async () => {
  const scope = await read({ session: 's1, s2', untagged: true, from: '15m' });
  assert.deepEqual(scope.sessions, ['s1', 's2']);
  assert.equal(scope.untagged, true);
  assert.equal(scope.fromAt, '2026-11-21T14:15:00.000Z');
  assert.equal(writeScope(scope), '--session s1,s2 --untagged --from 2026-11-21T14:15:00.000Z');
});

test('a scope that names nothing, or everything without end, is refused with what to type', async () => {
  assert.equal(isEmpty(EMPTY_SCOPE), true);
  await assert.rejects(read({ from: '15m' }), { code: 'input.invalid', message: /--session <id>/ });
  await assert.rejects(read({ everything: true, from: '15m' }), { code: 'input.invalid', message: /--from 15m --to 5m/ });
  await assert.rejects(read({ transaction: 'twelve' }), { code: 'input.invalid', message: /--transaction 12/ });
});
