import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sealUnder } from './desk.rules.ts';

const seals = [
  { compartment: 'identity', epoch: 9 },
  { compartment: 'website', epoch: 4 },
];
const shown = (epoch: number, state: 'open' | 'sealed' | 'restoring') =>
  sealUnder({ compartment: 'website', epoch, state }, seals)?.epoch;

test('a second seal does not show the record of the first while its own is being written', () => {
  assert.equal(shown(4, 'sealed'), 4);
  assert.equal(shown(8, 'sealed'), undefined, 'the record of epoch 4 was of another seal');
});

test('what a recovery does after a seal shows that seal; one that is under way shows under no earlier order', () => {
  assert.equal(shown(5, 'restoring'), 4);
  assert.equal(shown(7, 'open'), 4);
  assert.equal(shown(3, 'open'), undefined);
});
