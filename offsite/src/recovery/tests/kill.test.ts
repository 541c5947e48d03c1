import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { after, test } from 'node:test';
import { EMPTY_SCOPE, type OperatorCommand, RECOVERY_STEPS } from '@bulkhead/contracts';
import { startScratchCluster } from '@bulkhead/postgres';
import { waitUntil } from '@bulkhead/testkit';
import { callWire } from '@bulkhead/wire';
import { z } from 'zod';
import { transaction } from './history-peer.ts';
import { World } from './world.ts';

const cluster = await startScratchCluster();
after(() => cluster.stop());

const scope = { ...EMPTY_SCOPE, sessions: ['session-of-mallory'] };
const undo: OperatorCommand = {
  kind: 'undo',
  compartment: 'website',
  reason: 'an exercise',
  way: 'undo',
  scope,
  closeRoutes: [],
};
const restore = { kind: 'restore', compartment: 'website', reason: 'an exercise' } as const;

/** Where recovery calls others, in the order of the steps. */
const CALLS = [
  'receiver.seal',
  'history.search',
  'receiver.timeline',
  'supervisor.quarantine',
  'jail.health',
  'history.plan',
  'history.steps',
  'jail.rows',
  'jail.repair',
  'jail.verify',
  'publisher.render',
  'jail.digest',
  'standby.digest',
  'jail.image',
  'receiver.join',
  'receiver.base',
  'supervisor.rebuild',
  'publisher.resume',
  'gateway.look',
  'supervisor.delete',
];

/** Kills recovery once at each place that `arrive` is told of, and starts it again. */
class Killer {
  readonly killed = new Set<string>();
  readonly #world: World;
  readonly #places: ReadonlySet<string>;
  #turn: Promise<void> = Promise.resolve();

  constructor(world: World, places: readonly string[]) {
    this.#world = world;
    this.#places = new Set(places);
  }

  /** Returns when recovery answers again. One at a time: two that are reached at once would start it twice. */
  async arrive(place: string): Promise<void> {
    if (!this.#places.has(place) || this.killed.has(place)) return;
    this.killed.add(place);
    this.#turn = this.#turn.then(async () => {
      await this.#world.kill();
      await this.#world.start();
    });
    await this.#turn;
  }

  async settle(): Promise<void> {
    await this.#turn;
  }
}

test('[C3] [C10] killed with -9 before and after every call of every step, at every order and while it waits, the recovery goes on and opens once', async () => {
  const world = await World.open({ cluster });
  try {
    await world.start();
    await world.untilOpen();
    await world.keepCompiled();
    const blob = await addBlob(world);
    world.peers.verification = { blobs: [blob] };
    const orders = ['sealed', 'restoring', 'read-only', 'open'].map((state) => `order ${state}`);
    const calls = CALLS.flatMap((call) => [`${call} before`, `${call} after`]);
    const killer = new Killer(world, [...calls, ...orders, 'approved', 'replay']);
    world.peers.hook = (call, phase) => killer.arrive(`${call} ${phase}`);
    world.headquarters.judges = ({ requests }) => {
      void killer.arrive('replay');
      return requests.map(() => ({ verdict: 'refused' as const, detail: 'its session is blocked' }));
    };
    world.headquarters.onOrder = ({ state }) => killer.arrive(`order ${state}`);

    attack(world);
    const signed = world.sign('alice', undo);
    await world.send(signed).catch(() => undefined);
    const id = await waitUntil(async () => (await world.state()).recoveries[0]?.id, { what: 'the recovery is known' });
    const waiting = await untilStep(world, id, 'approve');
    await killer.settle();
    await world.kill();
    await world.start();
    await world.command('bob', { kind: 'approve', request: id, digest: waiting.awaiting?.digest ?? '' });
    await killer.arrive('approved');
    await untilStep(world, id, 'done');
    await killer.settle();

    assert.deepEqual(
      [...calls, ...orders, 'approved', 'replay'].filter((place) => !killer.killed.has(place)),
      [],
      'killed everywhere',
    );
    const states = await world.admin.query<{ state: string; epoch: number }>(
      "select state, epoch from site_order where compartment = 'website' order by epoch",
    );
    assert.deepEqual(
      states.map(({ state }) => state),
      ['open', 'sealed', 'restoring', 'read-only', 'open'],
    );
    const keys = (await world.entries()).map(({ kind, idempotencyKey }) => `${kind} ${idempotencyKey}`);
    assert.equal(new Set(keys).size, keys.length, 'nothing stands twice in the ledger');
    for (const step of RECOVERY_STEPS) {
      assert.ok(keys.includes(`recovery.step recovery:${id}:${step}:begun`), `${step} begun`);
      assert.ok(keys.includes(`recovery.step recovery:${id}:${step}:done`), `${step} done`);
    }
    assert.equal(world.peers.receiver.sealRecords, 1);
    assert.equal(world.peers.repairsDone, 1);
    assert.equal(world.headquarters.vaultSecrets.filter((secret) => secret !== world.headquarters.vaultSecrets[0]).length, 0);
    const replays = new Set(world.headquarters.replays.map(({ id: replay }) => replay));
    assert.deepEqual([...replays], [`${id}-before-0`, `${id}-after-0`]);
    assert.equal(world.peers.receiver.joins.length, 1);
    assert.deepEqual(world.headquarters.blobs, [blob]);
    await waitUntil(() => world.peers.jails.size === 0, { what: 'the quarantine is gone' });
  } catch (error) {
    console.error(world.output().slice(-8000));
    throw error;
  } finally {
    await world.close();
  }
});

test('[C10] stopped by its supervisor in the middle of a step, a recovery is not failed by it, and goes on', async () => {
  const world = await World.open({ cluster });
  try {
    await world.start();
    await world.untilOpen();
    const stopped = Promise.withResolvers<void>();
    world.peers.hook = async (call, phase) => {
      if (call !== 'jail.verify' || phase !== 'before') return;
      world.peers.hook = () => undefined;
      await world.kill('SIGTERM');
      stopped.resolve();
    };
    const { recovery: id = '' } = await world.command('alice', restore);
    await stopped.promise;
    await world.start();
    const waiting = await untilStep(world, id, 'approve');
    assert.equal(waiting.failure, null);
  } finally {
    await world.close();
  }
});

test('[C10] a failure that is cut off by a kill is finished too: the compartment ends sealed, its recovery failed', async () => {
  const world = await World.open({ cluster });
  try {
    await world.start();
    await world.untilOpen();
    world.peers.serves = () => 'a page that nobody signed';
    const { recovery: id = '' } = await world.command('alice', restore);
    const waiting = await untilStep(world, id, 'approve');
    let isKilled = false;
    const restarted = Promise.withResolvers<void>();
    world.peers.hook = async (call, phase) => {
      if (call !== 'receiver.seal' || phase !== 'after' || isKilled) return;
      isKilled = true;
      await world.kill();
      world.start().then(restarted.resolve, restarted.reject);
    };
    await world.command('bob', { kind: 'approve', request: id, digest: waiting.awaiting?.digest ?? '' });
    await restarted.promise;
    await untilStep(world, id, 'failed');
    assert.equal((await world.website()).desired, 'sealed');
    const { length } = await world.admin.query("select 1 from site_order where compartment = 'website' and state = 'open'");
    assert.equal(length, 1, 'only the first order ever said open');
  } finally {
    await world.close();
  }
});

/** Two transactions of a stolen session, and a table that it emptied. */
function attack(world: World): void {
  const { history } = world.peers;
  const tables = [{ table: 'public.article', inserts: 0, updates: 0, deletes: 0, truncates: 1 }];
  history.transactions = [transaction(1, {}), transaction(2, {}, { tables })];
  history.steps = [2, 1].map((sequence) => {
    const { commitLsn, xid, timeline } = transaction(sequence, {});
    const id = String(sequence);
    return { kind: 'delete', table: 'public.article', key: { id }, expected: { id }, origin: { commitLsn, xid, timeline } };
  });
  history.fromCopy = [{ table: 'public.article', beforeLsn: transaction(2, {}).commitLsn }];
  world.peers.copiedRows = [{ id: '3' }];
}

async function untilStep(world: World, id: string, step: 'approve' | 'done' | 'failed') {
  return waitUntil(
    async () => {
      const found = await world.recovery(id);
      return found.step === step && (step !== 'approve' || found.awaiting) ? found : undefined;
    },
    { what: `the recovery is ${step}`, timeoutMs: 300_000 },
  );
}

async function addBlob(world: World): Promise<string> {
  const content = Buffer.from('a picture');
  const digest = createHash('sha256').update(content).digest('hex');
  await callWire(
    { ...world.deskPeer, socket: world.peers.socket('vault') },
    {
      method: 'PUT',
      path: `/blobs/${digest}`,
      stream: Readable.from([content]),
      headers: { 'content-length': String(content.length) },
    },
    z.unknown(),
  );
  return digest;
}
