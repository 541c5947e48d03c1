import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RateLimits } from './limit.rules.ts';

test("[G15] a minute's worth may come at once, then at the steady rate, each key for itself", () => {
  const rates = new RateLimits();
  for (let at = 0; at < 60; at += 1) assert.equal(rates.take('a', 60, 0), 0);
  assert.equal(rates.take('a', 60, 0), 1000);
  assert.equal(rates.take('b', 60, 0), 0);
  assert.ok(rates.take('a', 60, 900) > 0);
  assert.equal(rates.take('a', 60, 1001), 0);
  assert.ok(rates.take('a', 60, 1001) > 990);
  for (let at = 0; at < 60; at += 1) assert.equal(rates.take('a', 60, 1_000_000), 0);
  assert.ok(rates.take('a', 60, 1_000_000) > 0, "waiting long gives no more than a minute's worth");
});

test('[G15] a flood of keys does not fill the memory', () => {
  const rates = new RateLimits();
  rates.take('first', 1, 0);
  for (let at = 0; at < 60_000; at += 1) rates.take(`key ${at}`, 1, 0);
  assert.equal(rates.take('first', 1, 0), 0, 'the one longest unused was forgotten');
  assert.ok(rates.take('key 59999', 1, 0) > 0);
});
