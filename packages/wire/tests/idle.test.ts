import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { CALLER_IDLE_MS, callWire, openWire, SERVER_IDLE_MS } from '../src/index.ts';

/** Longer than a server of Node's keeps an idle connection by itself. */
const HELD_UP_MS = 6_500;

const directory = await mkdtemp(join(tmpdir(), 'bhw-'));
const peer = { socket: join(directory, 's'), secret: 'secret' };
// In a thread of its own: it goes on while this one is held up.
const server = new Worker(new URL('./serving.ts', import.meta.url), { workerData: peer.socket });
after(async () => {
  await server.terminate();
  await rm(directory, { recursive: true, force: true });
});

test('a caller that was held up takes up a connection that it had kept, and is answered', async () => {
  await once(server, 'message');
  const call = { method: 'GET', path: '/' } as const;
  await callWire(peer, call, z.object({ ok: z.literal(true) }));
  await new Promise(setImmediate);
  // Nothing is heard meanwhile, also not that the connection was closed.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, HELD_UP_MS);
  await callWire(peer, call, z.object({ ok: z.literal(true) }));
});

test('a server keeps an idle connection several times as long as a caller does', async () => {
  const { headers, body } = await openWire(peer, { method: 'GET', path: '/' });
  body.resume();
  assert.equal(headers['keep-alive'], `timeout=${SERVER_IDLE_MS / 1000}`);
  assert.ok(SERVER_IDLE_MS >= 5 * CALLER_IDLE_MS);
});
