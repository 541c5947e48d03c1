import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Base } from '@bulkhead/contracts';
import { hasCode, sha256Hex } from '@bulkhead/kernel';
import { generateIdentity } from 'age-encryption';
import { openBase } from './base-reader.actions.ts';
import { commitBase, dropBuilding, findLeaning, listBases, mendBases, type Shelf } from './base-shelf.actions.ts';
import { BaseWriter } from './base-writer.actions.ts';
import type { Disk } from './disk.actions.ts';
import { writeDurably } from './files.actions.ts';
import { Keyring } from './keyring.actions.ts';
import { type Place, packSegment, readPackedSegment } from './packing.actions.ts';
import { removePruned } from './prune.actions.ts';
import { SegmentIndex } from './segment-index.actions.ts';
import { CrashDisk, statesAfterCut } from './tests/crash-disk.ts';
import { makeTar } from './tests/tar.ts';

const identity = await generateIdentity();
const now = () => new Date('2026-11-22T12:00:00Z');
const COMPARTMENT = '/archive/site';
const LINEAGE = `${COMPARTMENT}/42`;
const LIMIT = 1_000_000;

/** The directories of an archive, durable before anything is written. */
async function prepare(): Promise<CrashDisk> {
  const disk = new CrashDisk();
  for (const path of ['wal', 'base', 'pack']) await disk.makeDirectory(join(LINEAGE, path));
  for (const path of ['/', '/archive', COMPARTMENT, LINEAGE]) await disk.syncDirectory(path);
  return disk;
}

const openKeys = (disk: CrashDisk, isReadOnly = false) =>
  Keyring.open({ compartment: 'site', directory: COMPARTMENT, identity, recipients: [], now, disk, isReadOnly });
const openIndex = (disk: CrashDisk) =>
  SegmentIndex.open({ path: join(LINEAGE, 'wal/index.ndjson'), systemId: '42', ranMs: () => 1, disk });
const openShelf = async (disk: CrashDisk): Promise<Shelf & { place: Place }> => ({
  place: { disk, directory: LINEAGE, systemId: '42', keys: await openKeys(disk) },
  index: await openIndex(disk),
});

/** Looks at every state that a power cut may leave after each operation since `from`; gives how many there were. */
async function atEveryCut(
  disk: CrashDisk,
  from: number,
  look: (after: CrashDisk, told: readonly string[]) => Promise<void>,
): Promise<number> {
  let states = 0;
  for (const [at, moment] of disk.moments.entries()) {
    if (at < from) continue;
    for (const tree of statesAfterCut(moment)) {
      states += 1;
      await look(CrashDisk.of(tree), moment.told).catch((cause: unknown) => {
        throw new Error(`after operation ${at}, state ${states}, told ${moment.told.join(', ')}`, { cause });
      });
    }
  }
  return states;
}

test('[A17] power lost while keys are made and rotated: every key that was used opens', async () => {
  const disk = await prepare();
  const from = disk.moments.length;
  const keys = await openKeys(disk);
  const used = [keys.current];
  disk.tell('key 1');
  used.push(await keys.rotate());
  disk.tell('key 2');
  const states = await atEveryCut(disk, from, async (after, told) => {
    const again = await openKeys(after);
    for (const [at] of told.entries()) assert.ok(again.get(at + 1).key.equals(used[at]?.key ?? Buffer.alloc(0)));
    assert.equal(again.current.number >= Math.max(1, told.length), true);
  });
  assert.ok(states > 40, `${states} states`);
});

test('[A17] power lost while the index grows: it opens, with every line that was answered for', async () => {
  const disk = await prepare();
  const from = disk.moments.length;
  const index = await openIndex(disk);
  for (const name of ['a', 'b', 'c', 'd']) {
    await index.add(name, sha256Hex(name));
    disk.tell(name);
    if (name === 'b') await index.noteHead();
  }
  await index.addPruned(['a']);
  disk.tell('pruned');
  const states = await atEveryCut(disk, from, async (after, told) => {
    const again = await openIndex(after);
    for (const name of told.filter((one) => one !== 'pruned')) assert.equal(again.get(name), sha256Hex(name));
    if (told.includes('pruned')) assert.equal(again.find('a')?.isPruned, true);
    await again.add('next', sha256Hex('next'));
    assert.equal((await openIndex(after)).get('next'), sha256Hex('next'));
  });
  assert.ok(states > 40, `${states} states`);
});

test('[A17] power lost while an index from before the chain is taken over: nothing of it is lost', async () => {
  const disk = await prepare();
  const old = ['a', 'b'].map((name) => `${JSON.stringify({ name, sha256: sha256Hex(name) })}\n`).join('');
  await writeDurably(join(LINEAGE, 'wal/index.ndjson'), `${old}{"torn`, disk);
  const from = disk.moments.length;
  await openIndex(disk);
  await atEveryCut(disk, from, async (after) => {
    const again = await openIndex(after);
    assert.deepEqual([again.get('a'), again.get('b')], [sha256Hex('a'), sha256Hex('b')]);
  });
});

test('[A17] power lost while a segment is packed: its bytes are there, raw or packed, and packing goes on', async () => {
  const disk = await prepare();
  const { place, index } = await openShelf(disk);
  const name = '000000010000000000000001';
  const bytes = Buffer.concat([randomBytes(4000), Buffer.alloc(60_000)]);
  await writeDurably(join(LINEAGE, 'wal', name), bytes, disk);
  await index.add(name, sha256Hex(bytes));
  const from = disk.moments.length;
  await packSegment(place, name, sha256Hex(bytes), LIMIT);
  const states = await atEveryCut(disk, from, async (after) => {
    const here = { ...place, disk: after };
    const read = async () => (await after.read(join(LINEAGE, 'wal', name))) ?? (await readPackedSegment(here, name, LIMIT));
    assert.ok((await read())?.equals(bytes));
    await packSegment(here, name, sha256Hex(bytes), LIMIT);
    assert.ok((await read())?.equals(bytes));
    assert.deepEqual(await after.read(join(LINEAGE, 'wal', name)), undefined);
  });
  assert.ok(states > 10, `${states} states`);
});

const idOf = (day: number) => `2026110${day}T120000Z-00000001-000000000000000${day}`;

async function store(shelf: Shelf & { place: Place }, day: number, tar: Buffer): Promise<void> {
  const id = idOf(day);
  const writer = await BaseWriter.begin(shelf.place, id, await findLeaning(shelf));
  await writer.write(tar);
  const told = await writer.finish(Buffer.from('{}'));
  const lsn = `0/${day}000000`;
  const at = now().toISOString();
  const base: Base = { id, systemId: '42', timeline: 1, startLsn: lsn, endLsn: lsn, startedAt: at, endedAt: at, ...told };
  await commitBase(shelf, base);
}

async function digestOf(place: Place, id: string): Promise<string> {
  const pieces = [];
  for await (const piece of await openBase(place, id)) pieces.push(piece);
  return sha256Hex(Buffer.concat(pieces));
}

const shared = randomBytes(3000);
const tars = [1, 2, 3].map((day) => makeTar({ shared, [`own-${day}`]: randomBytes(2000) }));

test('[A17] power lost while bases are stored: one that stands is whole, one that was answered for stands', async () => {
  const disk = await prepare();
  const shelf = await openShelf(disk);
  const from = disk.moments.length;
  for (const day of [1, 2]) {
    await store(shelf, day, tars[day - 1] ?? Buffer.alloc(0));
    disk.tell(idOf(day));
  }
  const states = await atEveryCut(disk, from, async (after, told) => {
    const again = await openShelf(after);
    await mendBases(again);
    const bases = await listBases(again);
    for (const { id, sha256 } of bases) assert.equal(await digestOf(again.place, id), sha256);
    for (const id of told)
      assert.ok(
        bases.some((base) => base.id === id),
        `${id} is gone`,
      );
    assert.deepEqual(
      (await after.list(join(LINEAGE, 'base'))).filter((name) => name.includes('.')),
      [],
    );
  });
  assert.ok(states > 100, `${states} states`);
});

test('[A15] [A17] power lost while pruning: a base that stands has its WAL and chunks, what is gone is recorded, and pruning goes on', async () => {
  const disk = await prepare();
  const shelf = await openShelf(disk);
  const segments = [1, 2, 3].map((number) => `00000001000000000000000${number}`);
  for (const name of segments) {
    await writeDurably(join(LINEAGE, 'wal', name), Buffer.from(name), disk);
    await shelf.index.add(name, sha256Hex(name));
    await packSegment(shelf.place, name, sha256Hex(name), LIMIT);
  }
  for (const day of [1, 2, 3]) await store(shelf, day, tars[day - 1] ?? Buffer.alloc(0));
  const plan = { bases: [idOf(1), idOf(2)], segments: segments.slice(0, 2) };
  const from = disk.moments.length;
  await removePruned(shelf.place, shelf.index, plan);
  disk.tell('pruned');
  const states = await atEveryCut(disk, from, async (after, told) => {
    const again = await openShelf(after);
    await mendBases(again);
    const bases = await listBases(again);
    assert.ok(bases.some(({ id }) => id === idOf(3)));
    for (const base of bases) {
      assert.equal(await digestOf(again.place, base.id), base.sha256);
      const day = Number(base.id.at(-1));
      for (const name of segments.slice(day - 1)) assert.ok(await readPackedSegment(again.place, name, LIMIT));
    }
    for (const name of segments)
      assert.ok(again.index.find(name)?.isPruned || (await readPackedSegment(again.place, name, LIMIT)), `${name} is lost`);
    if (told.includes('pruned'))
      assert.deepEqual(
        bases.map(({ id }) => id),
        [idOf(3)],
      );
    await removePruned(again.place, again.index, plan);
    const packs = await after.list(join(LINEAGE, 'pack'));
    // The first pack stays: the third base leans on what the first brought.
    assert.deepEqual([packs.length, (await listBases(again)).length], [2, 1]);
    assert.equal(await digestOf(again.place, idOf(3)), sha256Hex(tars[2] ?? ''));
  });
  assert.ok(states > 30, `${states} states`);
});

test('[A15] a base that is taken while pruning looks through the others keeps its pack', async () => {
  const disk = await prepare();
  const shelf = await openShelf(disk);
  await store(shelf, 1, tars[0] ?? Buffer.alloc(0));
  let isTaken = false;
  const list = async (path: string) => {
    const names = await disk.list(path);
    if (path.endsWith('/base') && !isTaken) {
      isTaken = true;
      await store(shelf, 2, tars[1] ?? Buffer.alloc(0));
    }
    return names;
  };
  const busy: Disk = {
    list,
    read: (path) => disk.read(path),
    openReading: (path) => disk.openReading(path),
    size: (path) => disk.size(path),
    makeDirectory: (path) => disk.makeDirectory(path),
    openWriting: (path, keepBytes) => disk.openWriting(path, keepBytes),
    rename: (from, to) => disk.rename(from, to),
    remove: (path) => disk.remove(path),
    syncDirectory: (path) => disk.syncDirectory(path),
  };
  await removePruned({ ...shelf.place, disk: busy }, shelf.index, { bases: [], segments: [] });
  assert.ok(isTaken);
  assert.equal(await digestOf(shelf.place, idOf(2)), sha256Hex(tars[1] ?? ''));
});

test('[A2] a base that came to nothing leaves nothing behind', async () => {
  const disk = await prepare();
  const shelf = await openShelf(disk);
  const writer = await BaseWriter.begin(shelf.place, idOf(1), undefined);
  await writer.write(randomBytes(2_000_000));
  await writer.close();
  await dropBuilding(shelf, idOf(1));
  assert.deepEqual([await disk.list(join(LINEAGE, 'base')), await disk.list(join(LINEAGE, 'pack'))], [[], []]);
  await assert.rejects(digestOf(shelf.place, idOf(1)), (error) => error instanceof Error && !hasCode(error, 'archive.damaged'));
});
