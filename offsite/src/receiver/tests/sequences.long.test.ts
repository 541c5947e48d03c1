import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { availableParallelism, loadavg } from 'node:os';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { sum, type Tally } from './model/run-sequences.ts';

const RUN_SEEDS = fileURLToPath(new URL('model/run-seeds.ts', import.meta.url));
const SEQUENCES = 10_000;
const AT_A_TIME = 250;
const STEPS = 12;

test('[FA1] whatever was acknowledged can be restored after 10,000 random sequences of writes, cuts, kills, lost power, seals and restores', async (t) => {
  const tallies: Tally[] = [];
  const begunMs = performance.now();
  let first = 1;
  const work = async () => {
    while (first <= SEQUENCES) {
      const tally = await runSeeds((first += AT_A_TIME) - AT_A_TIME);
      tallies.push(tally);
      assert.deepEqual(tally.failures, []);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  const total = sum(tallies);
  const minutes = ((performance.now() - begunMs) / 60_000).toFixed(1);
  t.diagnostic(`${JSON.stringify(total)} in ${minutes} minutes, load average ${loadavg()[0]?.toFixed(1)} at the end`);
  assert.equal(total.sequences, SEQUENCES);
});

async function runSeeds(first: number): Promise<Tally> {
  const child = spawn(process.execPath, [RUN_SEEDS, String(first), String(AT_A_TIME), String(STEPS)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const tally: Tally = JSON.parse(await text(child.stdout));
  return tally;
}
