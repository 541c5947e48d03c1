import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runSequences } from './model/run-sequences.ts';

const SEEDS = 30;

test('[FA1] whatever was acknowledged can be restored after random sequences of writes, cuts, kills, lost power, seals and restores', async (t) => {
  const seeds = Array.from({ length: SEEDS }, (_, at) => at + 1);
  const { failures, ...tally } = await runSequences({ seeds, steps: 12, atOnce: 6 });
  t.diagnostic(JSON.stringify(tally));
  assert.deepEqual(failures, []);
  assert.equal(tally.sequences, SEEDS);
});
