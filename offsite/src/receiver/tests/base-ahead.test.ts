import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { baseSchema, basesSchema, streamSealSchema } from '@bulkhead/contracts';
import { sleepMs } from '@bulkhead/kernel';
import { callWire } from '@bulkhead/wire';
import type { z } from 'zod';
import { formatLsn } from '#archive/wal.rules.ts';
import { requireRestorable } from './model/restored.ts';
import { SimulatedPrimary } from './model/simulated-primary.ts';
import { SimulatedSite } from './model/simulated-site.ts';
import { WrittenWal } from './model/written-wal.ts';

const SYSTEM_ID = '7000000000000000042';
const PATIENCE_MS = 30_000;

/** A primary and the site that follows it. */
async function follow(
  run: (primary: SimulatedPrimary, site: SimulatedSite, root: string) => Promise<void>,
  begin: (primary: SimulatedPrimary) => void = () => undefined,
): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'bh-'));
  const wal = new WrittenWal(1, 0x1000000n);
  wal.append(Buffer.alloc(500, 7));
  const primary = await SimulatedPrimary.start({ directory: root, systemId: SYSTEM_ID, wal, history: '' });
  const site = new SimulatedSite({ root, sockets: root, primaryDirectory: root, now: () => new Date() });
  try {
    begin(primary);
    await site.start();
    await run(primary, site, root);
  } finally {
    await site.stop();
    await primary.stop();
    await rm(root, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function untilAcknowledged(primary: SimulatedPrimary, lsn: bigint): Promise<void> {
  assert.ok(await primary.untilAcknowledged(lsn, PATIENCE_MS), `commits up to ${formatLsn(lsn)} return`);
}

/** Restores all that was acknowledged, and tells with which base. */
async function restore({ wal, acknowledgedLsn: endLsn }: SimulatedPrimary, site: SimulatedSite, root: string): Promise<string> {
  const owed = { systemId: SYSTEM_ID, timeline: wal.timeline, legs: [{ timeline: wal.timeline, endLsn, wal }] };
  return (await requireRestorable(site.reader, owed, join(root, 'restore'))).base;
}

function order<Schema extends z.ZodType>(site: SimulatedSite, path: string, body: object, schema: Schema) {
  return callWire(site.orders, { method: 'POST', path: `/compartments/site/${path}`, body }, schema);
}

async function listBases(site: SimulatedSite) {
  return (await callWire(site.reader, { method: 'GET', path: '/compartments/site/bases' }, basesSchema)).bases;
}

test('[A21] while the WAL up to the end of the newest base has yet to come, a restore begins with the one before', () =>
  follow(async (primary, site, root) => {
    await untilAcknowledged(primary, primary.wal.endLsn);
    const [first] = await listBases(site);
    primary.holdFrom(primary.wal.endLsn);
    primary.commit(Buffer.alloc(500, 8));
    const betweenLsn = primary.wal.endLsn;
    primary.switchSegment();
    primary.commit(Buffer.alloc(500, 9));
    const second = await order(site, 'base', {}, baseSchema);
    assert.deepEqual(
      (await listBases(site)).map(({ id, isReached }) => [id, isReached]),
      [
        [first?.id, true],
        [second.id, false],
      ],
    );
    assert.equal(await restore(primary, site, root), first?.id);
    primary.holdFrom(betweenLsn);
    await untilAcknowledged(primary, betweenLsn);
    assert.equal(await restore(primary, site, root), first?.id, 'what came before its end is acknowledged and restored');
    primary.holdFrom(undefined);
    await untilAcknowledged(primary, primary.wal.endLsn);
    assert.equal(await restore(primary, site, root), second.id);
    assert.ok((await listBases(site)).every(({ isReached }) => isReached));
  }));

test('[A21] [A7] headquarters that is lost right after a base came, and before its WAL did, is restored with the base before', () =>
  follow(async (primary, site, root) => {
    await untilAcknowledged(primary, primary.wal.endLsn);
    const [first] = await listBases(site);
    primary.holdFrom(primary.wal.endLsn);
    primary.commit(Buffer.alloc(500, 8));
    await order(site, 'base', {}, baseSchema);
    const { lsn } = await order(site, 'seal', { epoch: 1 }, streamSealSchema);
    assert.equal(lsn, formatLsn(primary.acknowledgedLsn));
    assert.equal(await restore(primary, site, root), first?.id);
    await site.kill(() => Promise.resolve());
    await site.start();
    assert.equal(await restore(primary, site, root), first?.id, 'also after a restart');
  }));

test('[R10] before the WAL up to the end of the only base has come, nothing is acknowledged', () =>
  follow(
    async (primary, site, root) => {
      while ((await listBases(site)).length === 0) await sleepMs(20);
      assert.deepEqual(
        (await listBases(site)).map(({ isReached }) => isReached),
        [false],
      );
      primary.holdFrom(primary.wal.endLsn - 1n);
      assert.equal(await primary.untilAcknowledged(1n, 300), false);
      primary.holdFrom(undefined);
      await untilAcknowledged(primary, primary.wal.endLsn);
      await restore(primary, site, root);
    },
    (primary) => primary.holdFrom(primary.wal.startLsn),
  ));
