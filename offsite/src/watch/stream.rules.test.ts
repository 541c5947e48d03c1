import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Order } from '@bulkhead/contracts';
import { BEGINS_WITHIN_MS, LOST_AFTER_MS, lookAtStream, type StreamMemory } from './stream.rules.ts';

const begunAt = Date.parse('2026-03-01T12:00:00.000Z');
const order: Order = { compartment: 'website', epoch: 1, state: 'open', reason: 'of the tests', issuedAt: '', by: [] };

/** Looks at the given moments and tells when the loss was told. */
function lossesOf(
  looks: readonly (readonly [ms: number, state: 'streaming' | 'disconnected' | 'sealed', order?: Order])[],
): number[] {
  let memory: StreamMemory | undefined;
  return looks.flatMap(([ms, state, given = order]) => {
    const looked = lookAtStream(memory, { state }, given, new Date(begunAt + ms));
    memory = looked.memory;
    return looked.isLost ? [ms] : [];
  });
}

test('a stream that ends for some seconds is lost, once; one that comes back may be lost again', () => {
  const after = LOST_AFTER_MS;
  assert.deepEqual(
    lossesOf([
      [0, 'streaming'],
      [1000, 'disconnected'],
      [1000 + after - 1, 'disconnected'],
      [1000 + after, 'disconnected'],
      [1000 + after * 2, 'disconnected'],
      [60_000, 'streaming'],
      [61_000, 'disconnected'],
      [61_000 + after, 'disconnected'],
    ]),
    [1000 + after, 61_000 + after],
  );
});

test('a compartment that starts has longer, and one that is contained is missed by nobody', () => {
  const sealed: Order = { ...order, epoch: 2, state: 'sealed' };
  assert.deepEqual(
    lossesOf([
      [0, 'disconnected'],
      [BEGINS_WITHIN_MS - 1, 'disconnected'],
      [BEGINS_WITHIN_MS, 'disconnected'],
    ]),
    [BEGINS_WITHIN_MS],
  );
  assert.deepEqual(
    lossesOf([
      [0, 'streaming'],
      [1000, 'sealed', sealed],
      [999_000, 'sealed', sealed],
    ]),
    [],
  );
});
