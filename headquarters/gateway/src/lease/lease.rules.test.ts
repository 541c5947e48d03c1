import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeLeave } from './lease.rules.ts';

const stop = { name: 'a', seal: { unreachable: 'stop' as const, automatic: [] } };
const degrade = { name: 'a', seal: { unreachable: { degradeMinutes: 2 }, automatic: [] } };
const lease = { epochs: new Map([['a', 3]]), untilMs: 1000 };

test('[G13] leave to write ends with the lease, or after the minutes that a compartment may go on alone', () => {
  assert.equal(judgeLeave(lease, { manifest: stop, epoch: 3, nowMs: 999 }), 'leased');
  assert.equal(judgeLeave(lease, { manifest: stop, epoch: 3, nowMs: 1000 }), 'none');
  assert.equal(judgeLeave(lease, { manifest: degrade, epoch: 3, nowMs: 1000 }), 'unprotected');
  assert.equal(judgeLeave(lease, { manifest: degrade, epoch: 3, nowMs: 120_999 }), 'unprotected');
  assert.equal(judgeLeave(lease, { manifest: degrade, epoch: 3, nowMs: 121_000 }), 'none');
});

test('[G13] no lease, another epoch or another compartment gives no leave', () => {
  assert.equal(judgeLeave(null, { manifest: degrade, epoch: 0, nowMs: 0 }), 'none');
  assert.equal(judgeLeave(lease, { manifest: degrade, epoch: 4, nowMs: 0 }), 'none');
  assert.equal(judgeLeave(lease, { manifest: degrade, epoch: 2, nowMs: 0 }), 'none');
  assert.equal(judgeLeave(lease, { manifest: { ...degrade, name: 'b' }, epoch: 3, nowMs: 0 }), 'none');
});
