import { after, test } from 'node:test';
import { Quarantines } from './tests/quarantines.ts';

const TRIALS = 40;

const quarantines = await Quarantines.open();
after(() => quarantines.end());

for (let trial = 1; trial <= TRIALS; trial += 1) {
  test(`[A7] headquarters killed and wiped while it writes, trial ${trial}: every acknowledged commit is in the restored copy`, () =>
    quarantines.killAndWipe(trial));
}
