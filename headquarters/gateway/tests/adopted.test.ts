import assert from 'node:assert/strict';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { after, afterEach, before, test } from 'node:test';
import { parseAdoption } from '@bulkhead/contracts';
import { sleepMs } from '@bulkhead/kernel';
import { waitUntil } from '@bulkhead/testkit';
import { listenOnSocket } from '@bulkhead/wire';
import { WebSocket, WebSocketServer } from 'ws';
import { hostOnly } from '#proxy/header.rules.ts';
import { ScratchEstate } from './scratch/estate.ts';
import { exchange, openSocket, statusesIn, untilClosed } from './scratch/raw.ts';

const board = parseAdoption({
  name: 'board',
  title: { en: 'Notice board' },
  level: 'L1',
  origins: [{ host: 'board', kind: 'public', title: { en: 'Notice board' } }],
  adopted: {
    command: ['{node}', 'server.js'],
    environment: { SOCKET: '{socket}', DATABASE_URL: '{database-url}' },
    listens: 'socket',
    health: '/health',
    database: {},
    sameOriginWrites: true,
    maxBodyBytes: 100_000,
    perMinute: 600,
    webSockets: ['/live'],
    frozen: { origin: 'board', paths: ['/'] },
  },
});

type Answering = (request: IncomingMessage, response: ServerResponse) => void;
const echo: Answering = (asked, response) => void response.end(`${asked.method} ${asked.url}`);
let answering: Answering = echo;
let seen: { headers: IncomingHttpHeaders; body: string }[] = [];
const application = createServer((asked, response) => {
  const entry = { headers: asked.headers, body: '' };
  seen.push(entry);
  asked.on('data', (chunk: Buffer) => (entry.body += chunk.toString('latin1')));
  answering(asked, response);
});
const webSockets = new WebSocketServer({ server: application });
webSockets.on('connection', (socket) => socket.on('message', (data) => socket.send(`you said ${data.toString()}`)));

let estate: ScratchEstate;
before(async () => {
  estate = await ScratchEstate.start({ adopted: [board], limits: { bodyIdleMs: 1000, replyMs: 3000 } });
  await listenOnSocket(application, estate.socket('board'), 0o666);
  await waitUntil(async () => (await at('/', { method: 'POST' })).status === 200, { what: 'the board may write' });
  seen = [];
});
after(async () => {
  for (const client of webSockets.clients) client.terminate();
  application.close();
  application.closeAllConnections();
  await estate.stop();
});
afterEach(() => {
  answering = echo;
  seen = [];
});
const at = (path: string, given: Parameters<ScratchEstate['ask']>[1] = {}) => estate.ask(path, { host: 'board', ...given });

async function orderState(state: 'open' | 'sealed' | 'read-only'): Promise<void> {
  const { epoch } = estate.offsite.order('board', state);
  await waitUntil(async () => (await estate.status())['board']?.epoch === epoch, { what: `the board is ${state}` });
}

async function orderOpen(): Promise<void> {
  await orderState('open');
  await waitUntil(async () => (await at('/', { method: 'POST' })).status === 200, { what: 'the board is open again' });
  seen = [];
}

test('[AD4] an adopted application gets its own cookies, credentials and any address, and no token; nobody else speaks for the gateway', async () => {
  const answer = await at('/any/where%20at/all?q=1', {
    headers: {
      cookie: 'board=abc; __Host-bulkhead=stolen; theme=dark',
      authorization: 'Basic eDp5',
      'bulkhead-token': 'forged',
      'x-forwarded-for': '10.0.0.1',
      x_forwarded_for: '10.0.0.1',
      'x-real-ip': '10.0.0.1',
      'accept-encoding': 'br',
    },
  });
  assert.equal(answer.text, 'GET /any/where%20at/all?q=1');
  const headers: IncomingHttpHeaders = seen[0]?.headers ?? {};
  assert.equal(headers.cookie, 'board=abc; theme=dark');
  assert.equal(headers.authorization, 'Basic eDp5');
  assert.equal(headers['accept-encoding'], 'br');
  assert.deepEqual(
    Object.keys(headers).filter((name) => /bulkhead|forwarded|real|_/.test(name)),
    ['bulkhead-request-id', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto'],
  );
  assert.equal(headers['x-forwarded-for'], '127.0.0.1');
  assert.equal(headers.host, `board.localhost:${estate.port}`);
  assert.equal(
    estate.offsite.receipts.flatMap(({ receipts }) => receipts).filter(({ compartment }) => compartment === 'board').length,
    0,
  );
});

test('[AD5] what it sets is a cookie of its own origin alone, and no header that only the gateway may set', async () => {
  answering = (_asked, response) =>
    void response
      .writeHead(200, {
        'set-cookie': [
          'a=1; Path=/; Domain=.localhost; HttpOnly',
          'bulkhead=planted',
          '__Host-bulkhead=x; Path=/',
          'b=2; domain = localhost',
        ],
        'content-security-policy': "script-src 'self'",
        'bulkhead-frozen': '7',
        'strict-transport-security': 'max-age=0',
        'clear-site-data': '"cookies"',
        'x-powered-by': 'x',
        'cache-control': 'max-age=9',
      })
      .end('ok');
  const { headers } = await at('/');
  assert.deepEqual(headers['set-cookie'], ['a=1; Path=/; HttpOnly', 'b=2']);
  assert.equal(headers['content-security-policy'], "script-src 'self'");
  assert.equal(headers['cache-control'], 'max-age=9');
  assert.equal(headers['clear-site-data'], '"cookies"');
  for (const name of ['bulkhead-frozen', 'strict-transport-security', 'x-powered-by'])
    assert.equal(headers[name], undefined, name);
  assert.equal(hostOnly(`long=${'x'.repeat(9000)}`), null);
  assert.equal(hostOnly('no name'), null);
});

test('[AD3] bodies and replies stream through, and a body over the limit is refused, announced or not', async () => {
  const first = Promise.withResolvers<string>();
  answering = (asked, response) => {
    response.write('begun ');
    asked.once('data', (chunk: Buffer) => first.resolve(chunk.toString()));
    asked.once('end', () => response.end('ended'));
  };
  const origin = estate.url('board');
  const outgoing = request({
    host: '127.0.0.1',
    port: estate.port,
    path: '/up',
    method: 'PUT',
    headers: { host: new URL(origin).host, origin },
  });
  const reply = new Promise<IncomingMessage>((resolve, reject) => outgoing.once('response', resolve).once('error', reject));
  outgoing.write('one ');
  assert.equal(await first.promise, 'one ', 'it had the first part before the last was sent');
  const begun = await reply;
  assert.equal(String(await new Promise((resolve) => begun.once('data', resolve))), 'begun ');
  outgoing.end('two');
  assert.equal(String(await new Promise((resolve) => begun.once('data', resolve))), 'ended');
  assert.equal(seen[0]?.body, 'one two');

  answering = () => undefined;
  const announced = await at('/up', { method: 'POST', body: Buffer.alloc(100_001) });
  assert.equal(announced.status, 413);
  assert.equal(seen.length, 1, 'an announced one reaches nobody');
  const unannounced = await at('/up', {
    method: 'POST',
    headers: { 'transfer-encoding': 'chunked' },
    body: Buffer.alloc(150_000),
  });
  assert.equal(unannounced.status, 413);
  assert.ok(
    seen.slice(1).every(({ body }) => body.length <= 100_000),
    'it never had more than the limit',
  );
});

test('[AD3] what could be read in two ways, comes too slowly, too often or from elsewhere is refused for it as for all', async () => {
  const head = `Host: board.localhost:${estate.port}\r\n`;
  for (const raw of [
    `POST / HTTP/1.1\r\n${head}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    `GET /a/%2e%2e/b HTTP/1.1\r\n${head}\r\n`,
    `GET /a//b HTTP/1.1\r\n${head}\r\n`,
  ])
    assert.deepEqual(statusesIn(await exchange(estate.port, raw)), [400], raw);
  answering = (asked, response) => void asked.once('end', () => response.end('whole'));
  const slow = `POST / HTTP/1.1\r\n${head}Origin: ${estate.url('board')}\r\nContent-Length: 9\r\n\r\nfive`;
  assert.deepEqual(statusesIn(await exchange(estate.port, slow, 8000)), [408]);
  answering = echo;
  assert.equal((await at('/', { method: 'POST', headers: { origin: estate.url('www') } })).status, 403);
  assert.equal((await at('/', { headers: { 'content-length': '3' }, body: 'abc' })).status, 413, 'a GET takes no body');
  assert.equal((await at('/', { method: 'TRACE' })).status, 405);
  assert.equal((await at('/.git/config')).status, 404);
  assert.equal((await at('/.well-known/security.txt')).text, 'GET /.well-known/security.txt');
  // On a slow machine the bucket fills meanwhile: asked until it is empty.
  let refused = 0;
  for (let wave = 0; wave < 10 && refused === 0; wave += 1) {
    const many = await Promise.all(Array.from({ length: 700 }, () => at('/many')));
    refused = many.filter(({ status }) => status === 429).length;
  }
  assert.ok(refused > 0);
  // The bucket fills by ten a second: what follows asks a few times.
  await sleepMs(3000);
});

test('[AD3] a WebSocket is joined where the manifest declares one, and a seal ends it with everything else', async () => {
  await orderOpen();
  const url = `ws://127.0.0.1:${estate.port}`;
  const headers = { host: `board.localhost:${estate.port}`, origin: estate.url('board'), cookie: 'board=abc' };
  const open = (path: string) => new WebSocket(`${url}${path}`, { headers });
  const refused = open('/other');
  await new Promise((resolve) => refused.on('error', resolve));
  const socket = open('/live/1');
  await new Promise<void>((resolve, reject) => {
    socket.on('open', resolve);
    socket.on('error', reject);
  });
  const said = new Promise((resolve) => socket.on('message', (data) => resolve(String(data))));
  socket.send('hello');
  assert.equal(await said, 'you said hello');
  answering = (_asked, response) => void response.write('for ever');
  const stream = await openSocket(estate.port);
  stream.write(`GET /stream HTTP/1.1\r\nHost: board.localhost:${estate.port}\r\n\r\n`);
  await new Promise((resolve) => stream.once('data', resolve));
  const ended = [untilClosed(stream), new Promise((resolve) => socket.on('close', resolve))];
  await orderState('sealed');
  await Promise.all(ended);
  answering = echo;
  await orderOpen();
});

test('[AD6] while it is closed its frozen copy is served for reading, marked and without power; whatever is not in the copy is the sealed page', async () => {
  const content = '<!doctype html><p>Notices<script>alert(1)</script></p>';
  const crawled = { copiedAt: new Date().toISOString(), sha256: 'a'.repeat(64), leftOut: 0 };
  const headers = { 'cache-control': 'no-store' };
  estate.offsite.publish('board', 1, [{ path: '/', content, headers }], { crawled });
  await waitUntil(async () => (await estate.status())['board']?.edition === 1, { what: 'the copy is here' });
  await waitUntil(async () => (await at('/')).text === 'GET /', { what: 'open, it answers itself' });
  await orderState('sealed');
  const frozen = await at('/', { headers: { cookie: 'board=abc' } });
  assert.equal(frozen.status, 200);
  assert.equal(frozen.text, content);
  assert.equal(frozen.headers['bulkhead-frozen'], '1');
  assert.equal(frozen.headers['cache-control'], 'no-store');
  assert.match(frozen.headers['content-security-policy'] as string, /default-src 'none'.*form-action 'none'.*sandbox/);
  assert.equal(seen.length, 1, 'sealed, nothing reaches it');
  const other = await at('/inside');
  assert.equal(other.status, 503);
  assert.match(other.text, /Notice board/);
  assert.equal((await at('/', { method: 'POST' })).status, 503);
  await orderState('read-only');
  assert.equal((await at('/')).headers['bulkhead-frozen'], '1', 'it cannot run read-only: nothing is passed on');
  await orderOpen();
  application.close();
  application.closeAllConnections();
  assert.equal((await at('/')).headers['bulkhead-frozen'], '1', 'it does not answer: the copy does');
  await listenOnSocket(application, estate.socket('board'), 0o666);
});

test('[AD6] a copy does not pass for pages that two persons approved, nor the other way round', async () => {
  const crawled = { copiedAt: new Date().toISOString(), sha256: 'a'.repeat(64), leftOut: 0 };
  estate.offsite.publish('website', 1, [{ path: '/', content: 'copied' }], { crawled });
  estate.offsite.publish('board', 2, [{ path: '/', content: 'rendered' }]);
  const refusedOf = (name: string) =>
    estate.offsite.findings.some(({ compartment, rule }) => compartment === name && rule === 'edition.unverified_bytes');
  await waitUntil(() => refusedOf('website') && refusedOf('board'), { what: 'both were refused' });
  const { website, board: kept } = await estate.status();
  assert.deepEqual([website?.edition, kept?.edition], [null, 1]);
});
