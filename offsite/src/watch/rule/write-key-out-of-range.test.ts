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

test('[W4] a key that a recovery replaced ends at a position of the WAL, whatever the clock said; its successor begins there', () => {
  const bound = { at: rotatedAt, positions: { website: { timeline: 2, lsn: '0/A000000' } } };
  const boundedKeys = [
    { keyId: 'gateway-1', publicKey: 'x', until: bound },
    { keyId: 'gateway-2', publicKey: 'y', from: bound },
  ];
  const judgeAt = (commit: object, keyId = 'gateway-1') =>
    rulesOf(judge([row], { tokens: [token({ keyId })], ...commit }, { boundedKeys, gatewayKeys: ['gateway-1', 'gateway-2'] }));
  const late = after(HANDOVER_MS + 1);
  assert.deepEqual(judgeAt({ timeline: 2, commitLsn: '0/9000000', committedAt: late }), [], 'before the position');
  assert.deepEqual(judgeAt({ timeline: 2, commitLsn: '0/B000000', committedAt: late }), ['write.key_out_of_range']);
  assert.deepEqual(judgeAt({ timeline: 2, commitLsn: '0/B000000', committedAt: after(5) }), [], 'it was under way');
  assert.deepEqual(
    judgeAt({ timeline: 3, commitLsn: '0/1', committedAt: after(5) }),
    ['write.key_out_of_range'],
    'a restored timeline',
  );
  assert.deepEqual(judgeAt({ timeline: 3, commitLsn: '0/1', committedAt: after(5) }, 'gateway-2'), []);
  assert.deepEqual(judgeAt({ timeline: 2, commitLsn: '0/1', committedAt: after(-5) }, 'gateway-2'), ['write.key_out_of_range']);
});
