import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Recovery } from '@bulkhead/contracts';
import { canonicalJson, type ErrorCode, hasCode, sha256Hex } from '@bulkhead/kernel';
import { startScratchCluster } from '@bulkhead/postgres';
import { waitUntil } from '@bulkhead/testkit';
import { callWire } from '@bulkhead/wire';
import { z } from 'zod';
import { World } from './world.ts';

const cluster = await startScratchCluster();
after(() => cluster.stop());

/** Runs a test in a world of its own, with both compartments open. */
async function inWorld(work: (world: World) => Promise<void>, patience: Record<string, number> = {}) {
  const world = await World.open({ cluster, patience });
  try {
    await world.start();
    await world.untilOpen();
    await work(world);
  } catch (error) {
    console.error(world.output());
    throw error;
  } finally {
    await world.close();
  }
}

const reason = 'an exercise';
const restore = { kind: 'restore', compartment: 'website', reason } as const;
const reopen = { kind: 'open', compartment: 'website', reason } as const;

async function request(world: World, command: typeof restore | typeof reopen = restore): Promise<string> {
  const { recovery = '' } = await world.command('alice', command);
  return recovery;
}

function approve(world: World, { id, awaiting }: Recovery, operator: 'alice' | 'bob' = 'bob', digest = awaiting?.digest ?? '') {
  return world.command(operator, { kind: 'approve', request: id, digest });
}

function refusedWith(code: ErrorCode) {
  return (error: unknown) => {
    assert.ok(hasCode(error, code), String(error));
    return true;
  };
}

function statesOf(world: World): Promise<string[]> {
  return world.admin
    .query<{ state: string }>("select state from site_order where compartment = 'website' order by epoch")
    .then((rows) => rows.map(({ state }) => state));
}

test('a compartment is restored from off-site and opened again, through every gate, by two operators', () =>
  inWorld(async (world) => {
    world.peers.verification = { blobs: [] };
    world.peers.standbyRows = 'the rows of the standby';
    world.peers.renderedSubjects = ['article 1', 'article 3'];
    const id = await request(world);
    const waiting = await world.untilStep(id, 'approve');
    assert.equal(waiting.awaiting?.diff?.sealLsn, '0/4000000');
    assert.equal(waiting.awaiting?.digest, sha256Hex(canonicalJson(waiting.awaiting?.diff ?? null)));
    assert.deepEqual(waiting.awaiting?.diff?.tables, [{ table: 'article', rows: 3, standbyRows: 3, isSame: false }]);
    const { leaving, ...pages } = waiting.awaiting?.diff?.pages ?? {};
    assert.deepEqual(pages, { same: 2, changed: [], missing: [] });
    assert.deepEqual([leaving?.subjects, leaving?.count], [['article 2'], 1]);
    assert.ok(waiting.awaiting?.diff?.checks.every(({ ok }) => ok));
    assert.equal((await world.website()).desired, 'sealed');
    await approve(world, waiting);
    const done = await world.untilStep(id, 'done');
    assert.deepEqual(
      done.steps.map(({ step }) => step),
      ['seal', 'restore', 'verify', 'close', 'diff', 'approve', 'swap', 'protect', 'read-only', 'replay', 'probe', 'open'],
    );
    assert.ok(done.steps.every(({ endedAt }) => endedAt !== null));
    assert.equal(done.lostBeyondSeal, 128);
    assert.deepEqual(await statesOf(world), ['open', 'sealed', 'restoring', 'read-only', 'open']);
    assert.equal(world.headquarters.images.length, 1);
    assert.deepEqual(
      world.peers.receiver.joins.map(({ timeline, epoch }) => ({ timeline, epoch })),
      [{ timeline: 2, epoch: 3 }],
    );
    assert.deepEqual(world.peers.receiver.bases, [{ timeline: 1 }, { timeline: 2 }]);
    assert.deepEqual(world.peers.rebuilt, ['website']);
    await waitUntil(() => world.peers.deletedQuarantines.includes(id), { what: 'the quarantine is gone' });
    assert.equal(world.peers.paused.size, 0);
    assert.deepEqual(world.peers.mayVanish, ['article 2'], 'what was approved to leave, and nothing else');
    const [password] = world.headquarters.replicationPasswords;
    assert.match(password ?? '', /^[0-9a-f]{64}$/);
    assert.deepEqual(
      world.peers.receiver.joins.map((join) => join.password),
      [password],
      'both sites have the same new one',
    );
    assert.ok(!JSON.stringify(await world.entries()).includes(password ?? '?'));
    const kinds = (await world.entries()).map(({ kind }) => kind);
    assert.equal(kinds.filter((kind) => kind === 'approval.given').length, 1);
    const told = await waitUntil(
      async () => world.peers.status.at(-1)?.notices.find(({ kind }) => kind === 'reopened') && world.peers.status.at(-1),
      { what: 'the public is told' },
    );
    assert.equal(told.compartments.find(({ name }) => name === 'website')?.state, 'operational');
    assert.ok(told.compartments.find(({ name }) => name === 'website')?.lastRestoreAt);
  }));

test('an incident ends when the compartment is open again; what is found later begins another', () =>
  inWorld(async (world) => {
    const report = {
      rule: 'edition.unverified_bytes',
      compartment: 'website',
      summary: 'a file matches no signed edition',
      evidence: {},
      seenAt: new Date().toISOString(),
    };
    const raisedSchema = z.object({ id: z.number(), incident: z.number() });
    const raise = () => callWire(world.hqPeer, { method: 'POST', path: '/findings', body: report }, raisedSchema);
    const first = await raise();
    assert.deepEqual(await raise(), first);
    const id = await request(world);
    await approve(world, await world.untilStep(id, 'approve'));
    await world.untilStep(id, 'done');
    const later = await raise();
    assert.notEqual(later.id, first.id);
    assert.notEqual(later.incident, first.incident);
  }));

test('[C12] whoever asked cannot approve, another digest is refused, and both are findings', () =>
  inWorld(async (world) => {
    const id = await request(world);
    const waiting = await world.untilStep(id, 'approve');
    await assert.rejects(approve(world, waiting, 'alice'), refusedWith('approval.same_person'));
    await assert.rejects(approve(world, waiting, 'bob', 'f'.repeat(64)), refusedWith('approval.wrong_digest'));
    assert.equal((await world.website()).desired, 'sealed');
    const { findings } = await world.state();
    assert.ok(findings.some(({ rule }) => rule === 'operator.refused'));
    await approve(world, waiting);
    await world.untilStep(id, 'done');
    await assert.rejects(approve(world, waiting), refusedWith('compartment.wrong_state'));
  }));

test('a recovery that a person refuses ends, and the compartment stays sealed', () =>
  inWorld(async (world) => {
    const id = await request(world);
    await world.untilStep(id, 'approve');
    await world.command('bob', { kind: 'refuse', request: id, reason: 'the copy is too old' });
    const refused = await world.untilStep(id, 'refused');
    assert.match(refused.failure ?? '', /too old/);
    assert.equal((await world.website()).desired, 'sealed');
    assert.deepEqual(await statesOf(world), ['open', 'sealed']);
  }));

test('[C16] a copy that fails a gate is never approved: sealed it stays, the reason is told, and it can be asked for again', () =>
  inWorld(async (world) => {
    const gates = [
      { violations: 2, expected: /every article has a number \(2 rows break it\)/ },
      { checksums: false, expected: /page checksums \(base\/1\/2 block 3\)/ },
      { missingMigration: '0001-create-article.sql', expected: /0001-create-article.sql is missing/ },
      { blobs: ['a'.repeat(64)], expected: /1 named, 1 missing/ },
    ];
    for (const { expected, ...verification } of gates) {
      world.peers.verification = verification;
      const id = await request(world);
      const failed = await world.untilStep(id, 'failed');
      assert.match(failed.failure ?? '', expected);
      assert.equal(failed.steps.at(-1)?.step, 'verify');
      assert.equal((await world.website()).desired, 'sealed');
    }
    world.peers.verification = {};
    const id = await request(world);
    await approve(world, await world.untilStep(id, 'approve'));
    await world.untilStep(id, 'done');
    assert.deepEqual(await statesOf(world), ['open', 'sealed', 'restoring', 'read-only', 'open']);
  }));

test('[C16] a probe from outside that sees other bytes than the signed ones seals the compartment again', () =>
  inWorld(async (world) => {
    world.peers.serves = () => 'a page that nobody signed';
    const id = await request(world);
    await approve(world, await world.untilStep(id, 'approve'));
    const failed = await world.untilStep(id, 'failed');
    assert.match(failed.failure ?? '', /other bytes than the signed edition/);
    assert.deepEqual(await statesOf(world), ['open', 'sealed', 'restoring', 'read-only', 'sealed']);
    assert.ok(world.peers.receiver.seal, 'the receiver is sealed too');
  }));

test('[C16] headquarters that cannot lay the image down ends the recovery, sealed', () =>
  inWorld(async (world) => {
    world.headquarters.fails = ({ state }) => (state === 'restoring' ? 'the disk is full' : undefined);
    const id = await request(world);
    await approve(world, await world.untilStep(id, 'approve'));
    const failed = await world.untilStep(id, 'failed');
    assert.match(failed.failure ?? '', /the disk is full/);
    assert.deepEqual(await statesOf(world), ['open', 'sealed', 'restoring', 'sealed']);
  }));

test('an operator who seals during a recovery ends it: the newer order rules', () =>
  inWorld(async (world) => {
    const looked = Promise.withResolvers<void>();
    world.headquarters.onOrder = async ({ state }) => {
      if (state !== 'read-only') return;
      await world.command('bob', { kind: 'seal', compartment: 'website', reason: 'something is wrong' });
      looked.resolve();
    };
    const id = await request(world);
    await approve(world, await world.untilStep(id, 'approve'));
    await looked.promise;
    const failed = await world.untilStep(id, 'failed');
    assert.match(failed.failure ?? '', /a newer order took the place/);
    assert.deepEqual(await statesOf(world), ['open', 'sealed', 'restoring', 'read-only', 'sealed']);
  }));

test('[C13] the time that a recovery waits for a person is a step of its own', () =>
  inWorld(async (world) => {
    const id = await request(world);
    const waiting = await world.untilStep(id, 'approve');
    await new Promise((resolve) => setTimeout(resolve, 1200));
    await approve(world, waiting);
    const { steps } = await world.untilStep(id, 'done');
    const tookMs = (name: string) => {
      const step = steps.find((one) => one.step === name);
      return Date.parse(step?.endedAt ?? '') - Date.parse(step?.startedAt ?? '');
    };
    assert.ok(tookMs('approve') >= 1200);
    const others = steps.filter(({ step }) => step !== 'approve');
    assert.equal(others.length, 11);
    assert.equal(waiting.awaiting?.sinceAt, steps.find(({ step }) => step === 'approve')?.startedAt);
  }));

test('a restored cluster whose first WAL is gone is joined behind the gap, and a new base covers what follows', () =>
  inWorld(async (world) => {
    world.peers.receiver.losesFirstWal = true;
    const id = await request(world);
    await approve(world, await world.untilStep(id, 'approve'));
    const done = await world.untilStep(id, 'done');
    assert.match(done.steps.find(({ step }) => step === 'protect')?.detail ?? '', /from 0\/3000000 to 0\/5000000 is left behind/);
    assert.deepEqual(
      world.peers.receiver.joins.map(({ epoch }) => epoch),
      [3, 4],
    );
    assert.deepEqual(world.peers.receiver.bases, [{ timeline: 1 }, { timeline: 2 }]);
    await world.command('alice', { kind: 'seal', compartment: 'website', reason });
    assert.ok(world.peers.receiver.seal, 'it can be sealed as ever');
  }));

test('a second recovery of a compartment is refused while one runs', () =>
  inWorld(async (world) => {
    const id = await request(world);
    await world.untilStep(id, 'approve');
    await assert.rejects(request(world), refusedWith('compartment.wrong_state'));
    await assert.rejects(request(world, reopen), refusedWith('compartment.wrong_state'));
  }));

test('[C27] a sealed compartment is reopened as it stands by two operators, but not with an incident that names what was compromised, unless two waive it', () =>
  inWorld(async (world) => {
    await world.command('alice', { kind: 'seal', compartment: 'website', reason });
    const raise = (session: string) => {
      const evidence = { session, request: `request-of-${session}`, timeline: '1', lsn: '0/10' };
      const seenAt = new Date().toISOString();
      const body = { rule: 'write.mass_change', compartment: 'website', summary: 'a mass change', evidence, seenAt };
      return callWire(world.internalPeer, { method: 'POST', path: '/findings', body }, z.object({ incident: z.number() }));
    };
    const { incident } = await raise('thief');
    const waive = (operator: 'alice' | 'bob') =>
      world.command(operator, { kind: 'waive', request: `incident-${incident}`, reason: 'it was our own test' });
    const isHeldUp = (error: unknown) => {
      const said = error instanceof Error ? `${error.message} ${String(error.cause)}` : '';
      assert.match(said, new RegExp(`bulkhead undo website --incident ${incident}.*bulkhead waive incident-${incident}`));
      return refusedWith('hole.open')(error);
    };
    await assert.rejects(request(world, reopen), isHeldUp);
    await waive('alice');
    await waive('alice');
    await assert.rejects(request(world, reopen), isHeldUp, 'one operator’s word twice is one');
    await waive('bob');
    await raise('another thief');
    await assert.rejects(request(world, reopen), isHeldUp, 'they waived something else');
    await waive('bob');
    await waive('alice');
    const id = await request(world, reopen);
    const waiting = await world.untilStep(id, 'approve');
    assert.equal(waiting.awaiting?.diff, null);
    assert.match(waiting.steps.find(({ step }) => step === 'diff')?.detail ?? '', /waived by operator:bob and operator:alice/);
    const waived = (await world.entries()).filter(({ kind }) => kind === 'hole.waived');
    assert.deepEqual(
      waived.map(({ body }) => body['operator']),
      ['operator:alice', 'operator:bob', 'operator:bob', 'operator:alice'],
    );
    await assert.rejects(approve(world, waiting, 'alice'), refusedWith('approval.same_person'));
    await approve(world, waiting);
    const done = await world.untilStep(id, 'done');
    assert.deepEqual(
      done.steps.map(({ step }) => step),
      ['seal', 'diff', 'approve', 'protect', 'read-only', 'probe', 'open'],
    );
    assert.equal(world.peers.receiver.seal, null);
    assert.deepEqual(await statesOf(world), ['open', 'sealed', 'read-only', 'open']);
    assert.equal(world.peers.jails.size, 0);
    await assert.rejects(waive('alice'), refusedWith('compartment.wrong_state'), 'the incident is closed');
  }));

test('[C16] reopening that fails after the receiver was unsealed seals it again', () =>
  inWorld(async (world) => {
    await world.command('alice', { kind: 'seal', compartment: 'website', reason });
    const id = await request(world, reopen);
    world.headquarters.fails = ({ state }) => (state === 'read-only' ? 'the cluster does not start' : undefined);
    await approve(world, await world.untilStep(id, 'approve'));
    await world.untilStep(id, 'failed');
    assert.ok(world.peers.receiver.seal);
    assert.equal((await world.website()).desired, 'sealed');
  }));

test('[C9] a compartment opens only after those it needs: reopening is refused, a restore waits, then fails sealed', () =>
  inWorld(async (world) => {
    await world.command('alice', { kind: 'seal', compartment: 'website', reason });
    await world.command('alice', { kind: 'seal', compartment: 'identity', reason });
    await assert.rejects(request(world, reopen), refusedWith('compartment.wrong_state'));
    const id = await request(world);
    await approve(world, await world.untilStep(id, 'approve'));
    const failed = await world.untilStep(id, 'failed');
    assert.match(failed.failure ?? '', /it needs identity/);
    assert.equal((await world.website()).desired, 'sealed');
    const { recovery = '' } = await world.command('alice', { ...reopen, compartment: 'identity' });
    await approve(world, await world.untilStep(recovery, 'approve'));
    await world.untilStep(recovery, 'done');
    const again = await request(world);
    await approve(world, await world.untilStep(again, 'approve'));
    await world.untilStep(again, 'done');
  }));
