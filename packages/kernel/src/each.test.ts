import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sleepMs } from './clock.ts';
import { forEachAtOnce } from './each.ts';

test('after a failure nothing more begins, and it is told when what had begun has ended', async () => {
  const [begun, ended]: number[][] = [[], []];
  const work = async (item: number) => {
    begun?.push(item);
    if (item === 2) throw new Error('the second fails');
    await sleepMs(20);
    ended?.push(item);
  };
  await assert.rejects(forEachAtOnce([1, 2, 3, 4, 5, 6], 3, work), { message: 'the second fails' });
  assert.deepEqual(
    [begun, ended],
    [
      [1, 2, 3],
      [1, 3],
    ],
  );
});
