import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Readmission } from '@bulkhead/contracts';
import { checkApproval, digestOfReadmission, KEEPS_MS, requireUsable } from './readmission.rules.ts';

const at = Date.parse('2026-11-22T12:00:00Z');
const named = { id: 'readmission-1', reason: 'the host burnt down', requestedBy: 'operator:alice' };
const waiting: Readmission = {
  ...named,
  requestedAt: new Date(at).toISOString(),
  digest: digestOfReadmission(named),
  state: 'waiting',
  decidedBy: null,
  decidedAt: null,
};
const approved: Readmission = { ...waiting, state: 'approved', decidedBy: 'operator:bob', decidedAt: new Date(at).toISOString() };

test('[LK12] what was asked for and what was approved is good for an hour, by a clock that was set back, too', () => {
  for (const ms of [0, KEEPS_MS]) {
    checkApproval(waiting, 'operator:bob', waiting.digest, new Date(at + ms));
    requireUsable(approved, new Date(at + ms));
  }
  for (const ms of [KEEPS_MS + 1, -KEEPS_MS - 1]) {
    assert.throws(() => checkApproval(waiting, 'operator:bob', waiting.digest, new Date(at + ms)), { code: 'site.wrong_state' });
    assert.throws(() => requireUsable(approved, new Date(at + ms)), { code: 'site.wrong_state' });
  }
});

test('[LK12] a digest is of one request, its reason and who asked', () => {
  for (const other of [{ id: 'readmission-2' }, { reason: 'another' }, { requestedBy: 'operator:bob' }])
    assert.notEqual(digestOfReadmission({ ...named, ...other }), waiting.digest);
});
