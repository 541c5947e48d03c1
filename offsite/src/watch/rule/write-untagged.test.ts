import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inserted, judge, rulesOf, sampleManifest } from './tests/sample.ts';

const row = inserted({ id: '2', title: 'Pilot ladders' });

test('[W1] rows changed without a token are a finding that names where they stand', () => {
  const [found, ...others] = judge([row, row], { tokens: [] });
  assert.deepEqual(others, []);
  assert.equal(found?.rule, 'write.untagged');
  assert.deepEqual(found?.evidence, {
    lsn: '0/16B3748',
    timeline: '1',
    xid: '735',
    sequence: '7',
    committedAt: '2026-03-01T12:00:01.000Z',
    table: 'public.article',
    rows: '2',
  });
});

test('[W1] a transaction that changed nothing needs no token, nor does one of a compartment that has none', () => {
  assert.deepEqual(judge([], { tokens: [] }), []);
  assert.deepEqual(judge([row], { tokens: [] }, { manifest: { ...sampleManifest('registry'), level: 'L1' } }), []);
  assert.deepEqual(rulesOf(judge([row], { tokens: [] }, { manifest: { ...sampleManifest('registry'), level: 'L2' } })), [
    'write.untagged',
  ]);
});

test('[W1] a transaction that decoding did not tell of accuses nobody here: it is a gap', () => {
  assert.deepEqual(judge([], { tokens: [], state: 'unknown' }), []);
});
