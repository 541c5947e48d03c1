import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lookAtKeys } from './key-worry.rules.ts';

const now = new Date('2026-11-22T12:00:00Z');
const later = (hours: number) => new Date(now.getTime() + hours * 3_600_000);

test('[W20] a worry about a key is told when it begins, when it changes and once a day, until it is over', () => {
  const first = lookAtKeys(['key 1 has no escrow recipient'], undefined, now);
  assert.match(first.seen?.summary ?? '', /key 1 has no escrow/);
  assert.equal(lookAtKeys(['key 1 has no escrow recipient'], first.told, later(23)).seen, null);
  assert.ok(lookAtKeys(['key 1 has no escrow recipient'], first.told, later(25)).seen);
  const two = lookAtKeys(['key 1 does not open here', 'key 2 has no escrow recipient'], first.told, later(1));
  assert.match(two.seen?.summary ?? '', /does not open here \(and 1 more\)/);
  assert.deepEqual(lookAtKeys([], two.told, later(2)), { told: undefined, seen: null });
});
