import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { EMPTY_SCOPE, type OperatorCommand, RECOVERY_STEPS } from '@bulkhead/contracts';
import type { ScratchCluster } from '@bulkhead/postgres';
import { waitUntil } from '@bulkhead/testkit';
import { callWire } from '@bulkhead/wire';
import { z } from 'zod';
import { transaction } from './history-peer.ts';
import { World } from './world.ts';

const scope = { ...EMPTY_SCOPE, sessions: ['session-of-mallory'] };
const undo: OperatorCommand = {
  kind: 'undo',
  compartment: 'website',
  reason: 'an exercise',
  way: 'undo',
  scope,
  closeRoutes: [],
};

const STEP_LIMIT_MS = 300_000;
const START_LIMIT_MS = 60_000;

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

/** Every place at which recovery can be killed: before and after each call, at each order, and while it waits. */
export const PLACES: readonly string[] = [
  ...CALLS.flatMap((call) => [`${call} before`, `${call} after`]),
  ...['sealed', 'restoring', 'read-only', 'open'].map((state) => `order ${state}`),
  'approved',
  'replay',
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

/** A repair of rows goes on to its end though recovery is killed at each of these places, and does each work once. */
export async function killAtEach(cluster: ScratchCluster, places: readonly string[]): Promise<void> {
  const world = await World.open({ cluster });
  try {
    await world.start();
    await world.untilOpen();
    const blob = await addBlob(world);
    world.peers.verification = { blobs: [blob] };
    const killer = new Killer(world, places);
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
    const waiting = await untilStep(world, id, 'approve', places.length);
    await killer.settle();
    await world.kill();
    await world.start();
    await world.command('bob', { kind: 'approve', request: id, digest: waiting.awaiting?.digest ?? '' });
    await killer.arrive('approved');
    await untilStep(world, id, 'done', places.length);
    await killer.settle();

    assert.deepEqual(
      places.filter((place) => !killer.killed.has(place)),
      [],
      'killed at each of them',
    );
    await assertDoneOnce(world, id, blob);
    await waitUntil(() => world.peers.jails.size === 0, { what: 'the quarantine is gone' });
  } catch (error) {
    console.error(world.output().slice(-8000));
    throw error;
  } finally {
    await world.close();
  }
}

/** Each order, each line of the ledger and each call that changes something stands there once. */
async function assertDoneOnce(world: World, id: string, blob: string): Promise<void> {
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
}

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

/** @param kills how often recovery may be killed by then: each time it starts anew, and a starved machine takes its time */
export async function untilStep(world: World, id: string, step: 'approve' | 'done' | 'failed', kills = 0) {
  return waitUntil(
    async () => {
      const found = await world.recovery(id);
      return found.step === step && (step !== 'approve' || found.awaiting) ? found : undefined;
    },
    { what: `the recovery is ${step}`, timeoutMs: STEP_LIMIT_MS + kills * START_LIMIT_MS },
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
