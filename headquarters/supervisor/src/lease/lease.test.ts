import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeLeave, nextChangeMs } from './lease.rules.ts';

const lease = { epochs: new Map([['website', 4]]), untilMonotonicMs: 1000, untilWallMs: 50_000 };
const stop = { name: 'website', epoch: 4, unreachable: 'stop' } as const;
const degrade = { name: 'website', epoch: 4, unreachable: { degradeMinutes: 2 } };

test('[O5] a lease counts for its epoch only, and until its time is over by either clock', () => {
  assert.equal(judgeLeave(undefined, stop, { monotonicMs: 0, wallMs: 0 }), 'none');
  assert.equal(judgeLeave(lease, stop, { monotonicMs: 999, wallMs: 49_999 }), 'leased');
  assert.equal(judgeLeave(lease, { ...stop, epoch: 5 }, { monotonicMs: 0, wallMs: 0 }), 'none');
  assert.equal(judgeLeave(lease, { ...stop, name: 'identity' }, { monotonicMs: 0, wallMs: 0 }), 'none');
  assert.equal(judgeLeave(lease, stop, { monotonicMs: 1000, wallMs: 0 }), 'none');
  assert.equal(
    judgeLeave(lease, stop, { monotonicMs: 10, wallMs: 50_000 }),
    'none',
    'the machine slept, and the monotonic clock with it',
  );
});

test('[O6] "degrade" allows writing without protection for its minutes after the lease, and no longer', () => {
  assert.equal(judgeLeave(lease, degrade, { monotonicMs: 1000, wallMs: 0 }), 'unprotected');
  assert.equal(judgeLeave(lease, degrade, { monotonicMs: 120_999, wallMs: 0 }), 'unprotected');
  assert.equal(judgeLeave(lease, degrade, { monotonicMs: 121_000, wallMs: 0 }), 'none');
  assert.equal(judgeLeave({ ...lease, epochs: new Map() }, degrade, { monotonicMs: 1000, wallMs: 0 }), 'none');
});

test('the next moment at which time alone changes what is allowed is known', () => {
  assert.equal(nextChangeMs(undefined, [], { monotonicMs: 0, wallMs: 0 }), undefined);
  assert.equal(nextChangeMs(lease, [2], { monotonicMs: 400, wallMs: 0 }), 600);
  assert.equal(nextChangeMs(lease, [2], { monotonicMs: 1400, wallMs: 0 }), 119_600);
  assert.equal(nextChangeMs(lease, [], { monotonicMs: 1400, wallMs: 0 }), undefined);
});
