import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { parseManifest } from '@bulkhead/contracts';
import { createLog, EstateError, FakeClock } from '@bulkhead/kernel';
import { z } from 'zod';
import { readForm, readJson } from '#form/read-form.ts';
import { createCompartmentApp } from './compartment-app.ts';
import { requirePerson } from './person.ts';
import { createScratchGateway } from './scratch-gateway.ts';
import { serveCompartment } from './serve-compartment.ts';
import { transactFor } from './transact-for.ts';

const manifest = parseManifest({
  name: 'library',
  title: { en: 'Library' },
  level: 'native',
  needs: [],
  recoveryOrder: 1,
  origins: [
    { host: 'library', kind: 'staff', title: { en: 'Library' } },
    { host: 'desk', kind: 'staff', title: { en: 'Desk' } },
  ],
  routes: [
    { id: 'home.read', origin: 'library', method: 'GET', path: '/', roles: [], writes: [], maxBodyBytes: 0 },
    { id: 'book.read', origin: 'library', method: 'GET', path: '/books/:id', roles: ['signed-in'], writes: [], maxBodyBytes: 0 },
    {
      id: 'book.lend',
      origin: 'library',
      method: 'POST',
      path: '/books/:id',
      roles: ['clerk'],
      writes: ['loan'],
      maxBodyBytes: 5000,
    },
    { id: 'book.break', origin: 'library', method: 'POST', path: '/break', roles: [], writes: ['loan'], maxBodyBytes: 100 },
  ],
  jobs: [{ id: 'job:loans.seen', writes: ['loan'] }],
  roles: { clerk: { en: 'Clerk' } },
  checks: [],
  seal: { unreachable: 'stop', automatic: [] },
});

const clock = new FakeClock(new Date('2026-03-01T10:00:00.500Z'));
const SECRET = 'a secret between processes of the estate';
const CLERK = { accountId: 'a1', sessionId: 's1', displayName: 'Clerk (sample)', roles: ['clerk'] };
let directory: string;
let socket: string;
let close: () => Promise<void>;
let isHealthy = true;
const gateway = createScratchGateway({ manifest, socket: () => socket, now: clock.now });
let commits = 40;
const database = {
  transact: async <Result>(token: string, run: (transaction: { readonly token: string }) => Promise<Result>) => {
    commits += 1;
    return { result: await run({ token }), xid: String(commits) };
  },
};

before(async () => {
  directory = await mkdtemp('/tmp/bh-web-');
  socket = join(directory, 'library.sock');
  const app = createCompartmentApp({
    manifest,
    trust: gateway.trust,
    internalSecret: SECRET,
    now: clock.now,
    log: createLog('library', 'silent'),
    health: async () => {
      if (!isHealthy) throw new Error('the shelf fell');
      return { books: 3 };
    },
    estate: { organisation: 'Sample Maritime Organization', isSample: true },
    rememberedTokens: 1000,
  });
  app.get('/', (c) => c.text(`hello ${c.var.claims.requestId}`));
  app.get('/books/:id', (c) => c.json({ book: c.req.param('id'), person: requirePerson(c).displayName }));
  app.post('/books/:id', async (c) => {
    const form = readForm(c, z.object({ days: z.string().regex(/^\d+$/) }));
    const seen = await transactFor(c, database)(async (transaction) => transaction.token === c.var.token);
    return c.json({ form, seen, again: await c.req.text() });
  });
  app.post('/break', async (c) => {
    await transactFor(c, database)(async () => 1);
    throw new Error('a shelf with <script> fell');
  });
  app.post('/.library/seen', (c) =>
    c.json({ ...readJson(c, z.object({ ids: z.array(z.string()) })), route: c.var.claims.route }),
  );
  app.get('/.library/forbidden', () => {
    throw new EstateError('request.forbidden', 'looking into the cellar');
  });
  ({ close } = await serveCompartment({ app, socket }));
});
after(async () => {
  await close();
  await rm(directory, { recursive: true, force: true });
});

test('a request with its own token is answered, with security headers and the claims', async () => {
  const { status, headers, text } = await gateway.ask({ path: '/' });
  assert.equal(status, 200);
  assert.match(text, /^hello [0-9a-f-]{36}$/);
  assert.match(headers['content-security-policy'] as string, /default-src 'none'/);
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.equal(headers['cache-control'], 'no-store');
  assert.equal(headers['bulkhead-commits'], undefined);
});

test('a HEAD goes where a GET goes', async () => {
  const { status, text } = await gateway.ask({ path: '/', method: 'HEAD' });
  assert.deepEqual({ status, text }, { status: 200, text: '' });
});

const REFUSED = [
  ['no token', { token: null }, 401, 'token.missing'],
  ['a token that is none', { token: 'x.y.z' }, 401, 'token.invalid'],
  ['a token of 9000 characters', { token: 'x'.repeat(9000) }, 401, 'token.invalid'],
  ['a token for another compartment', { claims: { compartment: 'website' } }, 403, 'token.wrong_audience'],
  ['a token for another path', { claims: { path: '/books/1' } }, 403, 'token.wrong_request'],
  ['a token for another query', { path: '/?a=1', claims: { path: '/?a=2' } }, 403, 'token.wrong_request'],
  ['a token for another method', { claims: { method: 'POST' } }, 403, 'token.wrong_request'],
  ['a token for another route', { claims: { route: 'book.lend' } }, 403, 'token.wrong_request'],
  ['a token for a body that was not sent', { claims: { bodySha256: 'a'.repeat(64) } }, 403, 'token.wrong_request'],
  ['a path with dot segments', { path: '/books/../secret' }, 400, 'request.malformed'],
  ['a path with encoded dot segments', { path: '/books/%2e%2E' }, 400, 'request.malformed'],
  ['a path with an encoded slash', { path: '/books/a%2Fb' }, 400, 'request.malformed'],
  ['a path with an empty segment', { path: '//books' }, 400, 'request.malformed'],
  ['a path with a broken escape', { path: '/books/%zz' }, 400, 'request.malformed'],
  ['a path that no route has', { path: '/nothing' }, 404, 'request.not_found'],
  ['a method that the path has not', { path: '/', method: 'DELETE' }, 405, 'request.method_not_allowed'],
  ['an origin that has other routes', { path: '/', origin: 'desk' }, 404, 'request.not_found'],
  ['nobody signed in where somebody must be', { path: '/books/7' }, 401, 'request.unauthenticated'],
  [
    'a person without the role',
    { path: '/books/7', form: { days: '3' }, asker: { ...CLERK, roles: [] } },
    403,
    'request.forbidden',
  ],
] as const;
for (const [what, asked, status, code] of REFUSED) {
  test(`a request is refused with ${code}: ${what}`, async () => {
    const answer = await gateway.ask({ path: '/', ...asked, headers: { accept: 'application/json' } });
    assert.equal(answer.status, status, answer.text);
    assert.equal(z.object({ code: z.string() }).parse(JSON.parse(answer.text)).code, code);
  });
}

test('a path that answers to other methods names them', async () => {
  assert.equal((await gateway.ask({ path: '/books/1', method: 'DELETE' })).headers.allow, 'GET, HEAD, POST');
});

test('a token is good once, for thirty seconds, and not across a restart', async () => {
  const token = await gateway.mint({ path: '/' });
  assert.equal((await gateway.ask({ path: '/', token })).status, 200);
  const again = await gateway.ask({ path: '/', token, headers: { accept: 'application/json' } });
  assert.deepEqual([again.status, JSON.parse(again.text).code], [409, 'token.replayed']);
  const late = await gateway.mint({ path: '/' });
  clock.advanceMs(33_000);
  assert.equal((await gateway.ask({ path: '/', token: late })).status, 401);
  assert.equal((await gateway.ask({ path: '/', token })).status, 401);
  const oldGateway = createScratchGateway({ manifest, socket: () => socket, now: () => new Date('2026-03-01T09:59:59.900Z') });
  assert.equal((await gateway.ask({ path: '/', token: await oldGateway.mint({ path: '/' }) })).status, 401);
});

test('a job token does not open a route for people', async () => {
  const token = await gateway.mintJob('home.read', { method: 'GET', path: '/' });
  assert.equal((await gateway.ask({ path: '/', token })).status, 401);
});

test('a body is verified before a handler sees it, and its transaction is told to the gateway', async () => {
  const asked = { path: '/books/7', asker: CLERK, form: { days: '3' } };
  const { status, headers, text } = await gateway.ask(asked);
  assert.equal(status, 200, text);
  assert.deepEqual(JSON.parse(text), {
    form: { ok: true, value: { days: '3' }, values: { days: '3' } },
    seen: true,
    again: 'days=3',
  });
  assert.equal(headers['bulkhead-commits'], String(commits));
  const token = await gateway.mint(asked);
  assert.equal((await gateway.ask({ ...asked, form: { days: '4' }, token })).status, 403);
  const bodyless = await gateway.mint({ ...asked, claims: { bodySha256: null } });
  assert.equal((await gateway.ask({ ...asked, token: bodyless })).status, 403);
});

test('a body larger than its route takes is refused, announced or not', async () => {
  const body = Buffer.from(`days=${'1'.repeat(6000)}`);
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  assert.equal((await gateway.ask({ path: '/books/7', asker: CLERK, body, headers })).status, 413);
  const chunked = await gateway.ask({
    path: '/books/7',
    asker: CLERK,
    body,
    headers: { ...headers, 'transfer-encoding': 'chunked' },
  });
  assert.ok([400, 413].includes(chunked.status));
});

test('a fault of ours is told without its cause, in the language asked for, with the request number; what was committed is told', async () => {
  const answer = await gateway.ask({
    path: '/break',
    form: '',
    headers: { accept: 'text/html', 'accept-language': 'xx, ar;q=0.9, en;q=0.1' },
  });
  assert.equal(answer.status, 500);
  assert.equal(answer.headers['bulkhead-commits'], String(commits));
  assert.equal(answer.headers['content-language'], 'ar');
  assert.match(answer.text, /<html lang="ar" dir="rtl">/);
  assert.match(answer.text, /<code dir="ltr">[0-9a-f-]{36}<\/code>/);
  assert.ok(!answer.text.includes('shelf'));
});

test('processes of ours present the secret; a job token says what for', async () => {
  const bearer = { authorization: `Bearer ${SECRET}` };
  const health = await gateway.ask({ path: '/.bulkhead/health', token: null, headers: bearer });
  assert.deepEqual([health.status, JSON.parse(health.text)], [200, { ok: true, compartment: 'library', books: 3 }]);
  assert.equal((await gateway.ask({ path: '/.bulkhead/health', token: null })).status, 401);
  assert.equal((await gateway.ask({ path: '/.bulkhead/health' })).status, 401);
  const wrong = { authorization: 'Bearer something else' };
  assert.equal((await gateway.ask({ path: '/.bulkhead/health', token: null, headers: wrong })).status, 401);
  isHealthy = false;
  assert.equal((await gateway.ask({ path: '/.bulkhead/health', token: null, headers: bearer })).status, 503);
  isHealthy = true;
  const refused = await gateway.ask({ path: '/.library/forbidden', token: null, headers: bearer });
  assert.deepEqual(JSON.parse(refused.text), { code: 'request.forbidden', message: 'looking into the cellar' });
  const body = Buffer.from('{"ids":["s1"]}');
  const seen = { path: '/.library/seen', method: 'POST', body, headers: bearer };
  const told = await gateway.ask({ ...seen, claims: { route: 'job:loans.seen' } });
  assert.deepEqual([told.status, JSON.parse(told.text)], [200, { ids: ['s1'], route: 'job:loans.seen' }]);
  assert.equal((await gateway.ask({ ...seen, claims: { route: 'job:other' } })).status, 403);
  const changed = await gateway.ask({
    ...seen,
    token: await gateway.mint({ ...seen, claims: { route: 'job:loans.seen' } }),
    body: Buffer.from('{"ids":["s2"]}'),
  });
  assert.equal(changed.status, 403);
});

test('when no more tokens can be remembered, requests are refused rather than let in twice', async () => {
  clock.advanceMs(60_000);
  const statuses = new Set<number>();
  for (let at = 0; at < 1002; at += 1) statuses.add((await gateway.ask({ path: '/' })).status);
  assert.deepEqual([...statuses], [200, 429]);
  clock.advanceMs(60_000);
  assert.equal((await gateway.ask({ path: '/' })).status, 200);
});

const RAW = [
  ['two Host headers', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'],
  ['a line end inside a header', 'GET / HTTP/1.1\r\nHost: a\r\nx: a\rb\r\n\r\n'],
  ['two lengths', 'POST /break HTTP/1.1\r\nHost: library.localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
  [
    'a length and chunks',
    'POST /break HTTP/1.1\r\nHost: library.localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  ],
  ['a header of 40 kB', `GET / HTTP/1.1\r\nHost: a\r\nx: ${'a'.repeat(40_000)}\r\n\r\n`],
  ['an absolute address', 'GET http://evil.example/ HTTP/1.1\r\nHost: library.localhost\r\n\r\n'],
  ['no Host header', 'GET / HTTP/1.1\r\n\r\n'],
  ['a path with a backslash', 'GET /books\\a HTTP/1.1\r\nHost: library.localhost\r\n\r\n'],
  ['no HTTP', 'hello\r\n\r\n'],
] as const;
for (const [what, raw] of RAW) {
  test(`a connection is answered with a refusal and the server goes on after ${what}`, async () => {
    assert.match(await exchange(raw), /^HTTP\/1\.1 4\d\d /);
    assert.equal((await gateway.ask({ path: '/' })).status, 200);
  });
}

function exchange(raw: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const connection = connect({ path: socket }, () => connection.write(raw));
    connection.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (text.includes('\r\n\r\n')) connection.destroy();
    });
    connection.once('close', () => resolve(text));
    connection.once('error', reject);
  });
}
