import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '@bulkhead/kernel';
import { Throttle } from './throttle.actions.ts';
import { FORGOTTEN_MS, networkOf, PAIR_PACE, waitMs } from './throttle.rules.ts';

test('waiting doubles from the first attempt that is not free, up to the longest, and is forgotten after an hour', () => {
  const waits = [4, 5, 6, 7, 8, 30].map((count) => waitMs({ count, lastAtMs: 1000 }, PAIR_PACE, 1000));
  assert.deepEqual(waits, [0, 2000, 4000, 8000, 16_000, 900_000]);
  assert.equal(waitMs({ count: 6, lastAtMs: 1000 }, PAIR_PACE, 4000), 1000);
  assert.equal(waitMs({ count: 30, lastAtMs: 0 }, PAIR_PACE, FORGOTTEN_MS), 0);
  assert.equal(waitMs(undefined, PAIR_PACE, 0), 0);
});

test('one subscriber is one network: an IPv4 address, or the first 64 bits of IPv6 in any writing', () => {
  assert.equal(networkOf('192.0.2.7'), '192.0.2.7');
  assert.equal(networkOf('::ffff:192.0.2.7'), '192.0.2.7');
  for (const address of ['2001:db8::1', '2001:DB8:0:0:1::', '2001:0db8:0:0:ffff:ffff:ffff:ffff', '2001:db8::1%eth0'])
    assert.equal(networkOf(address), '2001:db8:0:0::/64', address);
  assert.equal(networkOf('::1'), '0:0:0:0::/64');
  assert.notEqual(networkOf('2001:db8:0:1::1'), networkOf('2001:db8::1'));
});

test("success forgives the pair, but a sprayer's own account does not clear their address", () => {
  const clock = new FakeClock(new Date(0));
  const throttle = new Throttle(clock.now);
  const address = '192.0.2.1';
  for (let at = 0; at < 19; at += 1) throttle.begin({ address, email: `person${at}`, isFamiliar: false });
  const own = throttle.begin({ address, email: 'own', isFamiliar: false });
  assert.equal(own.kind, 'let through');
  if (own.kind === 'let through') own.succeeded();
  assert.equal(throttle.begin({ address, email: 'next', isFamiliar: false }).kind, 'let through');
  assert.equal(throttle.begin({ address, email: 'one more', isFamiliar: false }).kind, 'throttled');
});

test('memory is bounded: the oldest are forgotten first', () => {
  const clock = new FakeClock(new Date(0));
  const throttle = new Throttle(clock.now);
  const email = 'somebody';
  for (let at = 0; at < 6; at += 1) throttle.begin({ address: '192.0.2.1', email, isFamiliar: true });
  assert.equal(throttle.begin({ address: '192.0.2.1', email, isFamiliar: true }).kind, 'throttled');
  for (let at = 0; at < 30_000; at += 1)
    throttle.begin({ address: `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`, email: `x${at}`, isFamiliar: true });
  assert.equal(throttle.begin({ address: '192.0.2.1', email, isFamiliar: true }).kind, 'let through');
});
