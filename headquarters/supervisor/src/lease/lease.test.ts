import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from '@bulkhead/kernel';
import { waitUntil } from '@bulkhead/testkit';
import { Leases } from './lease.actions.ts';
import { LeaseKeeper } from './lease.jobs.ts';
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

test('[O5] what is allowed is looked at again after every question for a lease, answered or not', async () => {
  const stopped = new AbortController();
  const leases = new Leases({
    recovery: { socket: '/nowhere/recovery.sock' },
    keys: [],
    leaseMs: 300,
    clocks: () => ({ monotonicMs: 0, wallMs: 0 }),
    newNonce: () => 'a nonce of this test',
  });
  let looks = 0;
  const running = new LeaseKeeper().run({
    leases,
    leaseMs: 300,
    manifests: [],
    listEpochs: () => [],
    missedOrders: () => undefined,
    changed: () => (looks += 1),
    log: createLog('test'),
    signal: stopped.signal,
  });
  await waitUntil(() => looks >= 3, { what: 'it is looked at again' });
  stopped.abort();
  await running;
});
