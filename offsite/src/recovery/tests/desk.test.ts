import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { EstateError, hasCode } from '@bulkhead/kernel';
import { startScratchCluster } from '@bulkhead/postgres';
import { waitUntil } from '@bulkhead/testkit';
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

const sealIdentity = { kind: 'seal', compartment: 'identity', reason: 'an exercise' } as const;

function refusedWith(code: EstateError['code']) {
  return (error: unknown) => {
    assert.ok(hasCode(error, code), `refused otherwise: ${String(error)} ${String(error instanceof Error ? error.cause : '')}`);
    return true;
  };
}

async function refusals(): Promise<number> {
  const [row] = await world.admin.query<{ reports: string }>(
    "select coalesce(sum(reports), 0) as reports from finding where rule = 'operator.refused'",
  );
  return Number(row?.reports ?? 0);
}

async function isSealed(): Promise<boolean> {
  const { compartments } = await world.state();
  return compartments.some(({ desired }) => desired === 'sealed');
}

test('[C14] a command of somebody who is not enrolled is refused, and is a finding', async () => {
  const found = await refusals();
  await assert.rejects(world.command('mallory', sealIdentity), refusedWith('operator.unknown'));
  assert.equal(await refusals(), found + 1);
  assert.equal(await isSealed(), false);
});

test('[C14] a command changed after it was signed is refused, and is a finding', async () => {
  const found = await refusals();
  const signed = world.sign('alice', { ...sealIdentity, compartment: 'website' });
  const changed = { ...signed, message: signed.message.replace('website', 'identity') };
  await assert.rejects(world.send(changed), refusedWith('signature.invalid'));
  const [otherName] = [{ ...signed, keyId: 'operator:bob' }];
  await assert.rejects(world.send(otherName), refusedWith('signature.invalid'));
  assert.equal(await refusals(), found + 2);
  assert.equal(await isSealed(), false);
});

test('[C14] a command from more than five minutes ago, or from the future, is refused', async () => {
  for (const shiftMs of [-301_000, 301_000]) {
    const issuedAt = new Date(Date.now() + shiftMs).toISOString();
    await assert.rejects(world.send(world.sign('alice', sealIdentity, { issuedAt })), refusedWith('order.stale'));
  }
  assert.equal(await isSealed(), false);
});

test('[C14] a command is obeyed once: its copy is refused, even at the same moment, and is a finding', async () => {
  const found = await refusals();
  const refuse = world.sign('alice', { kind: 'refuse', request: 'r0', reason: 'there is none' });
  const outcomes = await Promise.allSettled([world.send(refuse), world.send(refuse)]);
  const codes = outcomes.map((outcome) => outcome.status === 'rejected' && hasCode(outcome.reason, 'order.stale'));
  assert.equal(codes.filter(Boolean).length, 1);
  await assert.rejects(world.send(refuse), refusedWith('order.stale'));
  assert.equal(await refusals(), found + 2);
});

test('a command that means nothing is told so: unknown compartment, unknown recovery, no body, too much of one', async () => {
  await assert.rejects(
    world.command('alice', { kind: 'seal', compartment: 'mail', reason: 'an exercise' }),
    refusedWith('compartment.unknown'),
  );
  await assert.rejects(
    world.command('alice', { kind: 'restore', compartment: 'mail', reason: 'an exercise' }),
    refusedWith('compartment.unknown'),
  );
  await assert.rejects(
    world.command('alice', { kind: 'approve', request: 'r0', digest: '0'.repeat(64) }),
    refusedWith('request.not_found'),
  );
  await assert.rejects(
    world.command('alice', { kind: 'open', compartment: 'website', reason: 'it is open already' }),
    refusedWith('compartment.wrong_state'),
  );
  const post = (body: unknown) => callWire(world.deskPeer, { method: 'POST', path: '/commands', body }, z.unknown());
  await assert.rejects(post({}), refusedWith('input.invalid'));
  await assert.rejects(post({ keyId: 'x', message: 'm'.repeat(70_000), signature: '' }), refusedWith('input.too_large'));
  await assert.rejects(
    callWire({ ...world.deskPeer, secret: 'not that of the desk' }, { method: 'GET', path: '/state' }, z.unknown()),
    refusedWith('request.unauthenticated'),
  );
});

test('[E15] one operator rolls an edition back by a signed command, which stands in the ledger, and publishes again', async () => {
  const list = () =>
    callWire(world.deskPeer, { method: 'GET', path: '/editions/website' }, z.object({ latest: z.number(), paused: z.boolean() }));
  const rollback = { kind: 'rollback', compartment: 'website', reason: 'a wrong picture' } as const;
  const asked = await world.command('alice', { ...rollback, number: 7 });
  assert.equal(asked.edition, 8);
  assert.deepEqual(await list(), { latest: 7, paused: true });
  await waitUntil(
    async () =>
      (await world.entries()).some(
        ({ kind, body }) => kind === 'command.received' && JSON.stringify(body).includes('a wrong picture'),
      ),
    { what: 'the rollback is in the ledger' },
  );
  await assert.rejects(world.command('alice', { ...rollback, number: 6 }), refusedWith('request.not_found'));
  await assert.rejects(world.command('mallory', { ...rollback, number: 7 }), refusedWith('operator.unknown'));
  await world.command('alice', { kind: 'publish', compartment: 'website', reason: 'it is put right' });
  assert.deepEqual(await list(), { latest: 7, paused: false });
});

test('every genuine command is in the ledger, with its signature', async () => {
  const signed = world.sign('bob', { kind: 'refuse', request: 'r1', reason: 'there is none' });
  await assert.rejects(world.send(signed), refusedWith('request.not_found'));
  const entry = await waitUntil(
    async () =>
      (await world.entries()).find(({ kind, body }) => kind === 'command.received' && body['operator'] === 'operator:bob'),
    { what: 'the command is in the ledger' },
  );
  assert.deepEqual(entry.body['signed'], signed);
});
