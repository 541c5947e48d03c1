import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  basesSchema,
  compartmentStreamSchema,
  joinedStreamSchema,
  streamSealSchema,
  unsealedStreamSchema,
} from '@bulkhead/contracts';
import { hasCode } from '@bulkhead/kernel';
import { waitUntil } from '@bulkhead/testkit';
import { callWire } from '@bulkhead/wire';
import type { z } from 'zod';
import { formatLsn, segmentName, segmentStart } from '#archive/wal.rules.ts';
import { type Owed, requireRestorable } from './model/restored.ts';
import { SimulatedPrimary } from './model/simulated-primary.ts';
import { SimulatedSite } from './model/simulated-site.ts';
import { WrittenWal } from './model/written-wal.ts';

const SYSTEM_ID = '7000000000000000042';
const PATIENCE_MS = 30_000;
const START_LSN = 0x1000000n;
const SEALED = 1;
const JOINED = 2;

/** A headquarters that was sealed, and one restored from it to a point before its end, which has yet to be joined. */
class Restored {
  readonly site: SimulatedSite;
  readonly old: SimulatedPrimary;
  readonly primary: SimulatedPrimary;
  readonly branchLsn: bigint;
  readonly #root: string;
  readonly #socketDirectory: string;

  private constructor(parts: {
    readonly root: string;
    readonly socketDirectory: string;
    readonly site: SimulatedSite;
    readonly old: SimulatedPrimary;
    readonly primary: SimulatedPrimary;
    readonly branchLsn: bigint;
  }) {
    this.#root = parts.root;
    this.#socketDirectory = parts.socketDirectory;
    this.site = parts.site;
    this.old = parts.old;
    this.primary = parts.primary;
    this.branchLsn = parts.branchLsn;
  }

  static async begin(root: string): Promise<Restored> {
    const wal = new WrittenWal(1, START_LSN);
    wal.append(Buffer.alloc(300_000, 7));
    const old = await SimulatedPrimary.start({ directory: root, systemId: SYSTEM_ID, wal, history: '' });
    const site = new SimulatedSite({ root, sockets: root, primaryDirectory: root, now: () => new Date() });
    await site.start();
    assert.ok(await old.untilAcknowledged(wal.endLsn, PATIENCE_MS));
    wal.switchSegment();
    old.commit(Buffer.alloc(400_000, 8));
    const branchLsn = wal.endLsn;
    old.commit(Buffer.alloc(50_000, 9));
    assert.ok(await old.untilAcknowledged(wal.endLsn, PATIENCE_MS));
    const socketDirectory = join(root, 'restored');
    await mkdir(socketDirectory);
    const grown = wal.branch(2, branchLsn);
    grown.append(Buffer.alloc(1000, 10));
    const history = `1\t${formatLsn(branchLsn)}\tno recovery target specified\n`;
    const primary = await SimulatedPrimary.start({ directory: socketDirectory, systemId: SYSTEM_ID, wal: grown, history });
    const restored = new Restored({ root, socketDirectory, site, old, primary, branchLsn });
    await restored.order('seal', { epoch: SEALED }, streamSealSchema);
    return restored;
  }

  async end(): Promise<void> {
    await this.site.stop();
    await this.old.stop();
    await this.primary.stop();
  }

  get fromLsn(): bigint {
    return segmentStart(this.branchLsn);
  }

  order<Schema extends z.ZodType>(path: string, body: object, schema: Schema) {
    return callWire(this.site.orders, { method: 'POST', path: `/compartments/site/${path}`, body }, schema);
  }

  join(more: object = {}) {
    const { timeline } = this.primary.wal;
    const order = { systemId: SYSTEM_ID, timeline, socketDirectory: this.#socketDirectory, epoch: JOINED, ...more };
    return this.order('join', order, joinedStreamSchema);
  }

  async restart(): Promise<void> {
    await this.site.kill(() => Promise.resolve());
    await this.site.start();
  }

  status() {
    return callWire(this.site.orders, { method: 'GET', path: '/compartments/site' }, compartmentStreamSchema);
  }

  /** All that was acknowledged of both timelines is where a restore to the end of the newer one looks for it. */
  async requireWhole(): Promise<void> {
    const legs: Owed['legs'] = [
      { timeline: 1, endLsn: this.branchLsn, wal: this.old.wal },
      { timeline: 2, endLsn: this.primary.acknowledgedLsn, wal: this.primary.wal },
    ];
    await requireRestorable(this.site.reader, { systemId: SYSTEM_ID, timeline: 2, legs }, join(this.#root, 'restore'));
  }

  path(file: string): string {
    return join(this.site.directory, 'site', SYSTEM_ID, 'wal', file);
  }
}

async function withRestored(run: (restored: Restored) => Promise<void>): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'bh-'));
  const restored = await Restored.begin(root);
  try {
    await run(restored);
  } finally {
    await restored.end();
    await rm(root, { recursive: true, force: true, maxRetries: 5 });
  }
}

for (const { came, what } of [
  { came: 0, what: 'nothing' },
  { came: 200_000, what: 'half' },
])
  test(`[A23] [A7] a restored headquarters that is lost when ${what} of its first segment has come again is restored whole`, () =>
    withRestored(async (restored) => {
      const { primary, branchLsn, fromLsn } = restored;
      const { lastMessageAt } = await restored.status();
      primary.holdFrom(fromLsn + BigInt(came));
      await restored.join();
      await waitUntil(() => primary.asked.some((command) => command.startsWith('START_REPLICATION')), { what: 'it streams' });
      if (came > 0) {
        const hasCome = async () => (await restored.status()).lastMessageAt !== lastMessageAt;
        await waitUntil(hasCome, { what: 'some of it has come' });
      }
      await restored.requireWhole();
      const { lsn } = await restored.order('seal', { epoch: JOINED + 1 }, streamSealSchema);
      assert.equal(lsn, formatLsn(branchLsn));
      await restored.requireWhole();
      await restored.restart();
      await restored.requireWhole();
      assert.equal(primary.acknowledgedLsn, 0n, 'until what is held was compared nothing is acknowledged');
      primary.holdFrom(undefined);
      await restored.order('unseal', { epoch: JOINED + 2 }, unsealedStreamSchema);
      primary.commit(Buffer.alloc(1000, 11));
      assert.ok(await primary.untilAcknowledged(primary.wal.endLsn, PATIENCE_MS));
      await restored.requireWhole();
    }));

test('[A23] a join that broke off before the record is taken up again, over its own bytes and no others', () =>
  withRestored(async (restored) => {
    const { primary, old, branchLsn, fromLsn } = restored;
    const beginning = old.wal.read(fromLsn, branchLsn);
    const partial = `${segmentName(2, fromLsn)}.partial`;
    const other = Buffer.from(beginning);
    other.writeUInt8(99, 5000);
    for (const bytes of [other, beginning.subarray(1), Buffer.concat([beginning, Buffer.from([0])])]) {
      await writeFile(restored.path(partial), bytes);
      await restored.restart();
      await assert.rejects(restored.join(), (error) => hasCode(error, 'receiver.wrong_cluster'));
      assert.ok(bytes.equals(await readFile(restored.path(partial))), 'what stands is left as it is');
    }
    await writeFile(restored.path(partial), beginning);
    await writeFile(restored.path(`${partial}.tmp`), beginning.subarray(0, 100));
    await restored.restart();
    await restored.join();
    assert.ok(await primary.untilAcknowledged(primary.wal.endLsn, PATIENCE_MS));
    await restored.requireWhole();
  }));

test('[A23] [R3] a cluster whose WAL before the branch is other than the archive holds is not followed', () =>
  withRestored(async (restored) => {
    const { primary, fromLsn } = restored;
    primary.wal.read(fromLsn, fromLsn + 1n).writeUInt8(99);
    await restored.join();
    await waitUntil(async () => (await restored.status()).state === 'broken', { what: 'it is broken' });
    assert.equal((await restored.status()).fault?.code, 'archive.damaged');
    assert.equal(primary.acknowledgedLsn, 0n);
    await restored.requireWhole();
  }));

test('[A23] where the parent cannot be read up to the branch, only an accepted gap goes on, with a base of its own', () =>
  withRestored(async (restored) => {
    const { primary, fromLsn } = restored;
    const path = restored.path(`${segmentName(1, fromLsn)}.partial`);
    const bytes = await readFile(path);
    bytes.writeUInt8(99, 5000);
    await writeFile(path, bytes);
    await assert.rejects(restored.join(), (error) => hasCode(error, 'archive.damaged'));
    await restored.join({ acceptGap: true });
    assert.ok(await primary.untilAcknowledged(primary.wal.endLsn, PATIENCE_MS));
    const { gaps } = await restored.status();
    assert.deepEqual(
      gaps.map((gap) => [gap.timeline, gap.fromLsn, gap.toLsn]),
      [[2, formatLsn(fromLsn), formatLsn(fromLsn)]],
    );
    const newest = async () =>
      (await callWire(restored.site.orders, { method: 'GET', path: '/compartments/site/bases' }, basesSchema)).bases.at(-1);
    await waitUntil(async () => (await newest())?.timeline === 2, { what: 'its base stands' });
  }));
