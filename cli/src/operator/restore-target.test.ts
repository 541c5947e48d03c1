import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTarget } from './restore-target.ts';

const NOW = new Date('2026-11-22T12:00:00Z');
const read = (options: Record<string, string>) => readTarget({ words: ['website'], options }, NOW);

test('where a restore is to end is told by now, an instant with its zone, how long ago, a position or a transaction', () => {
  assert.equal(read({}), undefined);
  assert.equal(read({ to: 'now' }), undefined);
  assert.deepEqual(read({ to: '2026-11-22T13:30+02:00' }), { to: 'time', at: '2026-11-22T11:30:00.000Z' });
  assert.deepEqual(read({ to: '15m' }), { to: 'time', at: '2026-11-22T11:45:00.000Z' });
  assert.deepEqual(read({ to: '0/3000a10' }), { to: 'lsn', lsn: '0/3000A10' });
  assert.deepEqual(read({ before: '8412' }), { to: 'before', xid: '8412' });
});

test('an instant without a zone, a word that is no transaction, and two ends at once are refused', () => {
  for (const options of [{ to: '2026-11-22T13:30' }, { to: 'yesterday' }, { before: '0/30' }, { to: 'now', before: '8412' }]) {
    assert.throws(() => read(options), { code: 'input.invalid' });
  }
});
