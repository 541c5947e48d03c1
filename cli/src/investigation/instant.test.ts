import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readInstant, shortInstant } from './instant.ts';

const NOW = new Date('2026-11-21T14:30:00.000Z');

test('an instant is given with its zone, or as how long ago', () => {
  assert.equal(readInstant('from', '15m', NOW), '2026-11-21T14:15:00.000Z');
  assert.equal(readInstant('from', '2h', NOW), '2026-11-21T12:30:00.000Z');
  assert.equal(readInstant('from', '2026-11-21T14:05+01:00', NOW), '2026-11-21T13:05:00.000Z');
  assert.equal(shortInstant('2026-11-21T14:05:00.120Z'), '11-21 14:05:00.120');
});

test('an instant without a zone, or that is none, is refused with an example', () => {
  for (const text of ['2026-11-21T14:05', 'yesterday', '15', '-5m'])
    assert.throws(() => readInstant('from', text, NOW), { code: 'input.invalid', message: /--from 15m/ });
});
