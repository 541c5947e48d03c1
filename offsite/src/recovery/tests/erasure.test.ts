import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { type Erasure, erasureSchema } from '@bulkhead/contracts';
import { type ErrorCode, hasCode, sha256Hex } from '@bulkhead/kernel';
import { startScratchCluster } from '@bulkhead/postgres';
import { waitUntil } from '@bulkhead/testkit';
import { callWire, openWire } from '@bulkhead/wire';
import { SECRET } from './peers.ts';
import { World } from './world.ts';

const cluster = await startScratchCluster();
after(() => cluster.stop());
const world = await World.open({ cluster });
after(() => world.close());
before(async () => {
  await world.start();
  await world.untilOpen();
});

function refusedWith(code: ErrorCode) {
  return (error: unknown) => hasCode(error, code) || assert.fail(`expected ${code}, got ${String(error)}`);
}

const vault = { socket: world.peers.socket('vault'), secret: SECRET };
const content = Buffer.from('a passport, published by mistake');
const sha256 = sha256Hex(content);
const ask = { kind: 'erase', compartment: 'website', sha256, allows: false, reason: 'published by mistake' } as const;
const put = () => openWire(vault, { method: 'PUT', path: `/blobs/${sha256}`, stream: Readable.from([content]) });
const read = () => openWire(vault, { method: 'GET', path: `/blobs/${sha256}` });
const look = (id: string): Promise<Erasure> =>
  callWire(world.deskPeer, { method: 'GET', path: `/erasures/${id}` }, erasureSchema);
const untilDone = (id: string) =>
  waitUntil(async () => (await look(id)).state === 'done' || undefined, { what: `${id} is done`, timeoutMs: 60_000 });

test('[V15] contents are erased by two operators: one asks, another approves exactly that, and the ledger tells it', async () => {
  await put();
  await assert.rejects(world.command('alice', { ...ask, compartment: 'identity' }), refusedWith('compartment.unknown'));
  const [shown] = world.peers.edition().files;
  assert.ok(shown);
  await assert.rejects(world.command('alice', { ...ask, sha256: shown.sha256 }), refusedWith('compartment.wrong_state'));
  const { request = '' } = await world.command('alice', ask);
  const { digest, state } = await look(request);
  assert.equal(state, 'waiting');
  const approve = { kind: 'approve', request, digest } as const;
  await assert.rejects(world.command('alice', approve), refusedWith('approval.same_person'));
  await assert.rejects(world.command('bob', { ...approve, digest: 'f'.repeat(64) }), refusedWith('approval.wrong_digest'));
  (await read()).body.resume();
  await world.command('bob', approve);
  await untilDone(request);
  assert.ok(world.peers.erasedFiles.includes(sha256), 'earlier editions lose them too');
  await assert.rejects(read(), refusedWith('blob.erased'));
  await assert.rejects(put(), refusedWith('blob.erased'));
  await assert.rejects(world.command('bob', approve), refusedWith('compartment.wrong_state'));
  const told = await waitUntil(async () => (await world.entries()).find(({ kind }) => kind === 'blob.erased'), {
    what: 'the ledger tells it',
    timeoutMs: 30_000,
  });
  const { requestedBy, approvedBy, reason } = told.body;
  assert.deepEqual([requestedBy, approvedBy, reason], ['operator:alice', 'operator:bob', 'published by mistake']);
});

test('[V15] an approved erasure is carried out after a kill; a refused one is not; two operators allow the contents again', async () => {
  const { request = '' } = await world.command('bob', { ...ask, allows: true });
  await world.command('alice', { kind: 'refuse', request, reason: 'not yet' });
  assert.equal((await look(request)).state, 'refused');
  await assert.rejects(put(), refusedWith('blob.erased'));
  const { request: again = '' } = await world.command('bob', { ...ask, allows: true });
  await world.command('alice', { kind: 'approve', request: again, digest: (await look(again)).digest });
  await world.kill();
  await world.start();
  await untilDone(again);
  await put();
  (await read()).body.resume();
});
