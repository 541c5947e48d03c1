import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { sha256Hex } from '@bulkhead/kernel';
import { finishSegment, Lineage } from './lineage.actions.ts';
import { parseLsn, SEGMENT_BYTES } from './wal.rules.ts';

const root = await mkdtemp(join(tmpdir(), 'bhl-'));
after(() => rm(root, { recursive: true, force: true }));

const NAME = '000000010000000000000001';
const BYTES = Buffer.concat([randomBytes(70_000), Buffer.alloc(SEGMENT_BYTES - 70_000)]);

async function hold(name: string): Promise<Lineage> {
  const lineage = await Lineage.open(join(root, name), '42');
  await writeFile(join(lineage.walDirectory, NAME), BYTES);
  await lineage.noteComplete(NAME, sha256Hex(BYTES));
  return lineage;
}

test('[A4] a segment is packed, read back, and only then the raw file goes; readers notice nothing', async () => {
  const lineage = await hold('packed');
  await lineage.compressAll();
  assert.deepEqual(await readdir(lineage.walDirectory), [`${NAME}.zst`, 'index.ndjson', 'index.ndjson.head']);
  assert.ok(BYTES.equals(await lineage.readSegment(NAME)));
  assert.ok(BYTES.subarray(100, 200).equals(await lineage.readAt(1, parseLsn('0/1000064'), 100)));
  const again = await Lineage.open(join(root, 'packed'), '42');
  assert.ok(BYTES.equals(await again.readSegment(NAME)));
});

test('[A4] packing interrupted at any step is finished at the next opening', async () => {
  const lineage = await hold('interrupted');
  await writeFile(join(lineage.walDirectory, `${NAME}.zst.tmp`), 'half of it');
  const packed = await Lineage.open(join(root, 'interrupted'), '42');
  await packed.compressAll();
  await writeFile(join(lineage.walDirectory, NAME), BYTES);
  const both = await Lineage.open(join(root, 'interrupted'), '42');
  await both.compressAll();
  assert.deepEqual(await readdir(lineage.walDirectory), [`${NAME}.zst`, 'index.ndjson', 'index.ndjson.head']);
  assert.ok(BYTES.equals(await both.readSegment(NAME)));
});

test('[A4] a flipped bit in a packed or a raw segment is damage, and a damaged raw file is not packed', async () => {
  const lineage = await hold('flipped');
  const path = join(lineage.walDirectory, NAME);
  await writeFile(path, flip(BYTES, 5000));
  await assert.rejects(lineage.compressAll(), { code: 'archive.damaged' });
  assert.deepEqual(await readdir(lineage.walDirectory), [NAME, 'index.ndjson']);
  await assert.rejects(lineage.readSegment(NAME), { code: 'archive.damaged' });
  await writeFile(path, BYTES);
  await lineage.compressAll();
  await writeFile(`${path}.zst`, flip(await readFile(`${path}.zst`), 40_000));
  await assert.rejects((await Lineage.open(join(root, 'flipped'), '42')).readSegment(NAME), { code: 'archive.damaged' });
});

test('[A22] a segment that has its final name, and not yet its digest, is read and left unpacked', async () => {
  const lineage = await Lineage.open(join(root, 'named'), '42');
  await writeFile(join(lineage.walDirectory, `${NAME}.partial`), BYTES);
  lineage.noteTail(NAME, 90_000);
  await finishSegment(lineage.walDirectory, NAME);
  assert.ok(BYTES.subarray(0, 90_000).equals(await lineage.readPartialSegment(NAME, 90_000)));
  assert.ok(BYTES.subarray(100, 200).equals(await lineage.readAt(1, parseLsn('0/1000064'), 100)));
  await lineage.compressAll();
  assert.ok((await readdir(lineage.walDirectory)).includes(NAME));
  await lineage.noteComplete(NAME, sha256Hex(BYTES));
  await lineage.compressAll();
  assert.ok(!(await readdir(lineage.walDirectory)).includes(NAME));
  assert.ok(BYTES.subarray(0, 90_000).equals(await lineage.readPartialSegment(NAME, 90_000)));
});

test('a torn last line of the digests does not swallow the next one', async () => {
  const lineage = await hold('torn');
  await appendFile(join(lineage.walDirectory, 'index.ndjson'), '{"name":"0000000100000000');
  const again = await Lineage.open(join(root, 'torn'), '42');
  const next = '000000010000000000000002';
  await writeFile(join(lineage.walDirectory, next), BYTES);
  await again.noteComplete(next, sha256Hex(BYTES));
  const third = await Lineage.open(join(root, 'torn'), '42');
  assert.equal(third.index.get(next), sha256Hex(BYTES));
  assert.equal(third.index.get(NAME), sha256Hex(BYTES));
});

test('[A3] a recorded digest or a stored history is never replaced by another', async () => {
  const lineage = await hold('kept');
  await assert.rejects(lineage.index.add(NAME, '0'.repeat(64)), { code: 'archive.damaged' });
  await lineage.storeHistory(2, Buffer.from('1\t0/1000100\tx\n'));
  await lineage.storeHistory(2, Buffer.from('1\t0/1000100\tx\n'));
  await assert.rejects(lineage.storeHistory(2, Buffer.from('1\t0/1000200\tx\n')), { code: 'archive.damaged' });
});

function flip(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
  return copy;
}
