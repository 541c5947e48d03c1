import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { ApiToken } from '@bulkhead/contracts';
import { sha256Hex } from '@bulkhead/kernel';
import { waitUntil } from '@bulkhead/testkit';
import { signSession } from '#session/cookie.rules.ts';
import { ScratchEstate } from './scratch/estate.ts';

let estate: ScratchEstate;
before(async () => {
  estate = await ScratchEstate.start();
});
after(() => estate.stop());

function giveToken(more: Partial<ApiToken['session']> = {}, isReadOnly = false) {
  const secret = `bh_${randomBytes(32).toString('base64url')}`;
  const session = { ...estate.signIn(), id: `api_${randomBytes(8).toString('hex')}`, roles: { papers: ['clerk'] }, ...more };
  const hash = sha256Hex(secret);
  estate.identity.apiTokens.set(hash, { session, isReadOnly });
  return { secret, hash, session, headers: { authorization: `Bearer ${secret}` } };
}

test('[G21] an API token opens routes for software with its own roles, and no route for people', async () => {
  const { headers, session, secret } = giveToken();
  const counted = await estate.ask('/count', { host: 'docs', headers });
  assert.equal(counted.status, 200, counted.text);
  const { token, headers: passed } = estate.papers.last;
  assert.deepEqual([token.accountId, token.sessionId, token.roles], [session.accountId, session.id, ['clerk']]);
  assert.ok(!JSON.stringify(passed).includes(secret), 'the compartment does not see it');
  assert.equal((await estate.ask('/count', { host: 'docs' })).status, 401);
  assert.equal((await estate.ask('/drafts', { host: 'news', headers })).status, 303, 'people sign in');
  const powerless = giveToken({ roles: {} });
  assert.equal((await estate.ask('/count', { host: 'docs', headers: powerless.headers })).status, 403);
  const unknown = { authorization: `Bearer bh_${'a'.repeat(43)}` };
  assert.equal((await estate.ask('/count', { host: 'docs', headers: unknown })).status, 401);
});

test('[G21] a token for reading does not write, and one that ended is refused within a second', async () => {
  const reading = giveToken({}, true);
  assert.equal((await estate.ask('/count', { host: 'docs', headers: reading.headers })).status, 200);
  assert.equal((await estate.ask('/file', { host: 'docs', method: 'POST', headers: reading.headers })).status, 403);
  const writing = giveToken();
  await estate.untilLeased();
  assert.equal((await estate.ask('/file', { host: 'docs', method: 'POST', headers: writing.headers })).status, 200);
  estate.identity.apiTokens.delete(writing.hash);
  const endedAtMs = performance.now();
  await waitUntil(async () => (await estate.ask('/count', { host: 'docs', headers: writing.headers })).status === 401, {
    what: 'the token is refused',
  });
  assert.ok(performance.now() - endedAtMs < 1500);
});

test('[G21] what a browser adds by itself counts for nothing where software asks: no cookie, and from any page', async () => {
  const session = estate.signIn();
  const cookie = `bulkhead=${signSession(estate.cookieKey, session.id, new URL(estate.url('docs')).hostname)}`;
  assert.equal((await estate.ask('/count', { host: 'docs', headers: { cookie } })).status, 401);
  const crossSite = { origin: 'https://app.example.org', 'sec-fetch-site': 'cross-site' };
  const token = await estate.ask('/oidc/token', { host: 'id', method: 'POST', headers: crossSite });
  assert.notEqual(token.status, 403);
  assert.equal((await estate.ask('/file', { host: 'docs', method: 'POST', headers: { ...crossSite, cookie } })).status, 403);
  const asked = await estate.ask('/oidc/token', { host: 'id', method: 'OPTIONS', headers: crossSite });
  assert.deepEqual([asked.status, asked.headers['access-control-allow-origin']], [204, '*']);
  assert.equal((await estate.ask('/sign-in', { host: 'id', method: 'OPTIONS', headers: crossSite })).status, 405);
});

test('[G22] a compartment knows a browser again, at routes that ask for it, by a hash of a cookie that only the gateway sees', async () => {
  const first = await estate.ask('/sign-in', { host: 'id' });
  const cookie = (first.headers['set-cookie'] ?? []).find((one) => one.startsWith('bulkhead-browser=')) ?? '';
  assert.match(cookie, /^bulkhead-browser=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=/);
  const known = cookie.split(';')[0] ?? '';
  const again = await estate.ask('/sign-in', { host: 'id', headers: { cookie: known, 'bulkhead-browser': 'forged' } });
  assert.equal(again.headers['set-cookie'], undefined, 'it is set once');
  const [told, toldAgain] = estate.identity.browsers.slice(-2);
  assert.match(told ?? '', /^[0-9a-f]{64}$/);
  assert.equal(told, toldAgain);
  assert.ok(!told?.includes(known.split('=')[1] ?? 'none'));
});
