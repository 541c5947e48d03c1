import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Readmission, type Readmitted, readmissionSchema } from '@bulkhead/contracts';
import { type ErrorCode, hasCode } from '@bulkhead/kernel';
import { startScratchCluster } from '@bulkhead/postgres';
import { callWire } from '@bulkhead/wire';
import { z } from 'zod';
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

const ask = { kind: 'readmit', reason: 'the host burnt down' } as const;
const look = (id: string): Promise<Readmission> =>
  callWire(world.deskPeer, { method: 'GET', path: `/readmissions/${id}` }, readmissionSchema);
const body: Readmitted = { revoked: ['a'.repeat(64)], pin: 'b'.repeat(64), gatewayKey: 'gateway-2', jobKey: 'jobs-2' };
const use = (id: string) =>
  callWire(world.deskPeer, { method: 'POST', path: `/readmissions/${id}/use`, body }, z.object({ ok: z.literal(true) }));

test('[LK12] headquarters is given up by two operators: one asks, another approves exactly that, all is sealed, and one may join, once', async () => {
  const { request = '' } = await world.command('alice', ask);
  const { digest } = await look(request);
  const approve = { kind: 'approve', request, digest } as const;
  await assert.rejects(world.command('alice', approve), refusedWith('approval.same_person'));
  await assert.rejects(world.command('bob', { ...approve, digest: 'f'.repeat(64) }), refusedWith('approval.wrong_digest'));
  await assert.rejects(use(request), refusedWith('site.wrong_state'));
  assert.ok((await world.state()).compartments.every(({ desired }) => desired === 'open'));
  await world.command('bob', approve);
  const sealed = (await world.state()).compartments;
  assert.ok(sealed.every(({ desired }) => desired === 'sealed'));
  assert.deepEqual(sealed[0]?.seal?.by, ['operator:alice', 'operator:bob']);
  await assert.rejects(world.command('bob', approve), refusedWith('site.wrong_state'));
  await use(request);
  assert.equal((await look(request)).state, 'done');
  await assert.rejects(use(request), refusedWith('site.wrong_state'));
  const told = (await world.entries()).filter(({ kind }) => kind === 'site.readmitted');
  assert.equal(told.length, 1);
  const { requestedBy, approvedBy, revoked, pin } = told[0]?.body ?? {};
  assert.deepEqual([requestedBy, approvedBy, revoked, pin], ['operator:alice', 'operator:bob', body.revoked, body.pin]);
});

test('[LK12] what a second operator refused lets nobody in, nor does what nobody asked for', async () => {
  const { request = '' } = await world.command('bob', ask);
  await world.command('alice', { kind: 'refuse', request, reason: 'the host stands' });
  assert.equal((await look(request)).state, 'refused');
  await assert.rejects(use(request), refusedWith('site.wrong_state'));
  await assert.rejects(use('readmission-nobody'), refusedWith('request.not_found'));
});
