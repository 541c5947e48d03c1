import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { hasCode, sha256Hex } from '@bulkhead/kernel';
import { waitUntil } from '@bulkhead/testkit';
import { SpooledBody } from '#proxy/spool.store.ts';
import { ScratchEstate } from './scratch/estate.ts';
import { exchange, openSocket, statusesIn, untilClosed } from './scratch/raw.ts';

let estate: ScratchEstate;
before(async () => {
  estate = await ScratchEstate.start({ limits: { spoolBytes: 9_000_000, bodyIdleMs: 1000, replyMs: 1500 } });
});
after(() => estate.stop());
afterEach(() => {
  estate.website.answering = (seen, response) => void response.end(`${seen.method} ${seen.url}`);
});

test('[G8] a compartment sees no cookie, no credential, and nothing that only the gateway may say', async () => {
  const session = estate.signIn();
  const answer = await estate.ask('/drafts?a=b%20c', {
    host: 'news',
    headers: {
      cookie: `${estate.cookie(session, 'news')}; other=1`,
      authorization: 'Bearer x',
      'proxy-authorization': 'Basic x',
      'bulkhead-token': 'forged',
      'bulkhead-request-id': 'forged',
      'bulkhead-anything': 'forged',
      'x-forwarded-for': '10.0.0.1',
      'x-forwarded-host': 'evil',
      forwarded: 'for=10.0.0.1',
      'x-real-ip': '10.0.0.1',
      bulkhead_token: 'forged',
      connection: 'close, x-private',
      'x-private': 'for this connection only',
      'accept-language': 'fr',
      te: 'trailers',
    },
  });
  assert.equal(answer.status, 200);
  const { headers, token } = estate.website.last;
  assert.deepEqual(Object.keys(headers).sort(), [
    'accept-language',
    'bulkhead-request-id',
    'bulkhead-token',
    'connection',
    'host',
  ]);
  assert.equal(headers.host, `news.localhost:${estate.port}`);
  assert.equal(headers['bulkhead-request-id'], token.requestId);
  assert.equal(answer.headers['bulkhead-request-id'], token.requestId);
  assert.equal(token.address, '127.0.0.1');
});

test('[G8] a compartment sets no cookie and no header of the gateway or of a connection', async () => {
  estate.website.answering = (_seen, response) => {
    response.writeHead(200, [
      'Set-Cookie',
      'bulkhead=planted; Path=/',
      'set-cookie',
      'b=2',
      'bulkhead-commits',
      '',
      'bulkhead-protection',
      'forged',
      'Strict-Transport-Security',
      'max-age=0',
      'Clear-Site-Data',
      '"*"',
      'X-Powered-By',
      'something',
      'Connection',
      'x-private',
      'X-Private',
      '1',
      'Content-Language',
      'fr',
      'X-Content-Type-Options',
      'other',
    ]);
    response.end('ok');
  };
  const { headers } = await estate.ask('/search');
  for (const name of [
    'set-cookie',
    'bulkhead-commits',
    'bulkhead-protection',
    'strict-transport-security',
    'clear-site-data',
    'x-powered-by',
    'x-private',
  ])
    assert.equal(headers[name], undefined, name);
  assert.deepEqual(
    [headers['content-language'], headers['x-content-type-options'], headers['cache-control']],
    ['fr', 'nosniff', 'no-store'],
  );
});

test('[G9] each request carries one token that names exactly this request', async () => {
  const session = estate.signIn({ delegation: 'Atlantis', roles: { website: ['editor', 'reviewer'], papers: ['clerk'] } });
  await estate.ask('/drafts?from=a', { host: 'news', method: 'POST', session, body: 'title=hello' });
  const { token } = estate.website.last;
  assert.deepEqual(
    [
      token.compartment,
      token.method,
      token.path,
      token.route,
      token.bodySha256,
      token.accountId,
      token.sessionId,
      token.delegation,
      token.roles,
    ],
    [
      'website',
      'POST',
      '/drafts?from=a',
      'draft.save',
      sha256Hex('title=hello'),
      session.accountId,
      session.id,
      'Atlantis',
      ['editor', 'reviewer'],
    ],
  );
  await estate.ask('/drafts/7', { host: 'news', method: 'DELETE', session });
  assert.deepEqual([estate.website.last.token.bodySha256, estate.website.last.token.method], [null, 'DELETE']);
  await estate.ask('/search', { method: 'HEAD' });
  assert.deepEqual(
    [estate.website.last.token.method, estate.website.last.token.accountId, estate.website.last.token.roles],
    ['HEAD', null, []],
  );
  const ids = new Set(estate.website.seen.map((seen) => seen.token.requestId));
  assert.equal(ids.size, estate.website.seen.length);
});

test('[G10] a body over the limit of its route is refused as soon as that is known, announced or not', async () => {
  const session = estate.signIn();
  const before = estate.website.seen.length;
  const announced = await estate.ask('/drafts', { host: 'news', method: 'POST', session, body: randomBytes(100_001) });
  assert.equal(announced.status, 413);
  const chunked = await estate.ask('/letters', {
    method: 'POST',
    body: randomBytes(1001),
    headers: { 'transfer-encoding': 'chunked' },
  });
  assert.equal(chunked.status, 413);
  assert.equal((await estate.ask('/search', { headers: { 'content-length': '3' }, body: 'abc' })).status, 413);
  assert.equal(
    (await estate.ask('/drafts/7', { host: 'news', method: 'DELETE', session, body: 'x', headers: { 'content-length': '1' } }))
      .status,
    413,
  );
  assert.equal(estate.website.seen.length, before);
  assert.equal((await estate.ask('/drafts', { host: 'news', method: 'POST', session, body: randomBytes(100_000) })).status, 200);
  const head = `POST /letters HTTP/1.1\r\nHost: www.localhost:${estate.port}\r\nOrigin: ${estate.url('www')}\r\nTransfer-Encoding: chunked\r\n\r\n`;
  const endless = await openSocket(estate.port);
  endless.write(head);
  const over = untilClosed(endless);
  const pump = setInterval(() => endless.write(`400\r\n${'x'.repeat(1024)}\r\n`), 5);
  await over;
  clearInterval(pump);
});

test('[G10] a large upload goes through the disk and arrives whole, under the hash in its token', async () => {
  const session = estate.signIn();
  const film = randomBytes(3_500_000);
  const spooled: number[] = [];
  estate.website.answering = async (_seen, response) => {
    spooled.push((await readdir(join(estate.stateDirectory, 'spool'))).length);
    response.end('kept');
  };
  const answer = await estate.ask('/films/a.webm', { host: 'news', method: 'PUT', session, body: film });
  assert.deepEqual([answer.status, answer.text], [200, 'kept']);
  const { last } = estate.website;
  assert.deepEqual([last.bodyBytes, last.bodySha256, last.token.bodySha256], [film.length, sha256Hex(film), sha256Hex(film)]);
  assert.deepEqual(spooled, [1]);
  await waitUntil(async () => (await readdir(join(estate.stateDirectory, 'spool'))).length === 0, { what: 'the spool is empty' });
});

test('[G10] when the disk has no room for a body the person is told so, and the spool is emptied', async () => {
  const session = estate.signIn();
  const before = estate.website.seen.length;
  const sockets = await Promise.all([0, 1].map(() => openSocket(estate.port)));
  const length = 7_900_000;
  const head = `PUT /films/x HTTP/1.1\r\nHost: news.localhost:${estate.port}\r\nOrigin: ${estate.url('news')}\r\nCookie: ${estate.cookie(session, 'news')}\r\nContent-Length: ${length}\r\n\r\n`;
  const replies = sockets.map((socket) => {
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.write(head);
    socket.write(randomBytes(length - 10));
    return new Promise<string>((resolve) => socket.once('close', () => resolve(text)));
  });
  const texts = await Promise.all(replies);
  assert.ok(
    texts.some((text) => statusesIn(text)[0] === 507),
    texts.map((text) => text.slice(0, 100)).join(),
  );
  assert.equal(estate.website.seen.length, before);
  await waitUntil(async () => (await readdir(join(estate.stateDirectory, 'spool'))).length === 0, { what: 'the spool is empty' });
});

test('[G10] a full disk is told apart from other faults', { skip: !existsSync('/dev/full') }, async () => {
  const body = await SpooledBody.create('/dev/full', () => undefined);
  await assert.rejects(body.write(Buffer.from('x')), (error) => hasCode(error, 'disk.full'));
  await body.close();
});

test('[G15] a body that stops coming ends in 408', async () => {
  const head = `POST /letters HTTP/1.1\r\nHost: www.localhost:${estate.port}\r\nOrigin: ${estate.url('www')}\r\nContent-Length: 10\r\n\r\nabc`;
  assert.deepEqual(statusesIn(await exchange(estate.port, head, 10_000)), [408]);
});

test('a reply is passed on as it comes, not when it is over', async () => {
  let finish: () => void = () => undefined;
  estate.website.answering = (_seen, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('first');
    finish = () => response.end('last');
  };
  const parts: string[] = [];
  await new Promise<void>((resolve, reject) => {
    const headers = { host: `www.localhost:${estate.port}` };
    const outgoing = request({ host: '127.0.0.1', port: estate.port, path: '/search', headers, agent: false }, (reply) => {
      reply.on('data', (chunk: Buffer) => {
        parts.push(chunk.toString());
        if (parts.length === 1) finish();
      });
      reply.on('end', resolve);
    });
    outgoing.on('error', reject).end();
  });
  assert.deepEqual(parts, ['first', 'last']);
});

test('a compartment that is away, or silent, is told as such; the next request finds it again', async () => {
  estate.website.answering = () => new Promise(() => undefined);
  assert.equal((await estate.ask('/search')).status, 503);
  estate.website.answering = (seen, response) => void response.end(seen.url);
  await estate.website.stop();
  const away = await estate.ask('/search');
  assert.deepEqual([away.status, away.headers['retry-after']], [503, '5']);
  const { ScratchCompartment } = await import('./scratch/compartment.ts');
  const fresh = new ScratchCompartment({
    name: 'website',
    socket: estate.socket('website'),
    keys: [estate.keys.gateway.verifying],
  });
  await fresh.start();
  assert.equal((await estate.ask('/search')).status, 200);
  await fresh.stop();
  await estate.website.start();
  assert.equal((await estate.ask('/search')).status, 200, 'a connection that the old process held is not used again');
});

test('a reply that breaks off in the middle breaks off for the person too', async () => {
  estate.website.answering = (_seen, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('only this');
    setTimeout(() => response.destroy(), 50);
  };
  await assert.rejects(estate.ask('/search'));
});

test('[G11] somebody who hangs up does not stop a write, and its receipt names what was committed', async () => {
  const session = estate.signIn();
  let isArrived = false;
  let goOn: () => void = () => undefined;
  estate.website.answering = async (_seen, response) => {
    isArrived = true;
    await new Promise<void>((resolve) => {
      goOn = resolve;
    });
    response.writeHead(200, { 'bulkhead-commits': '901' }).end('saved');
  };
  const socket = await openSocket(estate.port);
  socket.write(
    `POST /drafts HTTP/1.1\r\nHost: news.localhost:${estate.port}\r\nOrigin: ${estate.url('news')}\r\nCookie: ${estate.cookie(session, 'news')}\r\nContent-Length: 1\r\n\r\na`,
  );
  await waitUntil(() => isArrived, { what: 'the request has arrived' });
  socket.destroy();
  goOn();
  await waitUntil(
    () => estate.offsite.receipts.some(({ receipts }) => receipts.some((receipt) => receipt.xids.includes('901'))),
    {
      what: 'the receipt has come',
    },
  );
});

test('[G25] a route that its manifest says raises a finding does so whenever it is not refused, and never when it is', async () => {
  const found = () => estate.offsite.findings.filter(({ rule }) => rule === 'account.break_glass');
  estate.website.answering = (seen, response) =>
    void response.writeHead(seen.bodyBytes === 5 ? 403 : 303, { location: '/' }).end();
  const ask = (body: string) => estate.ask('/glass', { host: 'news', method: 'POST', body });
  assert.equal((await ask('wrong')).status, 403);
  assert.equal((await ask('r')).status, 303);
  await waitUntil(() => found().length > 0, { what: 'the finding has come' });
  const [finding] = found();
  assert.deepEqual([found().length, finding?.compartment, finding?.evidence['route']], [1, 'website', 'glass.break']);
  assert.equal(finding?.evidence['request'], estate.website.last.token.requestId);
});
