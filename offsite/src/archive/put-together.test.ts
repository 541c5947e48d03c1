import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Base } from '@bulkhead/contracts';
import { sha256Hex } from '@bulkhead/kernel';
import { generateIdentity } from 'age-encryption';
import { BaseFiles } from './base-files.actions.ts';
import { openBase, readManifest, readMap } from './base-reader.actions.ts';
import { commitBase, findLeaning, listBases, mendBases, type Shelf } from './base-shelf.actions.ts';
import { BaseWriter, LEANING_AT_MOST, packPath } from './base-writer.actions.ts';
import { Keyring } from './keyring.actions.ts';
import { composeManifest, type Remade } from './manifest.rules.ts';
import type { Place } from './packing.actions.ts';
import { putTogether } from './put-together.actions.ts';
import { SegmentIndex } from './segment-index.actions.ts';
import { CrashDisk, statesAfterCut } from './tests/crash-disk.ts';
import {
  type Day,
  dayBehind,
  firstDay,
  type IncrementalFile,
  incrementalOf,
  incrementalTar,
  labelOf,
  manifestOf,
} from './tests/day.ts';
import { makeTar } from './tests/tar.ts';

const identity = await generateIdentity();
const now = () => new Date('2026-11-22T12:00:00Z');
const COMPARTMENT = '/archive/site';
const LINEAGE = `${COMPARTMENT}/42`;
type Shelved = Shelf & { readonly place: Place };

async function openShelf(disk: CrashDisk): Promise<Shelved> {
  const keys = await Keyring.open({ compartment: 'site', directory: COMPARTMENT, identity, recipients: [], now, disk });
  const index = await SegmentIndex.open({ path: join(LINEAGE, 'wal/index.ndjson'), systemId: '42', ranMs: () => 1, disk });
  return { place: { disk, directory: LINEAGE, systemId: '42', keys }, index };
}

async function prepare(): Promise<{ readonly disk: CrashDisk; readonly shelf: Shelved }> {
  const disk = new CrashDisk();
  for (const path of ['wal', 'base', 'pack']) await disk.makeDirectory(join(LINEAGE, path));
  for (const path of ['/', '/archive', COMPARTMENT, LINEAGE]) await disk.syncDirectory(path);
  return { disk, shelf: await openShelf(disk) };
}

const idOf = (day: number) => `202611${String(day).padStart(2, '0')}T120000Z-00000001-${String(day).padStart(16, '0')}`;

async function commit(shelf: Shelved, day: number, told: { bytes: number; sha256: string }): Promise<Base> {
  const at = now().toISOString();
  const lsn = `0/${day}000028`;
  const base = { id: idOf(day), systemId: '42', timeline: 1, startLsn: lsn, endLsn: lsn, startedAt: at, endedAt: at, ...told };
  await commitBase(shelf, base);
  return base;
}

async function storeWhole(shelf: Shelved, number: number, day: Day): Promise<Base> {
  const writer = await BaseWriter.begin(shelf.place, idOf(number), await findLeaning(shelf));
  await writer.write(makeTar(day));
  return commit(shelf, number, await writer.finish(manifestOf(day)));
}

/** As the receiver does it; `pieceBytes` at a time. */
async function storeRemade(shelf: Shelved, number: number, tar: Buffer, came: Buffer, before: Base): Promise<Base> {
  const map = await readMap(shelf.place, before.id);
  assert.ok(map);
  const files = await BaseFiles.open(shelf.place, map);
  const writer = await BaseWriter.begin(shelf.place, idOf(number), map, true);
  const remade: Remade[] = [];
  try {
    for await (const bytes of putTogether(inPieces(tar, 30_011), { files, startLsn: before.startLsn }, (one) => remade.push(one)))
      await writer.write(bytes);
    const manifest = (await readManifest(shelf.place, before.id)) ?? Buffer.alloc(0);
    return await commit(shelf, number, await writer.finish(composeManifest({ came, before: manifest, systemId: '42', remade })));
  } finally {
    await files.close();
    await writer.close();
  }
}

async function* inPieces(bytes: Buffer, pieceBytes: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

async function readBack(place: Place, id: string): Promise<Buffer> {
  const pieces = [];
  for await (const piece of await openBase(place, id)) pieces.push(piece);
  return Buffer.concat(pieces);
}

test('[A19] a base put together from what changed is, byte for byte, the one that would have come whole', async () => {
  for (let seed = 1; seed <= 12; seed += 1) {
    const { shelf } = await prepare();
    let day = firstDay(seed);
    let base = await storeWhole(shelf, 1, day);
    for (let number = 2; number <= 4; number += 1) {
      const next = dayBehind(day, seed * 100 + number);
      const came = incrementalOf(day, next, base.startLsn);
      base = await storeRemade(shelf, number, incrementalTar(came), manifestOf(came.tarred), base);
      const whole = makeTar(next);
      assert.equal(base.sha256, sha256Hex(whole), `seed ${seed}, day ${number}`);
      assert.ok((await readBack(shelf.place, base.id)).equals(whole));
      assert.deepEqual(
        JSON.parse(String(await readManifest(shelf.place, base.id))).Files,
        JSON.parse(String(manifestOf(next))).Files,
      );
      day = next;
    }
  }
});

test('[A20] a base that was put together counts among those that lean, though no chunk of it is old', async () => {
  const { shelf } = await prepare();
  let day = firstDay(3);
  let base = await storeWhole(shelf, 1, day);
  for (let number = 2; number <= 1 + LEANING_AT_MOST; number += 1) {
    const next = Object.fromEntries(
      Object.keys(day).map((name) => [name, name === 'backup_label' ? labelOf(number) : Buffer.alloc(8192 * 4, number)]),
    );
    const came = incrementalOf(day, next, base.startLsn);
    base = await storeRemade(shelf, number, incrementalTar(came), manifestOf(came.tarred), base);
    assert.equal((await readMap(shelf.place, base.id))?.head.sinceWhole, number - 1);
    day = next;
  }
});

const page = (byte: number) => Buffer.alloc(8192, byte);
const LABEL = 'START WAL LOCATION: 0/2000028\nINCREMENTAL FROM LSN: 0/1000028\nINCREMENTAL FROM TLI: 1\n';
const one = (file: Partial<IncrementalFile> = {}): IncrementalFile => ({ kept: 4, pages: [[2, page(9)]], ...file });
const HOSTILE: readonly [what: string, why: RegExp, files: Readonly<Record<string, Buffer | IncrementalFile>>][] = [
  ['a file that the base before does not have', /has no file/, { 'base/5/INCREMENTAL.999': one() }],
  ['more pages than a file has', /131073 pages are more/, { 'base/5/INCREMENTAL.1': one({ kept: 131_073 }) }],
  ['a page beyond any file', /pages are more/, { 'base/5/INCREMENTAL.1': one({ pages: [[4_000_000_000, page(1)]] }) }],
  [
    'a page that comes twice',
    /out of order/,
    {
      'base/5/INCREMENTAL.1': one({
        pages: [
          [2, page(1)],
          [2, page(2)],
        ],
      }),
    },
  ],
  ['another kind of file under such a name', /no head/, { 'base/5/INCREMENTAL.1': Buffer.alloc(8192, 3) }],
  ['a file that is shorter than its head', /no head/, { 'base/5/INCREMENTAL.1': Buffer.alloc(5) }],
  [
    'one that is based on another base',
    /is based on 0\/3000028/,
    { backup_label: Buffer.from(LABEL.replace('0/1000028', '0/3000028')) },
  ],
  ['one that is based on none', /is based on nothing/, { backup_label: Buffer.from('START WAL LOCATION: 0/2000028\n') }],
  ['one without a label', /no label/, { PG_VERSION: Buffer.from('18\n') }],
  ['a bomb of zeros', /out of proportion/, { 'base/5/INCREMENTAL.1': one({ kept: 131_072, pages: [] }) }],
];
for (const [what, why, files] of HOSTILE) {
  test(`[A19] nothing is put together with ${what}`, async () => {
    const { shelf } = await prepare();
    const base = await storeWhole(shelf, 1, { 'base/5/1': Buffer.alloc(8192 * 4, 1), 'base/5/2': Buffer.alloc(8192, 2) });
    const tarred = incrementalTar({ files });
    const map = await readMap(shelf.place, base.id);
    assert.ok(map);
    const before = { files: await BaseFiles.open(shelf.place, map), startLsn: '0/1000028' };
    const drained = async () => {
      let bytes = 0;
      for await (const piece of putTogether(inPieces(tarred, 65_536), before, () => undefined)) bytes += piece.length;
      return bytes;
    };
    await assert.rejects(drained, { code: 'receiver.base_failed', message: why });
  });
}

test('[A19] where the base before is damaged nothing is put together', async () => {
  const { disk, shelf } = await prepare();
  const day = firstDay(5);
  const base = await storeWhole(shelf, 1, day);
  const pack = join(LINEAGE, packPath(base.id));
  const bytes = Buffer.from((await disk.read(pack)) ?? '');
  bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
  await (await disk.openWriting(pack)).write(bytes);
  const came = incrementalOf(day, day, base.startLsn);
  await assert.rejects(storeRemade(shelf, 2, incrementalTar(came), manifestOf(came.tarred), base), { code: 'archive.damaged' });
});

test('[A17] [A19] power lost while a base is put together: the one before is whole, and so is the new one where it stands', async () => {
  const { disk, shelf } = await prepare();
  const small: Day = { backup_label: labelOf(1), 'base/5/1': Buffer.alloc(8192 * 3, 1), 'base/5/2': Buffer.alloc(8192, 2) };
  const next: Day = { ...small, 'base/5/1': Buffer.concat([page(1), page(7)]) };
  const base = await storeWhole(shelf, 1, small);
  const came = incrementalOf(small, next, base.startLsn);
  const from = disk.moments.length;
  await storeRemade(shelf, 2, incrementalTar(came), manifestOf(came.tarred), base);
  disk.tell('put together');
  let states = 0;
  for (const moment of disk.moments.slice(from)) {
    for (const tree of statesAfterCut(moment)) {
      states += 1;
      const again = await openShelf(CrashDisk.of(tree));
      await mendBases(again);
      const bases = await listBases(again);
      assert.equal(bases.length >= (moment.told.includes('put together') ? 2 : 1), true);
      for (const [at, { id }] of bases.entries())
        assert.ok((await readBack(again.place, id)).equals(makeTar(at === 0 ? small : next)), `${id} in state ${states}`);
    }
  }
  assert.ok(states > 50, `${states} states`);
});
