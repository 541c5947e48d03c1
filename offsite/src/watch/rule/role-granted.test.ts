import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deleted, inserted, job, judge, rulesOf, sampleManifest, token } from './tests/sample.ts';

const manifest = sampleManifest('identity');
const grant = inserted({ account_id: 'account-2', compartment: 'website', role: 'editor' }, 'public.role_grant');
const roles = { tokens: [token({ route: 'account.roles' })] };

test('[W11] a role is given by the routes that give roles, to another account', () => {
  assert.deepEqual(judge([grant], roles, { manifest }), []);
  const [found] = judge([grant], { tokens: [job('job:sessions.seen')] }, { manifest }).filter(
    ({ rule }) => rule === 'role.granted',
  );
  assert.equal(found?.evidence['granted'], 'editor of website to account-2');
  assert.ok(rulesOf(judge([grant], { tokens: [] }, { manifest })).includes('role.granted'));
});

test('[W11] nobody gives a role to themselves', () => {
  const own = inserted({ account_id: 'account-1', compartment: 'identity', role: 'administrator' }, 'public.role_grant');
  assert.deepEqual(rulesOf(judge([own], roles, { manifest })), ['role.granted']);
  assert.deepEqual(judge([deleted({ account_id: 'account-1' }, 'public.role_grant')], roles, { manifest }), []);
});

test('[W11] GRANT outside a release is told as a right given, not as a change of the schema', () => {
  const ddl = [{ command: 'GRANT', type: 'TABLE', identity: 'public.account' }];
  assert.deepEqual(rulesOf(judge([], { ddl, tokens: [] })), ['role.granted']);
  assert.deepEqual(judge([], { ddl, tokens: [job('job:website.prepare')] }), []);
});
