import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { FaultyLink } from './faulty-link.ts';
import { temporaryDirectory } from './temporary-directory.ts';
import { waitUntil } from './wait-until.ts';

const directory = await temporaryDirectory();
let server: Server;
let link: FaultyLink;
let client: Socket;
let accepted: Socket[] = [];
let rounds = 0;

/** An echo behind a link, over Unix sockets. */
beforeEach(async () => {
  const [front, back] = ['f', 'b'].map((name) => join(directory, `${name}${rounds}`)) as [string, string];
  rounds += 1;
  accepted = [];
  server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    accepted.push(socket);
  });
  server.listen(back);
  await once(server, 'listening');
  link = await FaultyLink.open({ listen: { path: front }, to: { path: back } });
  client = await dial(front);
});
afterEach(async () => {
  client.destroy();
  await link.close();
  for (const socket of accepted) socket.destroy();
  server.close();
});

async function dial(path: string): Promise<Socket> {
  const socket = connect({ path, allowHalfOpen: true });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

async function peer(): Promise<Socket> {
  return waitUntil(() => accepted.at(-1), { what: 'the link reaches the other end' });
}

/** Reads on until the other end is gone: over a Unix socket a reset looks like an end. */
function ended(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    for (const event of ['end', 'close']) socket.once(event, () => resolve());
    socket.resume();
  });
}

/** Until so many bytes came. */
async function take(socket: Socket, bytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for (let have = 0; have < bytes; ) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    chunks.push(chunk);
    have += chunk.length;
  }
  return Buffer.concat(chunks);
}

test('a link carries bytes as they are, both ways, and ends in good order', async () => {
  const other = await peer();
  other.pipe(other);
  const sent = Array.from({ length: 40 }, (_, at) => randomBytes(1 + ((at * 7919) % 90_000)));
  const hash = createHash('sha256');
  client.on('data', (chunk) => hash.update(chunk));
  for (const bytes of sent) client.write(bytes);
  client.end();
  await once(client, 'end');
  assert.equal(hash.digest('hex'), createHash('sha256').update(Buffer.concat(sent)).digest('hex'));
  const total = Buffer.concat(sent).length;
  assert.deepEqual(link.carriedBytes, { up: total, down: total });
  await waitUntil(() => link.connections === 0, { what: 'nothing of the connection is left' });
});

test('latency holds each way, and what is on the way together takes it together', async () => {
  const other = await peer();
  other.pipe(other);
  link.set({ latencyMs: 60 });
  const begunMs = performance.now();
  for (let at = 0; at < 20; at += 1) client.write(Buffer.alloc(1000, at));
  await take(client, 20_000);
  const tookMs = performance.now() - begunMs;
  assert.ok(tookMs >= 119, `${tookMs} ms for a round trip of 120`);
  assert.ok(tookMs < 20 * 120, 'twenty messages share their round trip');
});

test('bandwidth is not exceeded', async () => {
  const other = await peer();
  link.set({ bytesPerSecond: 1_000_000 });
  const begunMs = performance.now();
  client.write(randomBytes(300_000));
  await take(other, 300_000);
  assert.ok(performance.now() - begunMs >= 295);
});

test('a stalled link delivers nothing, tells nobody, and loses nothing; it may be stalled one way alone', async () => {
  const other = await peer();
  link.stall('up');
  client.write('up');
  other.write('down');
  assert.equal(String(await take(client, 4)), 'down');
  assert.equal(other.bytesRead, 0);
  link.stall();
  other.write('more');
  await sleep(50);
  assert.deepEqual([other.bytesRead, client.bytesRead, client.destroyed, other.destroyed], [0, 4, false, false]);
  const arriving = [take(other, 2), take(client, 4)];
  link.flow();
  assert.deepEqual((await Promise.all(arriving)).map(String), ['up', 'more']);
});

test('a sender waits when nobody reads at the other end, or when the link is stalled', async () => {
  await peer();
  link.stall('up');
  let written = 0;
  const piece = Buffer.alloc(1_048_576);
  for (let hasRoom = true; hasRoom && written < 64; written += 1) {
    hasRoom = client.write(piece);
    if (!hasRoom) hasRoom = await Promise.race([once(client, 'drain').then(() => true), sleep(100).then(() => false)]);
  }
  assert.ok(written < 16, `${written} MiB were taken`);
});

test('a reset ends what there is, in the midst of a message if so ordered; a cut link lets nobody through until it is mended', async () => {
  const other = await peer();
  link.resetAfter(150_000, 'up');
  client.write(randomBytes(400_000));
  await Promise.all([ended(client), ended(other)]);
  assert.ok(other.bytesRead < 400_000);
  const path = join(directory, `f${rounds - 1}`);
  client = await dial(path);
  await waitUntil(() => accepted.length === 2, { what: 'a new connection passes' });
  link.cut();
  await ended(client);
  const refused = await dial(path);
  await ended(refused);
  assert.equal(accepted.length, 2);
  link.mend();
  client = await dial(path);
  client.write('again');
  await waitUntil(() => accepted.length === 3, { what: 'the mended link passes' });
  assert.equal(String(await take(await peer(), 5)), 'again');
});

test('over TCP a reset is one, and the port is told', async () => {
  const echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket));
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  const address = echo.address();
  assert.ok(address !== null && typeof address !== 'string');
  const tcp = await FaultyLink.open({ listen: { host: '127.0.0.1', port: 0 }, to: { host: '127.0.0.1', port: address.port } });
  const socket = connect({ host: '127.0.0.1', port: tcp.port });
  await once(socket, 'connect');
  socket.write('echo');
  assert.equal(String(await take(socket, 4)), 'echo');
  const failed = once(socket, 'error');
  tcp.reset();
  const [error] = (await failed) as [NodeJS.ErrnoException];
  assert.equal(error.code, 'ECONNRESET');
  await tcp.close();
  echo.close();
});
