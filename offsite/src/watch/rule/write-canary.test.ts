import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Change } from '@bulkhead/contracts';
import { deleted, inserted, job, judge, rulesOf, updated } from './tests/sample.ts';

const canary = { id: '1', title: 'canary' };

test('[W6] the row that nobody touches is a finding when it is changed, removed, renamed, or emptied away', () => {
  const emptied: Change = { kind: 'truncate', table: 'public.article', before: null, after: null, unresolved: [] };
  const touching = [
    updated(canary, { title: 'x' }),
    deleted(canary),
    updated({ id: '9' }, { id: '1' }),
    updated(canary, { id: '9' }),
  ];
  for (const change of touching) assert.deepEqual(rulesOf(judge([change])), ['write.canary']);
  assert.ok(rulesOf(judge([emptied])).includes('write.canary'));
});

test('[W6] other rows, and the release that lays the canary, are none', () => {
  assert.deepEqual(judge([updated({ id: '2' }, { title: 'x' }), inserted({ id: '12' })]), []);
  assert.deepEqual(judge([updated({ id: '1' }, { title: 'x' }, 'public.article_text')]), []);
  assert.deepEqual(judge([inserted(canary)], { tokens: [job('job:website.migrate')] }), []);
});
