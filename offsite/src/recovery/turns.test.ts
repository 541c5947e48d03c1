import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Turns } from './turns.actions.ts';

test('[C30] of many restores two run at once, and what others need comes first, also when one fails', async () => {
  const turns = new Turns();
  const begun: number[] = [];
  const ends = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();
  const restore = (order: number) =>
    turns.take(order, () => {
      begun.push(order);
      return new Promise<void>((resolve, reject) => ends.set(order, { resolve, reject }));
    });
  const all = [5, 4, 3, 1, 2].map((order) => restore(order).catch(() => undefined));
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  await settle();
  assert.deepEqual(begun, [5, 4]);
  ends.get(5)?.reject(new Error('it failed'));
  await settle();
  assert.deepEqual(begun, [5, 4, 1]);
  for (const order of [4, 1]) {
    ends.get(order)?.resolve();
    await settle();
  }
  assert.deepEqual(begun, [5, 4, 1, 2, 3]);
  for (const order of [2, 3]) ends.get(order)?.resolve();
  await Promise.all(all);
});
