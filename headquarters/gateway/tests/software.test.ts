import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { ApiToken } from '@bulkhead/contracts';
import { sha256Hex } from '@bulkhead/kernel';
import { waitUntil } from '@bulkhead/testkit';
import { z } from 'zod';
import { signSession } from '#session/cookie.rules.ts';
import { type Answer, ScratchEstate } from './scratch/estate.ts';

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

const problemSchema = z.object({
  status: z.number(),
  title: z.string(),
  detail: z.string(),
  code: z.string(),
  requestId: z.string(),
});

function problemOf(answer: Answer) {
  assert.equal(answer.headers['content-type'], 'application/problem+json; charset=utf-8');
  const problem = problemSchema.parse(JSON.parse(answer.text));
  assert.equal(problem.status, answer.status);
  return { code: problem.code, detail: problem.detail, challenge: answer.headers['www-authenticate'] };
}

test('[G21] a program is told what is wrong with its token: none, unknown, run out, without scope, for reading, in a cookie, in the address', async () => {
  const good = giveToken();
  const ended = giveToken({ endsAt: new Date(Date.now() - 1000).toISOString() });
  const asked = async (headers: Record<string, string>, path = '/count', method = 'GET') =>
    problemOf(await estate.ask(path, { host: 'docs', method, headers: { ...headers, 'accept-language': 'en' } }));
  const invalid = 'Bearer error="invalid_token"';
  const beyond = 'Bearer error="insufficient_scope"';
  const told = [
    await asked({}),
    await asked({ cookie: `bulkhead=${good.secret}; token=${good.secret}` }),
    await asked({}, `/count?access_token=${good.secret}`),
    await asked(good.headers, `/count?next=x&t=${good.secret}`),
    await asked({ authorization: `Bearer bh_${'a'.repeat(43)}` }),
    await asked(ended.headers),
    await asked(giveToken({ roles: { website: ['editor'] } }).headers),
    await asked(giveToken({}, true).headers, '/file', 'POST'),
  ];
  assert.deepEqual(
    told.map(({ code, challenge }) => [code, challenge]),
    [
      ['api_token.missing', 'Bearer'],
      ['api_token.missing', 'Bearer'],
      ['api_token.in_address', 'Bearer error="invalid_request"'],
      ['api_token.in_address', 'Bearer error="invalid_request"'],
      ['api_token.refused', invalid],
      ['api_token.refused', invalid],
      ['api_token.out_of_scope', beyond],
      ['api_token.read_only', beyond],
    ],
  );
  for (const { detail } of told) assert.ok(!detail.includes(good.secret));
  assert.match(told[0]?.detail ?? '', /Authorization: Bearer/);
  assert.ok(!(await estate.accessLines()).includes(good.secret), 'no log keeps it');
  const missing = problemOf(await estate.ask('/nothing', { host: 'docs', headers: good.headers }));
  assert.equal(missing.code, 'request.not_found');
});

test('[G15] a program is told how much it may still ask, and how long it waits when that is used up', async () => {
  const { headers } = giveToken({ accountId: 'account-of-a-program' });
  const first = await estate.ask('/rare', { host: 'docs', headers });
  assert.deepEqual(
    [first.status, first.headers['ratelimit-policy'], first.headers['ratelimit']],
    [200, '"route";q=3;w=60', '"route";r=2;t=20'],
  );
  await estate.ask('/rare', { host: 'docs', headers });
  await estate.ask('/rare', { host: 'docs', headers });
  const over = await estate.ask('/rare', { host: 'docs', headers });
  assert.deepEqual([over.status, problemOf(over).code], [429, 'request.too_many']);
  assert.match(String(over.headers['ratelimit']), /^"route";r=0;t=\d+$/);
  const waits = Number(over.headers['retry-after']);
  assert.ok(waits > 0 && waits <= 20, String(waits));
});

test('[G12] a program is told that a compartment is sealed, and reads nothing of it', async () => {
  const { headers } = giveToken();
  estate.offsite.order('papers', 'sealed');
  await estate.untilState('papers', 'sealed');
  const answer = await estate.ask('/count', { host: 'docs', headers });
  assert.deepEqual([answer.status, problemOf(answer).code], [503, 'compartment.sealed']);
  assert.ok(Number(answer.headers['retry-after']) > 0);
  estate.offsite.order('papers', 'open');
  await estate.untilState('papers', 'open');
  assert.equal((await estate.ask('/count', { host: 'docs', headers })).status, 200);
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
