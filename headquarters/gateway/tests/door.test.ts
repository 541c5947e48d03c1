import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ScratchEstate } from './scratch/estate.ts';
import { exchange, statusesIn } from './scratch/raw.ts';

let estate: ScratchEstate;
let www: string;
let news: string;
before(async () => {
  estate = await ScratchEstate.start({ limits: { keepAliveMs: 60_000 } });
  estate.offsite.publish('website', 1, [{ path: '/', content: '<h1>Home</h1>' }]);
  await estate.untilEdition(1);
  www = `Host: www.localhost:${estate.port}\r\n`;
  news = `Host: news.localhost:${estate.port}\r\n`;
});
after(() => estate.stop());

const SMUGGLED = 'GET /search?smuggled HTTP/1.1\r\nHost: HOST\r\n\r\n';

/** A head and whatever follows it; HOST stands for the right host. */
const AMBIGUOUS: readonly (readonly [string, string])[] = [
  ['two Host headers', 'GET /search HTTP/1.1\r\nHost: HOST\r\nHost: other\r\n\r\n'],
  ['two equal Host headers', 'GET /search HTTP/1.1\r\nHost: HOST\r\nhost: HOST\r\n\r\n'],
  ['two Host headers on a published page', 'GET / HTTP/1.1\r\nHost: HOST\r\nHost: HOST\r\n\r\n'],
  ['no Host header', 'GET /search HTTP/1.1\r\n\r\n'],
  ['an absolute address of another host', 'GET http://other/search HTTP/1.1\r\nHost: HOST\r\n\r\n'],
  ['an absolute address of another scheme', 'GET https://HOST/search HTTP/1.1\r\nHost: HOST\r\n\r\n'],
  ['an address with a user name', 'GET http://a@HOST/search HTTP/1.1\r\nHost: HOST\r\n\r\n'],
  [
    'a length and chunks',
    `POST /letters HTTP/1.1\r\nHost: HOST\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  ],
  [
    'chunks and a length',
    `POST /letters HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  ],
  ['two lengths', `POST /letters HTTP/1.1\r\nHost: HOST\r\nContent-Length: 0\r\nContent-Length: 44\r\n\r\n${SMUGGLED}`],
  ['two equal lengths', `POST /letters HTTP/1.1\r\nHost: HOST\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n${SMUGGLED}`],
  ['a list of lengths', `POST /letters HTTP/1.1\r\nHost: HOST\r\nContent-Length: 0, 44\r\n\r\n${SMUGGLED}`],
  ['a length with a sign', `POST /letters HTTP/1.1\r\nHost: HOST\r\nContent-Length: +0\r\n\r\n${SMUGGLED}`],
  ['a negative length', `POST /letters HTTP/1.1\r\nHost: HOST\r\nContent-Length: -1\r\n\r\n${SMUGGLED}`],
  [
    'an unknown transfer encoding',
    `POST /letters HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  ],
  [
    'a transfer encoding before chunked',
    `POST /letters HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  ],
  [
    'two transfer encodings',
    `POST /letters HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  ],
  [
    'two equal transfer encodings',
    `POST /letters HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  ],
  [
    'a transfer encoding with a tab',
    `POST /letters HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  ],
  ['chunks in HTTP/1.0', 'POST /letters HTTP/1.0\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['a coded body', 'POST /letters HTTP/1.1\r\nHost: HOST\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\na=b'],
  ['a folded header', 'GET /search HTTP/1.1\r\nHost: HOST\r\nX-A: a\r\n b\r\n\r\n'],
  ['a folded first header', 'GET /search HTTP/1.1\r\n Host: HOST\r\n\r\n'],
  ['a space before the colon', 'GET /search HTTP/1.1\r\nHost : HOST\r\n\r\n'],
  ['a zero in a header', 'GET /search HTTP/1.1\r\nHost: HOST\r\nX-A: a\x00b\r\n\r\n'],
  ['a lone carriage return in a header', 'GET /search HTTP/1.1\r\nHost: HOST\r\nX-A: a\rX-B: b\r\n\r\n'],
  ['a control character in a header', 'GET /search HTTP/1.1\r\nHost: HOST\r\nX-A: a\x01b\r\n\r\n'],
  ['line feeds alone', 'GET /search HTTP/1.1\nHost: HOST\n\n'],
  [
    'a bad chunk size',
    'POST /letters HTTP/1.1\r\nHost: HOST\r\nOrigin: ORIGIN\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n',
  ],
  [
    'a negative chunk size',
    'POST /letters HTTP/1.1\r\nHost: HOST\r\nOrigin: ORIGIN\r\nTransfer-Encoding: chunked\r\n\r\n-2\r\nab\r\n0\r\n\r\n',
  ],
  [
    'a chunk size over 64 bits',
    'POST /letters HTTP/1.1\r\nHost: HOST\r\nOrigin: ORIGIN\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nab\r\n0\r\n\r\n',
  ],
  [
    'chunks that end in line feeds',
    'POST /letters HTTP/1.1\r\nHost: HOST\r\nOrigin: ORIGIN\r\nTransfer-Encoding: chunked\r\n\r\n2\nab\n0\n\n',
  ],
  [
    'a chunk longer than announced',
    'POST /letters HTTP/1.1\r\nHost: HOST\r\nOrigin: ORIGIN\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabcd\r\n0\r\n\r\n',
  ],
  ['HTTP/0.9', 'GET /search\r\n\r\n'],
  ['HTTP/2 without TLS', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['HTTP/1.2', 'GET /search HTTP/1.2\r\nHost: HOST\r\n\r\n'],
  ['no HTTP at all', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03hello'],
  ['two cookie headers', 'GET /search HTTP/1.1\r\nHost: HOST\r\nCookie: a=1\r\nCookie: b=2\r\n\r\n'],
  [
    'two Origin headers',
    'POST /letters HTTP/1.1\r\nHost: HOST\r\nOrigin: ORIGIN\r\nOrigin: http://other\r\nContent-Length: 0\r\n\r\n',
  ],
];

for (const [what, raw] of AMBIGUOUS) {
  test(`[G3] a request is refused and its connection closed, and nothing reaches a compartment: ${what}`, async () => {
    const before = estate.website.seen.length;
    const host = `www.localhost:${estate.port}`;
    const reply = await exchange(estate.port, raw.replaceAll('HOST', host).replaceAll('ORIGIN', `http://${host}`));
    const statuses = statusesIn(reply);
    assert.ok(statuses.length <= 1 && [400, 421, 505].includes(statuses[0] ?? 400), reply.slice(0, 200));
    assert.ok(!reply.includes('search?smuggled'));
    assert.equal(estate.website.seen.length, before);
    assert.equal((await estate.ask('/search')).status, 200);
  });
}

test('[G3] an absolute address of the same place is the same request', async () => {
  const host = `www.localhost:${estate.port}`;
  const reply = await exchange(
    estate.port,
    `GET http://${host}/search?a=1 HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
  );
  assert.deepEqual(statusesIn(reply), [200]);
  assert.equal(estate.website.last.url, '/search?a=1');
  assert.equal(estate.website.last.headers.host, host);
});

test('[G3] two requests in one packet are two requests, answered in their order', async () => {
  const one = `GET /search?first HTTP/1.1\r\n${www}\r\n`;
  const two = `GET /search?second HTTP/1.1\r\n${www}Connection: close\r\n\r\n`;
  const reply = await exchange(estate.port, one + two);
  assert.deepEqual(statusesIn(reply), [200, 200]);
  assert.ok(reply.indexOf('search?first') < reply.indexOf('search?second'));
});

test('[G3] what cannot be read after a whole request does not take its answer away', async () => {
  const reply = await exchange(estate.port, `GET /search?whole HTTP/1.1\r\n${www}\r\nx y z\r\n\r\n`);
  assert.deepEqual(statusesIn(reply), [200]);
  assert.ok(reply.includes('search?whole'));
});

const CLIMBING = [
  '/../search',
  '/search/../../etc/passwd',
  '/./search',
  '/search/.',
  '/%2e%2e/search',
  '/%2E%2E/search',
  '/.%2e/search',
  '/search%2f..%2fdrafts',
  '/search%5c..%5cdrafts',
  '/search\\..\\drafts',
  '/search%00',
  '/search%00.html',
  '/search%0d%0aX-A:%20b',
  '/search%7f',
  '/%252e%252e/search',
  '/search%252fdrafts',
  '/search%25%35%63drafts',
  '//search',
  '//other.example/search',
  '/search//x',
  '/search%zz',
  '/search%2',
  '/search%c0%ae',
  '/search%ff',
  '/search|x',
  '/search^x',
  '/search"x',
  '/search<x>',
  '/search?a=%00',
  '/search?a=%zz',
  '*',
  'search',
] as const;
for (const path of CLIMBING) {
  test(`[G4] a path that another reader could take for another one is refused: ${path}`, async () => {
    const before = estate.website.seen.length;
    const reply = await exchange(estate.port, `GET ${path} HTTP/1.1\r\n${www}Connection: close\r\n\r\n`);
    assert.deepEqual(statusesIn(reply), [400], reply.slice(0, 200));
    assert.equal(estate.website.seen.length, before);
  });
}

for (const path of [
  '/sear%63h',
  '/SEARCH',
  '/search/',
  '/search;x',
  '/drafts',
  '/.identity/sessions/x',
  '/.bulkhead/health',
  '/.well-known/x',
  '/.env',
]) {
  test(`[G4] what no route of this origin declares is not there: ${path}`, async () => {
    const before = estate.website.seen.length;
    assert.equal((await estate.ask(path)).status, 404);
    assert.equal(estate.website.seen.length, before);
  });
}

test('[G4] the more literal route wins, and a parameter takes one segment', async () => {
  const session = estate.signIn();
  await estate.ask('/drafts/new', { host: 'news', session });
  assert.equal(estate.website.last.token.route, 'draft.new');
  await estate.ask('/drafts/12', { host: 'news', session });
  assert.equal(estate.website.last.token.route, 'draft.read');
  assert.equal((await estate.ask('/drafts/12/13', { host: 'news', session })).status, 404);
});

test('[G4] a method that a route does not have is answered with the ones it has', async () => {
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE', 'PROPFIND']) {
    const answer = await estate.ask('/search', { method, headers: { 'content-length': '0' } });
    assert.deepEqual([answer.status, answer.headers.allow], [405, 'GET, HEAD'], method);
  }
  assert.equal((await estate.ask('/drafts', { host: 'news', method: 'PUT' })).headers.allow, 'GET, HEAD, POST');
  assert.deepEqual(
    [(await estate.ask('/', { method: 'POST' })).status, (await estate.ask('/', { method: 'POST' })).headers.allow],
    [405, 'GET, HEAD'],
  );
  assert.deepEqual(statusesIn(await exchange(estate.port, `CONNECT www:443 HTTP/1.1\r\n${www}\r\n`)), [405]);
});

test('[G4] a host that is none of ours is misdirected, and the bare domain leads to www', async () => {
  const to = (host: string) => exchange(estate.port, `GET /search?a=b HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  for (const host of [
    '',
    'other',
    `evil.localhost:${estate.port}`,
    'www.localhost',
    `www.localhost.:${estate.port}`,
    `www.localhost:${estate.port}@x`,
    '127.0.0.1',
  ])
    assert.ok([400, 421].includes(statusesIn(await to(host))[0] ?? 0), host);
  assert.deepEqual(statusesIn(await to(`WWW.LocalHost:${estate.port}`)), [200]);
  const bare = await to(`localhost:${estate.port}`);
  assert.deepEqual(statusesIn(bare), [301]);
  assert.ok(bare.includes(`location: http://www.localhost:${estate.port}/search?a=b\r\n`));
});

test('[G15] heads too large are refused: a long address, a large header, many headers', async () => {
  assert.equal((await estate.ask(`/search?${'a'.repeat(4100)}`)).status, 414);
  assert.equal((await estate.ask('/search', { headers: { 'x-a': 'a'.repeat(20_000) } })).status, 431);
  const many = Array.from({ length: 120 }, (_, at) => `X-${at}: 1\r\n`).join('');
  assert.deepEqual(
    statusesIn(await exchange(estate.port, `GET /search HTTP/1.1\r\n${www}${many}Connection: close\r\n\r\n`)),
    [431],
  );
});

test('[G10] a client that asks before it sends a body is let on only when the body will be taken', async () => {
  const session = estate.signIn();
  const head = (path: string, length: number, cookie = estate.cookie(session, 'news')) =>
    `POST ${path} HTTP/1.1\r\n${news}Origin: ${estate.url('news')}\r\nCookie: ${cookie}\r\nExpect: 100-continue\r\nContent-Length: ${length}\r\n\r\n`;
  assert.match(await exchange(estate.port, head('/drafts', 5)), /^HTTP\/1\.1 100 Continue\r\n\r\n$/);
  assert.deepEqual(statusesIn(await exchange(estate.port, head('/drafts', 200_000))), [413]);
  assert.deepEqual(statusesIn(await exchange(estate.port, head('/drafts', 5, 'a=b'))), [401]);
  const other = `POST /drafts HTTP/1.1\r\n${news}Expect: something\r\nContent-Length: 0\r\n\r\n`;
  assert.deepEqual(statusesIn(await exchange(estate.port, other)), [417]);
});

test('every answer carries the security headers and a request id', async () => {
  for (const path of ['/', '/search', '/nothing', '/%00']) {
    const { headers } = await estate.ask(path);
    assert.match(String(headers['content-security-policy']), /^default-src 'none'/, path);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['referrer-policy'], 'same-origin');
    assert.match(String(headers['bulkhead-request-id']), /^[0-9a-f-]{36}$/);
  }
});

test('errors are told in the language asked for, as a page or as JSON', async () => {
  const arabic = await estate.ask('/nothing/at/all?lang=ar', { host: 'docs' });
  assert.match(arabic.text, /<html lang="ar" dir="rtl">/);
  assert.match(arabic.text, /Sample estate|عينة|نموذج|تجريب/);
  const french = await estate.ask('/nothing', {
    host: 'docs',
    headers: { 'accept-language': 'fr-CH, en;q=0.5', accept: 'application/json' },
  });
  assert.deepEqual(
    [french.status, JSON.parse(french.text).code, JSON.parse(french.text).message],
    [404, 'request.not_found', 'Cette page n’existe pas. Vérifiez l’adresse.'],
  );
});

test('the stylesheet of the gateway is served at every origin', async () => {
  const path = /href="(\/\.gateway\/[0-9a-f]{32}\.css)"/.exec((await estate.ask('/x', { host: 'docs' })).text)?.[1] ?? '';
  for (const host of ['www', 'news', 'docs', 'id']) {
    const { status, headers } = await estate.ask(path, { host });
    assert.deepEqual([status, headers['content-type']], [200, 'text/css; charset=utf-8']);
  }
});
