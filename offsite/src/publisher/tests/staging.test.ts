import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { sha256Hex } from '@bulkhead/kernel';
import { temporaryDirectory } from '@bulkhead/testkit';
import { Staging } from '../staging.actions.ts';

const FILES = ['one', '', 'three\nlines\nof text'].map((text) => Buffer.from(text));

async function setUp() {
  const root = await temporaryDirectory();
  const directory = join(root, 'staged');
  const pathOf = (sha256: string) => join(root, 'files', sha256.slice(0, 2), sha256);
  const start = async () => {
    const staging = new Staging({ directory, pathOf });
    await staging.prepare();
    return staging;
  };
  return { directory, pathOf, start };
}

test('[E6] [E8] many files are durable in one journal, and a start puts in place what a killed one did not', async () => {
  const { directory, pathOf, start } = await setUp();
  const killed = await start();
  for (const bytes of FILES) await killed.stage(sha256Hex(bytes), bytes);
  assert.deepEqual(await readdir(directory), [], 'nothing is written before it is settled');
  await killed.settle();
  const [journal = '', ...more] = await readdir(directory);
  assert.equal(more.length, 0, 'one file holds all of them');
  assert.deepEqual(killed.find(sha256Hex('one')), FILES[0], 'and they are read from memory');
  const durable = await readFile(join(directory, journal));
  await killed.putInPlace();
  const other = await setUp();
  await mkdir(other.directory);
  await writeFile(join(other.directory, journal), durable);
  await other.start();
  for (const bytes of FILES) assert.deepEqual(await readFile(other.pathOf(sha256Hex(bytes))), bytes);
  assert.deepEqual(await readdir(other.directory), [], 'then the journal is gone');
  for (const bytes of FILES) assert.deepEqual(await readFile(pathOf(sha256Hex(bytes))), bytes);
});

test('[E6] a journal that was cut off or damaged is read as far as it is what was written', async () => {
  const { directory, pathOf, start } = await setUp();
  await mkdir(directory);
  const line = (bytes: Buffer, sha256 = sha256Hex(bytes)) => Buffer.concat([Buffer.from(`${sha256} ${bytes.length}\n`), bytes]);
  const whole = line(Buffer.from('whole'));
  const cut = line(Buffer.from('cut off in the middle'));
  await writeFile(join(directory, '000000000001.journal'), Buffer.concat([whole, cut.subarray(0, cut.length - 3)]));
  await writeFile(
    join(directory, '000000000002.journal'),
    Buffer.concat([line(Buffer.from('other'), sha256Hex('bytes')), whole]),
  );
  await writeFile(join(directory, 'something'), 'that a killed one left');
  await start();
  assert.equal(await readFile(pathOf(sha256Hex('whole')), 'utf8'), 'whole');
  assert.equal(existsSync(pathOf(sha256Hex('cut off in the middle'))), false);
  assert.equal(existsSync(pathOf(sha256Hex('bytes'))), false);
  assert.deepEqual(await readdir(directory), []);
});

test('[E6] a file that is let go of on its way does not come to stand on disk', async () => {
  const { pathOf, start } = await setUp();
  const staging = await start();
  for (const bytes of FILES) await staging.stage(sha256Hex(bytes), bytes);
  await staging.settle();
  staging.drop(sha256Hex('one'));
  await staging.putInPlace();
  assert.equal(existsSync(pathOf(sha256Hex('one'))), false);
  assert.equal(existsSync(pathOf(sha256Hex(''))), true);
});
