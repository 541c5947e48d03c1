import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inserted, job, judge, rulesOf, token } from './tests/sample.ts';

const row = inserted({ id: '2' });

test('[W3] a token that was refused is a finding with its reason, and what it claims is told as a claim', () => {
  const [found] = judge([row], { tokens: [token({}, 'refused')] });
  assert.equal(found?.rule, 'write.badly_tagged');
  assert.equal(found?.evidence['reason'], 'its signature does not match');
  assert.equal(found?.evidence['claimedRequest'], 'request-1');
  assert.equal(found?.evidence['session'], undefined);
});

test("[W3] each key says only what is its own: a release is not the gateway's, a request is nobody else's", () => {
  assert.deepEqual(rulesOf(judge([row], { tokens: [job('job:website.migrate', 'gateway-1')] })), ['write.badly_tagged']);
  assert.deepEqual(rulesOf(judge([row], { tokens: [token({ keyId: 'jobs-1' })] })), ['write.badly_tagged']);
  assert.deepEqual(rulesOf(judge([row], { tokens: [job('job:repair', 'jobs-1')] })), ['write.badly_tagged']);
  assert.deepEqual(judge([row], { tokens: [job('job:website.migrate')] }), []);
  const session = inserted({ id: 's' }, 'public.session');
  assert.deepEqual(judge([session], { tokens: [job('job:sessions.seen', 'gateway-1')] }), []);
});
