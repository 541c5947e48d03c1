import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flipBits } from './model/flip-bits.ts';

test('[FA2] bits flipped one at a time all over the archive are each told to whoever reads it, and never served', async (t) => {
  const { served, unseen, ...counts } = await flipBits({ perFile: 100, seed: 5 });
  t.diagnostic(JSON.stringify(counts));
  assert.deepEqual({ served, unseen }, { served: [], unseen: [] });
  assert.ok(counts.found > 0);
});
