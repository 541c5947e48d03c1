import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { waitUntil } from '@bulkhead/testkit';
import { WebSocket } from 'ws';
import { ScratchEstate } from './scratch/estate.ts';

let estate: ScratchEstate;
before(async () => {
  estate = await ScratchEstate.start();
});
after(() => estate.stop());

type Outcome = { readonly socket: WebSocket; readonly said: string[]; readonly closed: Promise<number> };

/** Opens a WebSocket; rejects with the status when it is refused. */
function open(given: {
  readonly cookie?: string;
  readonly origin?: string;
  readonly path?: string;
  readonly host?: string;
}): Promise<Outcome> {
  const host = given.host ?? 'news';
  const headers = { host: `${host}.localhost:${estate.port}`, ...(given.cookie ? { cookie: given.cookie } : {}) };
  const socket = new WebSocket(`ws://127.0.0.1:${estate.port}${given.path ?? '/live'}`, {
    headers,
    ...(given.origin === 'none' ? {} : { origin: given.origin ?? estate.url(host) }),
  });
  const said: string[] = [];
  socket.on('message', (data) => said.push(data.toString()));
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve({ socket, said, closed }));
    socket.on('unexpected-response', (_request, response) => reject(new Error(`status ${response.statusCode}`)));
    socket.on('error', () => undefined);
  });
}

const refusedWith = (status: number) => (error: unknown) => error instanceof Error && error.message === `status ${status}`;

test('a WebSocket passes through, with a token and no cookie', async () => {
  const session = estate.signIn();
  let seen: Record<string, unknown> = {};
  estate.website.webSockets.on('connection', (...given: unknown[]) => {
    const [, request] = given;
    seen = (request as { headers: Record<string, unknown> }).headers;
  });
  const { socket, said } = await open({ cookie: estate.cookie(session, 'news') });
  socket.send('hello');
  await waitUntil(() => said.length > 0, { what: 'the answer has come' });
  assert.deepEqual(said, ['you said hello']);
  assert.equal(typeof seen['bulkhead-token'], 'string');
  assert.equal(seen['cookie'], undefined);
  socket.terminate();
});

test('[G7] a WebSocket is refused without a session, from another site, and where no route is one', async () => {
  const session = estate.signIn();
  const cookie = estate.cookie(session, 'news');
  await assert.rejects(open({}), refusedWith(401));
  await assert.rejects(open({ cookie, origin: 'http://evil.example' }), refusedWith(403));
  await assert.rejects(open({ cookie, origin: 'none' }), refusedWith(403));
  await assert.rejects(open({ cookie, path: '/drafts' }), refusedWith(404));
  await assert.rejects(open({ host: 'www', path: '/' }), refusedWith(404));
  await assert.rejects(open({ cookie: estate.cookie(estate.signIn({ roles: {} }), 'news') }), refusedWith(403));
  assert.equal((await estate.ask('/live', { host: 'news', session })).status, 400);
});

test('[G6] a WebSocket ends with its session', async () => {
  const session = estate.signIn();
  const other = estate.signIn();
  const { closed } = await open({ cookie: estate.cookie(session, 'news') });
  const kept = await open({ cookie: estate.cookie(other, 'news') });
  estate.identity.end(session.id);
  await closed;
  kept.socket.send('still here');
  await waitUntil(() => kept.said.length > 0, { what: "another session's WebSocket goes on" });
  kept.socket.terminate();
});

test('[G14] a seal ends the WebSockets of its compartment', async () => {
  const session = estate.signIn();
  const { closed } = await open({ cookie: estate.cookie(session, 'news') });
  estate.offsite.order('website', 'sealed');
  await closed;
  await assert.rejects(open({ cookie: estate.cookie(session, 'news') }), refusedWith(503));
  estate.offsite.order('website', 'open');
  await estate.untilState('website', 'open');
  (await open({ cookie: estate.cookie(session, 'news') })).socket.terminate();
});

test('a WebSocket that was asked for inside what follows an ambiguous request is never opened', async () => {
  const host = `news.localhost:${estate.port}`;
  const hidden = [
    'GET /live HTTP/1.1',
    `Host: ${host}`,
    `Origin: ${estate.url('news')}`,
    `Cookie: ${estate.cookie(estate.signIn(), 'news')}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  ];
  const ambiguous = ['GET / HTTP/1.1', `Host: ${host}`, `Host: ${host}`];
  const answer = await new Promise<string>((resolve, reject) => {
    let text = '';
    const connection = connect({ host: '127.0.0.1', port: estate.port }, () =>
      connection.write(`${ambiguous.join('\r\n')}\r\n\r\n${hidden.join('\r\n')}\r\n\r\n`),
    );
    connection.on('data', (chunk) => (text += chunk.toString('latin1')));
    connection.once('close', () => resolve(text)).once('error', reject);
    setTimeout(() => connection.destroy(), 3000).unref();
  });
  assert.doesNotMatch(answer, /HTTP\/1\.1 101/);
});
