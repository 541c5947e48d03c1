import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inserted, judge, rulesOf, token } from './tests/sample.ts';

test('[W2] two tokens in one transaction are a finding, whoever they name, and put nobody into a scope', () => {
  const found = judge([inserted({ id: '2' })], { tokens: [token(), token({ requestId: 'request-2', sessionId: 'session-2' })] });
  assert.deepEqual(rulesOf(found), ['write.tagged_twice']);
  assert.equal(found[0]?.evidence['requests'], 'request-1, request-2');
  assert.equal(found[0]?.evidence['session'], undefined);
  assert.deepEqual(judge([inserted({ id: '2' })]), []);
});
