import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Base } from '@bulkhead/contracts';
import { hasCode, sha256Hex } from '@bulkhead/kernel';
import { generateIdentity } from 'age-encryption';
import { openBase, openPacked, readManifest, unpackPiece } from './base-reader.actions.ts';
import { commitBase, findLeaning, listBases, mendBases } from './base-shelf.actions.ts';
import { BaseWriter, LEANING_AT_MOST } from './base-writer.actions.ts';
import { Keyring } from './keyring.actions.ts';
import { Lineage } from './lineage.actions.ts';
import { compress } from './packing.actions.ts';
import { encodePieces, PieceReader } from './piece.rules.ts';
import { makeTar } from './tests/tar.ts';

const root = await mkdtemp(join(tmpdir(), 'bhb-'));
after(() => rm(root, { recursive: true, force: true }));
const identity = await generateIdentity();
const now = () => new Date('2026-11-22T12:00:00Z');

async function open(name: string): Promise<{ lineage: Lineage; keys: Keyring }> {
  const directory = join(root, name);
  const keys = await Keyring.open({ compartment: 'site', directory, identity, recipients: [], now });
  return { keys, lineage: await Lineage.open(directory, '42', { keys }) };
}

let taken = 0;
async function store(lineage: Lineage, tar: Buffer, pieceBytes = 65_000): Promise<Base> {
  taken += 1;
  const id = `202611${String(taken).padStart(2, '0')}T120000Z-00000001-${String(taken).padStart(16, '0')}`;
  const writer = await BaseWriter.begin(lineage.place, id, await findLeaning(lineage));
  for (let at = 0; at < tar.length; at += pieceBytes) await writer.write(tar.subarray(at, at + pieceBytes));
  const told = await writer.finish(Buffer.from('{"manifest":1}'));
  const startLsn = `0/${(taken * 16_777_216).toString(16).toUpperCase()}`;
  const at = now().toISOString();
  const base: Base = { id, systemId: '42', timeline: 1, startLsn, endLsn: startLsn, startedAt: at, endedAt: at, ...told };
  await commitBase(lineage, base);
  return base;
}

async function readBack(lineage: Lineage, id: string): Promise<Buffer> {
  const pieces = [];
  for await (const piece of await openBase(lineage.place, id)) pieces.push(piece);
  return Buffer.concat(pieces);
}

const packBytes = async (lineage: Lineage, id: string) =>
  (await stat(join(lineage.directory, 'pack', `${id}.pack`)).catch(() => undefined))?.size ?? 0;

const table = randomBytes(3_000_000);
const files = () => ({
  PG_VERSION: Buffer.from('18\n'),
  'base/1/2600': Buffer.from(table),
  'base/1/2601': randomBytes(9000),
  empty: Buffer.alloc(0),
});

test('[A11] a base comes back byte for byte, whatever the pieces in which it came, and whatever it is', async () => {
  const { lineage } = await open('same');
  const tar = makeTar(files());
  for (const given of [tar, tar.subarray(0, -700), randomBytes(300_000), Buffer.alloc(1024)]) {
    for (const pieceBytes of [511, 1_048_576]) {
      if (pieceBytes === 511 && given.length > 1_000_000 && given !== tar) continue;
      const base = await store(lineage, given, pieceBytes);
      assert.equal(base.sha256, sha256Hex(given));
      assert.ok((await readBack(lineage, base.id)).equals(given));
    }
  }
  assert.deepEqual((await readManifest(lineage.place, (await listBases(lineage))[0]?.id ?? ''))?.toString(), '{"manifest":1}');
});

test('[A11] what did not change is stored once; of a changed page its chunk alone; a whole base comes again and again', async () => {
  const { lineage, keys } = await open('shared');
  const first = await store(lineage, makeTar(files()));
  const same = await store(lineage, makeTar({ ...files(), 'base/1/2601': Buffer.alloc(0) }));
  assert.equal(await packBytes(lineage, same.id), 0);
  const changed = files();
  changed['base/1/2600'].fill(7, 1_000_000, 1_008_192);
  const next = await store(lineage, makeTar(changed));
  assert.ok((await packBytes(lineage, next.id)) < 300_000 && (await packBytes(lineage, first.id)) > 2_900_000);
  for (let count = 0; count < LEANING_AT_MOST; count += 1) await store(lineage, makeTar(changed));
  const sizes = await Promise.all((await listBases(lineage)).map(({ id }) => packBytes(lineage, id)));
  assert.equal(sizes.slice(1).filter((bytes) => bytes > 2_900_000).length, 1);
  await keys.rotate();
  const rotated = await store(lineage, makeTar(changed));
  assert.ok((await packBytes(lineage, rotated.id)) > 2_900_000, 'nothing of an older key is leaned on');
  assert.ok((await readBack(lineage, first.id)).subarray(0, 512).equals(makeTar(files()).subarray(0, 512)));
});

test('[A11] a base that goes out as it is packed is, unpacked by its reader, the tar that came', async () => {
  const { lineage } = await open('packed');
  const tar = makeTar(files());
  const base = await store(lineage, tar);
  const packed = await openPacked(lineage.place, base.id);
  const wire: Buffer[] = [];
  for await (const some of packed?.pieces ?? []) wire.push(encodePieces(some));
  assert.equal(Buffer.concat(wire).length, packed?.wireBytes);
  const reader = new PieceReader();
  const plain = wire.flatMap((bytes) => reader.push(bytes)).map((piece) => unpackPiece(piece));
  reader.end();
  assert.ok(Buffer.concat(plain).equals(tar));
  const shorter = { isPacked: true, bytes: await compress(Buffer.alloc(9)), plainBytes: 10 };
  assert.throws(() => unpackPiece(shorter), { code: 'archive.damaged' });
});

test('[A10] nothing of a base can be read without its key: neither contents nor names nor digests', async () => {
  const { lineage } = await open('hidden');
  const secret = Buffer.from('a sentence that nobody may read. '.repeat(100));
  const tar = makeTar({ 'base/1/secret-name': secret });
  const base = await store(lineage, tar);
  const stored = [
    join(lineage.directory, 'pack', `${base.id}.pack`),
    ...(await readdir(join(lineage.baseDirectory, base.id))).map((name) => join(lineage.baseDirectory, base.id, name)),
  ];
  for (const path of stored) {
    const bytes = await readFile(path);
    for (const seen of [secret.subarray(0, 33), Buffer.from('secret-name'), Buffer.from(sha256Hex(secret), 'hex')])
      assert.equal(bytes.includes(seen), false, path);
  }
});

test('[A2] a flipped bit in a pack, a map or a description is found before a byte behind it is given', async () => {
  const { lineage } = await open('flipped');
  const tar = makeTar(files());
  const base = await store(lineage, tar);
  const isDamaged = (error: unknown) => hasCode(error, 'archive.damaged') || hasCode(error, 'archive.key_missing');
  const pack = join(lineage.directory, 'pack', `${base.id}.pack`);
  const map = join(lineage.baseDirectory, base.id, 'map.zst.enc');
  for (const [path, count] of [
    [pack, 8],
    [map, 8],
  ] as const) {
    const whole = await readFile(path);
    for (let step = 0; step < count; step += 1) {
      const at = Math.floor((whole.length * step) / count);
      const flipped = Buffer.from(whole);
      flipped.writeUInt8(flipped.readUInt8(at) ^ 4, at);
      await writeFile(path, flipped);
      let given = 0;
      await assert.rejects(async () => {
        for await (const piece of await openBase(lineage.place, base.id)) {
          assert.ok(piece.equals(tar.subarray(given, given + piece.length)));
          given += piece.length;
        }
      }, isDamaged);
    }
    await writeFile(path, whole);
  }
  const description = join(lineage.baseDirectory, base.id, 'base.json');
  await writeFile(description, (await readFile(description, 'utf8')).replace('"timeline": 1', '"timeline": 2'));
  await assert.rejects(listBases(lineage), isDamaged);
});

test('[A11] a base from before there were packs is listed and read as it stands', async () => {
  const { lineage } = await open('old');
  const tar = makeTar(files());
  const id = '20251101T120000Z-00000001-0000000002000028';
  const at = now().toISOString();
  const told = { id, systemId: '42', timeline: 1, startLsn: '0/2000028', endLsn: '0/2000120', startedAt: at, endedAt: at };
  await mkdir(join(lineage.baseDirectory, id));
  await writeFile(join(lineage.baseDirectory, id, 'base.tar'), tar);
  const base: Base = { ...told, bytes: tar.length, sha256: sha256Hex(tar) };
  await writeFile(join(lineage.baseDirectory, id, 'base.json'), JSON.stringify(base));
  await mendBases(lineage);
  assert.deepEqual(await listBases(lineage), [base]);
  assert.ok((await readBack(lineage, id)).equals(tar));
  const next = await store(lineage, tar);
  assert.ok((await readBack(lineage, next.id)).equals(tar));
});
