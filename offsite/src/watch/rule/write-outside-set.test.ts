import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inserted, job, judge, rulesOf, token } from './tests/sample.ts';

const text = inserted({ id: '2' }, 'public.article_text');
const session = inserted({ id: 's' }, 'public.session');

test('[W5] a route changes the tables that it declares, and any other is a finding', () => {
  assert.deepEqual(judge([inserted({ id: '2' }), text]), []);
  const found = judge([text, session]);
  assert.deepEqual(rulesOf(found), ['write.outside_set']);
  assert.equal(found[0]?.evidence['outside'], 'public.session');
  assert.equal(found[0]?.evidence['session'], 'session-1');
});

test('[W5] a table of the same name in another schema is another table, and a route that nobody declared writes nothing', () => {
  assert.deepEqual(rulesOf(judge([inserted({ id: '2' }, 'hidden.article')])), ['write.outside_set']);
  assert.deepEqual(rulesOf(judge([text], { tokens: [token({ route: 'article.vanish' })] })), ['write.outside_set']);
});

test('[W5] declared jobs write what they declare; releases, preparations and repairs write everywhere', () => {
  assert.deepEqual(judge([session], { tokens: [job('job:sessions.seen')] }), []);
  assert.deepEqual(rulesOf(judge([text], { tokens: [job('job:sessions.seen')] })), ['write.outside_set']);
  const record = inserted({ name: '0001' }, 'public.bulkhead_migration');
  for (const name of ['website.migrate', 'website.prepare', 'repair'])
    assert.deepEqual(
      judge([record, session], { tokens: [job(`job:${name}`, name === 'repair' ? 'order-1' : 'jobs-1')] }),
      [],
      name,
    );
  assert.deepEqual(rulesOf(judge([record], { tokens: [job('job:identity.migrate')] })), ['write.outside_set']);
});
