import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limitKeyOf, plainAddress } from './address.ts';

test('an IPv4 address counts for itself, also over an IPv6 socket', () => {
  assert.equal(plainAddress('::ffff:192.0.2.7'), '192.0.2.7');
  assert.equal(limitKeyOf('192.0.2.7'), '192.0.2.7');
  assert.equal(plainAddress(undefined), 'unknown');
});

test('IPv6 addresses of one /64 count together, of two apart', () => {
  const key = limitKeyOf('2001:db8:1:2::1');
  assert.equal(key, '2001:db8:1:2::/64');
  assert.equal(limitKeyOf('2001:db8:1:2:ffff:1:2:3'), key);
  assert.equal(limitKeyOf('2001:0db8:0001:0002::9%eth0'), key);
  assert.notEqual(limitKeyOf('2001:db8:1:3::1'), key);
  assert.equal(limitKeyOf('::1'), '0:0:0:0::/64');
});
