import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
  EMPTY_SCOPE,
  generateSigningKey,
  type OperatorCommand,
  PURPOSES,
  type Recovery,
  type RepairStep,
  type SigningKey,
  signMessage,
  verifyToken,
} from '@bulkhead/contracts';
import { canonicalJson, type ErrorCode, hasCode, sha256Hex } from '@bulkhead/kernel';
import { startScratchCluster } from '@bulkhead/postgres';
import { callWire, openWire } from '@bulkhead/wire';
import { z } from 'zod';
import { transaction } from './history-peer.ts';
import { gatewayKey, jobKey, orderKeys, World } from './world.ts';

const cluster = await startScratchCluster();
after(() => cluster.stop());

/** Runs a test in a world of its own where a stolen session added two articles between those of honest people. */
async function inWorld(work: (world: World) => Promise<void>, patience: Record<string, number> = {}) {
  const world = await World.open({ cluster, patience });
  try {
    await world.start();
    await world.untilOpen();
    world.peers.history.transactions = [
      transaction(1, { sessionId: 'session-of-alice', accountId: 'alice', address: '192.0.2.1' }),
      transaction(2, {}),
      transaction(3, { sessionId: 'session-of-bob', accountId: 'bob', address: '192.0.2.2' }),
      transaction(4, { route: 'article.approve', path: '/articles/7/approve' }),
      transaction(5, {}),
    ];
    world.peers.history.steps = [step(5), step(4), step(2)];
    await work(world);
  } catch (error) {
    console.error(world.output());
    throw error;
  } finally {
    await world.close();
  }
}

function step(sequence: number): RepairStep {
  const { commitLsn, xid, timeline } = transaction(sequence, {});
  return {
    kind: 'delete',
    table: 'public.article',
    key: { id: String(sequence) },
    expected: { id: String(sequence) },
    origin: { commitLsn, xid, timeline },
  };
}

const scope = { ...EMPTY_SCOPE, sessions: ['session-of-mallory'] };
const reason = 'an exercise';
const undo: OperatorCommand = { kind: 'undo', compartment: 'website', reason, way: 'undo', scope, closeRoutes: [] };

async function ask(world: World, command: OperatorCommand = undo): Promise<string> {
  const { recovery = '' } = await world.command('alice', command);
  return recovery;
}

function approve(world: World, { id, awaiting }: Recovery) {
  return world.command('bob', { kind: 'approve', request: id, digest: awaiting?.digest ?? '' });
}

async function complete(world: World, command: OperatorCommand = undo): Promise<Recovery> {
  const id = await ask(world, command);
  await approve(world, await world.untilStep(id, 'approve'));
  return world.untilStep(id, 'done');
}

function refusedWith(code: ErrorCode) {
  return (error: unknown) => hasCode(error, code) || assert.fail(String(error));
}

test('[C19] a stolen session is taken out of the copy, approved with what was done and how the hole is closed, and the copy goes live', () =>
  inWorld(async (world) => {
    const id = await ask(world);
    const waiting = await world.untilStep(id, 'approve');
    const diff = waiting.awaiting?.diff;
    assert.equal(waiting.awaiting?.digest, sha256Hex(canonicalJson(diff ?? null)));
    assert.equal(diff?.repair?.plan, id);
    assert.deepEqual([diff?.repair?.steps, diff?.repair?.applied, diff?.repair?.rowsFromCopy], [3, 3, 0]);
    assert.deepEqual(diff?.hole?.blocks.sessions, ['session-of-mallory']);
    assert.deepEqual(
      diff?.hole?.blocks.accounts.map(({ account }) => account),
      ['mallory'],
    );
    assert.deepEqual(diff?.hole?.replay, { requests: 2, refused: 2, leftToBuild: 0, passing: [], passingCount: 0 });
    assert.deepEqual(diff?.hole?.open, []);
    await approve(world, waiting);
    const done = await world.untilStep(id, 'done');
    assert.deepEqual(
      done.steps.map((one) => one.step),
      [
        'seal',
        'restore',
        'repair',
        'verify',
        'close',
        'diff',
        'approve',
        'swap',
        'protect',
        'read-only',
        'replay',
        'probe',
        'open',
      ],
    );
    const repair = world.peers.repairs.get(id);
    assert.equal(repair?.lines.length, 3);
    assert.equal(world.peers.repairsDone, 1);
    const token = await verifyToken(repair?.token, { keys: orderKeys, compartment: 'website', now: () => new Date() });
    assert.deepEqual([token.requestId, token.route, token.path], [id, 'job:repair', `/plans/${id}`]);
    const orders = world.headquarters.seen.map(({ order }) => order).filter(({ compartment }) => compartment === 'website');
    const after = orders.slice(orders.findIndex(({ state }) => state === 'restoring'));
    assert.deepEqual(
      after.map(({ state }) => state),
      ['restoring', 'read-only', 'open'],
    );
    assert.ok(
      after.every(({ blocks }) => blocks?.sessions.includes('session-of-mallory')),
      'every order carries what is blocked',
    );
    const [before, again] = world.headquarters.replays;
    assert.deepEqual(before?.requests.map(({ route }) => route).sort(), ['article.add', 'article.approve']);
    assert.deepEqual(again?.requests, before?.requests, 'what was tried before the swap was tried again after it');
    assert.equal(
      (await world.entries()).filter(({ body }) => JSON.stringify(body).includes(world.headquarters.vaultSecrets[0] ?? '?'))
        .length,
      0,
    );
  }));

test('[C22] with the swap the vault knows the compartment by another secret, which headquarters fetches; the old one opens nothing', () =>
  inWorld(async (world) => {
    await complete(world);
    const [secret] = world.headquarters.vaultSecrets;
    assert.match(secret ?? '', /^[0-9a-f]{64}$/);
    const ask = (given: string) =>
      openWire({ socket: world.peers.socket('vault'), secret: given }, { method: 'GET', path: '/health' }).then(({ body }) =>
        body.resume(),
      );
    await ask(secret ?? '');
    await assert.rejects(ask(world.deskPeer.secret ?? ''), refusedWith('wire.refused'));
    assert.equal(JSON.stringify(await world.admin.query('select vault_secret from recovery')).includes(secret ?? '?'), false);
  }));

test('[C19] a copy that was built anew after the approval is repaired again, and must hold the rows that were approved', () =>
  inWorld(async (world) => {
    const id = await ask(world);
    const waiting = await world.untilStep(id, 'approve');
    world.peers.restartJails();
    await approve(world, waiting);
    await world.untilStep(id, 'done');
    assert.equal(world.peers.repairsDone, 2);
    const again = await ask(world);
    const shown = await world.untilStep(again, 'approve');
    world.peers.restartJails();
    world.peers.rows = 'rows that nobody approved';
    await approve(world, shown);
    assert.match((await world.untilStep(again, 'failed')).failure ?? '', /differs from the one that was approved/);
  }));

test('[C20] a scope with commands that change the schema is refused for undo, and done again from just before it', () =>
  inWorld(async (world) => {
    world.peers.history.transactions[1] = transaction(2, null, {
      ddl: [{ command: 'CREATE FUNCTION', type: 'function', identity: 'public.harmless()' }],
    });
    const untagged = { ...EMPTY_SCOPE, untagged: true };
    await assert.rejects(ask(world, { ...undo, scope: untagged }), refusedWith('repair.needs_redo'));
    const id = await ask(world, { ...undo, way: 'redo', scope: untagged });
    const waiting = await world.untilStep(id, 'approve');
    assert.equal(world.peers.quarantines.at(-1)?.targetLsn, transaction(1, {}).commitLsn, 'the end of the commit before');
    assert.equal(waiting.awaiting?.diff?.repair?.way, 'redo');
    assert.equal(waiting.awaiting?.diff?.hole?.unattributed, 1);
  }));

test('[C20] what no role of the application can have done is noticed without any DDL: the undo ends sealed', () =>
  inWorld(async (world) => {
    const tables = [{ table: 'public.article', inserts: 0, updates: 0, deletes: 0, truncates: 1 }];
    world.peers.history.transactions[1] = transaction(2, null, { tables });
    const id = await ask(world, { ...undo, scope: { ...EMPTY_SCOPE, untagged: true } });
    const failed = await world.untilStep(id, 'failed');
    assert.match(failed.failure ?? '', /TRUNCATE of public\.article without a token.*redo/);
    assert.equal((await world.website()).desired, 'sealed');
  }));

test('[C26] rows of a truncated table come from a second quarantine on a timeline of its own, between the steps of later and earlier changes', () =>
  inWorld(async (world) => {
    const { commitLsn } = transaction(4, {});
    const tables = [{ table: 'public.article', inserts: 0, updates: 0, deletes: 0, truncates: 1 }];
    world.peers.history.transactions[3] = transaction(4, {}, { tables });
    world.peers.history.fromCopy = [{ table: 'public.article', beforeLsn: commitLsn }];
    world.peers.history.steps = [step(5), step(2)];
    world.peers.copiedRows = [
      { id: '1', title: 'one' },
      { id: '2', title: null },
    ];
    const id = await ask(world);
    const waiting = await world.untilStep(id, 'approve');
    const kinds = (world.peers.repairs.get(id)?.lines ?? [])
      .map((line) => JSON.parse(line))
      .map((one) => `${one.kind} ${one.key?.id ?? one.row.id}`);
    assert.deepEqual(kinds, ['delete 5', 'insert 1', 'insert 2', 'delete 2']);
    assert.equal(waiting.awaiting?.diff?.repair?.rowsFromCopy, 2);
    const [main, copy] = world.peers.quarantines;
    assert.equal(copy?.targetLsn, transaction(3, {}).commitLsn);
    assert.notEqual(copy?.newTimeline, main?.newTimeline);
    assert.ok(world.peers.deletedQuarantines.includes(`${id}-copy-1`), 'given back once its rows were taken');
    await approve(world, waiting);
    await world.untilStep(id, 'done');
  }));

test('[C24] a hole that stays open is not approved; one operator waives in vain, two in the ledger let it pass, by another digest', () =>
  inWorld(async (world) => {
    world.headquarters.judges = ({ requests }) => requests.map(() => ({ verdict: 'passes' as const, detail: 'open to anybody' }));
    const id = await ask(world);
    const waiting = await world.untilStep(id, 'approve');
    assert.match(waiting.awaiting?.diff?.hole?.open[0] ?? '', /2 of 2 recorded requests would pass/);
    await assert.rejects(approve(world, waiting), refusedWith('hole.open'));
    const waive = { kind: 'waive', request: id, reason: 'the form is needed, we watch it' } as const;
    await world.command('bob', waive);
    await world.command('bob', waive);
    const once = await world.recovery(id);
    await assert.rejects(approve(world, once), refusedWith('hole.open'));
    await world.command('alice', waive);
    await assert.rejects(approve(world, waiting), refusedWith('approval.wrong_digest'));
    await approve(world, await world.recovery(id));
    const done = await world.untilStep(id, 'done');
    assert.match(done.steps.find((one) => one.step === 'replay')?.detail ?? '', /waived by operator:bob and operator:alice/);
    const waived = (await world.entries()).filter(({ kind }) => kind === 'hole.waived').map(({ body }) => body['operator']);
    assert.deepEqual(waived, ['operator:bob', 'operator:alice']);
  }));

test('[C23] an attack that would pass after the swap, or an old password that still opens, seals the compartment again', () =>
  inWorld(async (world) => {
    const { length } = world.headquarters.replays;
    world.headquarters.judges = ({ requests }) =>
      requests.map(() =>
        world.headquarters.replays.length > length + 1
          ? { verdict: 'unknown' as const, detail: 'identity is closed' }
          : { verdict: 'refused' as const, detail: 'its session is blocked' },
      );
    const id = await ask(world);
    await approve(world, await world.untilStep(id, 'approve'));
    const failed = await world.untilStep(id, 'failed');
    assert.match(failed.failure ?? '', /2 recorded requests pass the door/);
    assert.equal((await world.website()).desired, 'sealed');
    world.headquarters.closure = { passwordsTried: 2, passwordsRefused: 1, build: null };
    const plain = await ask(world, { kind: 'restore', compartment: 'website', reason });
    await approve(world, await world.untilStep(plain, 'approve'));
    assert.match((await world.untilStep(plain, 'failed')).failure ?? '', /1 old passwords still open the database/);
    assert.equal((await world.website()).desired, 'sealed');
  }));

test('[C28] a scope that names the gateway’s key has it replaced: the old one ends at a position of each WAL and testifies no more', () =>
  inWorld(async (world) => {
    const receipt = {
      requestId: 'request-0001',
      compartment: 'website',
      route: 'article.add',
      accountId: null,
      sessionId: null,
      address: '192.0.2.7',
      status: 303,
      xids: ['735'],
      receivedAt: new Date(0).toISOString(),
      answeredAt: new Date(5).toISOString(),
    };
    const receipts = (key: SigningKey, sequence: number) =>
      callWire(
        world.hqPeer,
        { method: 'POST', path: '/receipts', body: signMessage(key, PURPOSES.receipts, { sequence, receipts: [receipt] }) },
        z.object({ sequence: z.number() }),
      );
    await receipts(gatewayKey.signing, 1);
    const scope = { ...EMPTY_SCOPE, keyIds: ['gateway-1'] };
    const untried = await ask(world, { ...undo, scope });
    const waiting = await world.untilStep(untried, 'approve');
    assert.deepEqual(waiting.awaiting?.diff?.hole?.open, []);
    assert.ok(waiting.awaiting?.diff?.hole?.rotated.includes("the gateway's signing key"));
    await approve(world, waiting);
    assert.match((await world.untilStep(untried, 'failed')).failure ?? '', /nobody tried whether the gateway's key/);
    const [before, next] = world.peers.gatewayKeys;
    assert.deepEqual([before?.keyId, next?.keyId, next?.until], ['gateway-1', `gateway-${untried}`, undefined]);
    assert.deepEqual(before?.until?.positions['website'], { timeline: 1, lsn: '0/4000000' });
    assert.deepEqual(next?.from, before?.until);
    await assert.rejects(receipts(gatewayKey.signing, 2), refusedWith('signature.invalid'));
    const [drawn] = world.headquarters.drawnKeys;
    assert.ok(drawn);
    assert.equal((await receipts(drawn, 2)).sequence, 2, 'it goes on where the journal stands');
    await assert.rejects(receipts(drawn, 4), refusedWith('receipt.out_of_sequence'));
    const asked = { ...generateSigningKey('gateway-mine').verifying, compartment: 'website', epoch: 1 };
    const unasked = signMessage(jobKey.signing, PURPOSES.gatewayKey, asked);
    const enrol = callWire(world.hqPeer, { method: 'POST', path: '/gateway-keys', body: unasked }, z.unknown());
    await assert.rejects(enrol, refusedWith('request.forbidden'));
    world.headquarters.closure = { passwordsTried: 2, passwordsRefused: 2, tokens: { tried: 1, refused: 1 }, build: null };
    await complete(world, { ...undo, scope });
    const replaced = (await world.entries()).filter(({ kind }) => kind === 'key.replaced');
    assert.deepEqual(
      replaced.map(({ body }) => body['replaced']),
      [['gateway-1'], [`gateway-${untried}`]],
    );
  }));

test('[C23] while nothing tells the attack from others, only a build or closed routes close the hole', () =>
  inWorld(async (world) => {
    const everything = { ...EMPTY_SCOPE, everything: true };
    const id = await ask(world, { ...undo, scope: everything });
    const waiting = await world.untilStep(id, 'approve');
    assert.match(
      waiting.awaiting?.diff?.hole?.open.join() ?? '',
      /order a patched build, or close the routes.*article\.add, article\.approve/,
    );
    assert.deepEqual(waiting.awaiting?.diff?.hole?.blocks.sessions, [], 'honest sessions go on');
    await world.command('bob', { kind: 'refuse', request: id, reason: 'with a build, please' });
    await world.untilStep(id, 'refused');
    const build = { directory: '/srv/website-2', sha256: 'b'.repeat(64) };
    world.headquarters.closure = { passwordsTried: 1, passwordsRefused: 1, build: 'a'.repeat(64) };
    const wrong = await ask(world, { ...undo, scope: everything, build });
    await approve(world, await world.untilStep(wrong, 'approve'));
    assert.match((await world.untilStep(wrong, 'failed')).failure ?? '', /the ordered build does not run/);
    world.headquarters.closure = { passwordsTried: 1, passwordsRefused: 1, build: build.sha256 };
    await complete(world, { ...undo, scope: everything, build });
    assert.deepEqual(world.headquarters.known.get('website')?.build, build);
  }));

test('[C25] what is blocked stays blocked through later seals and restores, and closed routes open with a build', () =>
  inWorld(async (world) => {
    await complete(world, { ...undo, closeRoutes: ['article.approve'] });
    await complete(world, { kind: 'restore', compartment: 'website', reason });
    const blocks = world.headquarters.known.get('website')?.blocks;
    assert.deepEqual([blocks?.sessions, blocks?.routes], [['session-of-mallory'], ['article.approve']]);
    const build = { directory: '/srv/website-2', sha256: 'b'.repeat(64) };
    world.headquarters.closure = { passwordsTried: 1, passwordsRefused: 1, build: build.sha256 };
    await complete(world, { ...undo, build });
    assert.deepEqual(world.headquarters.known.get('website')?.blocks?.routes, []);
    await assert.rejects(ask(world, { ...undo, closeRoutes: ['article.burn'] }), refusedWith('input.invalid'));
  }));

test('[C19] a repair that went live is taken back by its plan; what is no such plan is refused', () =>
  inWorld(async (world) => {
    const { id: plan } = await complete(world);
    await assert.rejects(
      ask(world, { kind: 'revert', compartment: 'website', plan: 'r000000000000', reason }),
      refusedWith('wire.refused'),
    );
    world.peers.history.transactions = [
      transaction(6, { requestId: plan, route: 'job:repair', sessionId: null, accountId: null, keyId: 'order-1' }),
    ];
    const done = await complete(world, { kind: 'revert', compartment: 'website', plan, reason });
    assert.equal(done.kind, 'revert');
    assert.deepEqual(world.headquarters.known.get('website')?.blocks?.accounts.length, 1, 'nobody is blocked anew');
  }));

test('[C19] a plan whose steps are not those of its digest is not carried out, and an empty scope is none', () =>
  inWorld(async (world) => {
    await assert.rejects(ask(world, { ...undo, scope: EMPTY_SCOPE }), refusedWith('wire.refused'));
    world.peers.history.lies = true;
    const failed = await world.untilStep(await ask(world), 'failed');
    assert.match(failed.failure ?? '', /are not those of its digest/);
    assert.equal(world.peers.repairsDone, 0);
  }));

test('[C19] a recovery waits for history to reach the seal, and fails sealed if it does not', () =>
  inWorld(
    async (world) => {
      world.peers.history.reconciledLsn = '0/3FFFFFF';
      const failed = await world.untilStep(await ask(world), 'failed');
      assert.match(failed.failure ?? '', /history stands at 0\/3FFFFFF, sealed at 0\/4000000/);
      assert.equal((await world.website()).desired, 'sealed');
    },
    { historyMs: 300 },
  ));

test('headquarters gives no answer of another length to a replay, and none to one that nobody asked', () =>
  inWorld(async (world) => {
    const answer = (id: string, outcomes: unknown[]) =>
      callWire(world.hqPeer, { method: 'POST', path: `/replays/${id}`, body: { outcomes } }, z.unknown());
    await assert.rejects(answer('none', []), refusedWith('request.not_found'));
    world.headquarters.answersReplays = false;
    const id = await ask(world);
    await world.untilStep(id, 'close');
    await assert.rejects(answer(`${id}-before-0`, []), refusedWith('input.invalid'));
    world.headquarters.answersReplays = true;
    await world.untilStep(id, 'approve');
  }));
