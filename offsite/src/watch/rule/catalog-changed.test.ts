import assert from 'node:assert/strict';
import { test } from 'node:test';
import { job, judge, rulesOf, sampleManifest } from './tests/sample.ts';

const ddl = [{ command: 'CREATE FUNCTION', type: 'function', identity: 'public.backdoor()' }];

test('[W10] a change of the schema outside a release is a finding, tagged or not', () => {
  assert.deepEqual(rulesOf(judge([], { ddl, tokens: [] })), ['catalog.changed']);
  const found = judge([], { ddl });
  assert.deepEqual(rulesOf(found), ['catalog.changed']);
  assert.equal(found[0]?.evidence['ddl'], 'CREATE FUNCTION public.backdoor()');
});

test('[W10] releases, preparations and repairs change it; an adopted database does as it likes', () => {
  for (const name of ['website.migrate', 'website.prepare', 'repair'])
    assert.deepEqual(judge([], { ddl, tokens: [job(`job:${name}`, name === 'repair' ? 'order-1' : 'jobs-1')] }), []);
  assert.deepEqual(rulesOf(judge([], { ddl, tokens: [job('job:sessions.seen')] })), ['catalog.changed']);
  assert.deepEqual(judge([], { ddl, tokens: [] }, { manifest: { ...sampleManifest('registry'), level: 'L1' } }), []);
});
