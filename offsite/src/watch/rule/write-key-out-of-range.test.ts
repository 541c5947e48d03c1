import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inserted, judge, rulesOf, token } from './tests/sample.ts';
import { HANDOVER_MS } from './write-key-out-of-range.rules.ts';

const row = inserted({ id: '2' });
const rotatedAt = '2026-03-01T12:00:00.000Z';
const keyUses = [{ keyId: 'gateway-2', firstAt: rotatedAt, firstLsn: '0/1000000' }];
const after = (ms: number) => new Date(Date.parse(rotatedAt) + ms).toISOString();

test('[W4] a key that was replaced signs no later commit; what was under way at the rotation still may', () => {
  const late = judge([row], { committedAt: after(HANDOVER_MS + 1) }, { keyUses });
  assert.deepEqual(rulesOf(late), ['write.key_out_of_range']);
  assert.equal(late[0]?.evidence['replacedBy'], 'gateway-2');
  assert.equal(late[0]?.evidence['key'], 'gateway-1');
  assert.deepEqual(judge([row], { committedAt: after(HANDOVER_MS) }, { keyUses }), []);
  assert.deepEqual(judge([row], { committedAt: after(-HANDOVER_MS * 10) }, { keyUses }), []);
});

test('[W4] the new key is in force, and a key of another list replaces nothing', () => {
  const committedAt = after(HANDOVER_MS * 2);
  assert.deepEqual(judge([row], { committedAt, tokens: [token({ keyId: 'gateway-2' })] }, { keyUses }), []);
  const jobs = [{ keyId: 'jobs-1', firstAt: rotatedAt, firstLsn: '0/1000000' }];
  assert.deepEqual(judge([row], { committedAt }, { keyUses: jobs }), []);
});
