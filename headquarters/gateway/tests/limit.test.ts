import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ScratchEstate } from './scratch/estate.ts';
import { openSocket, statusesIn, untilClosed } from './scratch/raw.ts';

let estate: ScratchEstate;
before(async () => {
  estate = await ScratchEstate.start({
    limits: {
      headersMs: 500,
      keepAliveMs: 400,
      idleMs: 1500,
      connectionsPerAddress: 20,
      bodyIdleMs: 700,
      bodyGraceMs: 1500,
      bodyBytesPerSecond: 1000,
    },
  });
});
after(() => estate.stop());

/** A client that sends a byte now and then. */
async function drip(head: string, drop: string): Promise<{ readonly text: string; readonly tookMs: number }> {
  const socket = await openSocket(estate.port);
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  const over = untilClosed(socket);
  socket.write(head);
  const timer = setInterval(() => socket.write(drop), 50);
  const tookMs = await over;
  clearInterval(timer);
  return { text, tookMs };
}

test('[G15] headers that drip are given up', async () => {
  const { text, tookMs } = await drip(`GET /search HTTP/1.1\r\nHost: www.localhost:${estate.port}\r\nX-A: `, 'a');
  assert.ok(tookMs < 10_000, `${tookMs} ms`);
  assert.ok([408, undefined].includes(statusesIn(text)[0]));
});

test('[G15] a body that drips is given up, however steadily it does', async () => {
  const head = `POST /letters HTTP/1.1\r\nHost: www.localhost:${estate.port}\r\nOrigin: ${estate.url('www')}\r\nContent-Length: 1000\r\n\r\n`;
  const { text, tookMs } = await drip(head, 'a');
  assert.ok(tookMs < 10_000, `${tookMs} ms`);
  assert.deepEqual(statusesIn(text), [408]);
});

test('[G15] a connection on which nothing is asked is closed', async () => {
  assert.ok((await untilClosed(await openSocket(estate.port))) < 10_000);
});

test('[G15] one address holds so many connections and no more; a closed one makes room', async () => {
  await new Promise((resolve) => setTimeout(resolve, 600));
  const sockets = await Promise.all(Array.from({ length: 20 }, () => openSocket(estate.port)));
  const over = await openSocket(estate.port);
  await untilClosed(over);
  assert.ok(sockets.every((socket) => !socket.destroyed));
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal((await estate.ask('/search')).status, 200);
});

test('[G15] a route with a rate of its own answers 429 beyond it, and says when to come again', async () => {
  const vote = () => estate.ask('/votes', { host: 'news', method: 'POST', body: 'x' });
  const answers = [await vote(), await vote(), await vote(), await vote()];
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200, 429],
  );
  const seconds = Number(answers[3]?.headers['retry-after']);
  assert.ok(seconds > 5 && seconds <= 20, `${seconds} s`);
  const session = estate.signIn();
  assert.equal(
    (await estate.ask('/votes', { host: 'news', method: 'POST', body: 'x', session })).status,
    200,
    'an account has a count of its own',
  );
});
