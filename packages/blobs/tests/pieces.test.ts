import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { createBlobStore, listBlobs, pathOfBlob, placeBlob, readVerified, spoolBlob, verifyBytes } from '@bulkhead/blobs';
import { EstateError, hasCode, sha256Hex, sleepMs } from '@bulkhead/kernel';

async function makeDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'bulkhead-blobs-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

test('a spooled stream is on the disk, read-only, with its digest and length', async (t) => {
  const directory = await makeDirectory(t);
  const path = join(directory, 'spool');
  const spooled = await spoolBlob(Readable.from(['six ', Buffer.from('languages')]), { path, limitBytes: 100 });
  assert.deepEqual(spooled, { path, sha256: sha256Hex('six languages'), bytes: 13 });
  assert.equal(await readFile(path, 'utf8'), 'six languages');
  assert.equal((await stat(path)).mode & 0o777, 0o400);
});

test('a refused chunk ends the reading and leaves no file', async (t) => {
  const directory = await makeDirectory(t);
  const source = Readable.from(Array(100).fill(Buffer.alloc(1000)));
  const onBytes = () => {
    throw new EstateError('vault.quota_exceeded', 'counting');
  };
  const spooling = spoolBlob(source, { path: join(directory, 'spool'), limitBytes: 1e6, onBytes });
  await assert.rejects(spooling, (error) => hasCode(error, 'vault.quota_exceeded'));
  assert.ok(!source.readableEnded && !source.destroyed, 'its sender can still be answered');
  assert.deepEqual(await readdir(directory), []);
});

test('placing to keep never replaces what stands there; placing to replace does', async (t) => {
  const directory = await makeDirectory(t);
  const path = pathOfBlob(directory, sha256Hex('x'));
  const spool = async (content: string) => {
    await writeFile(join(directory, 'spool'), content);
    return join(directory, 'spool');
  };
  assert.equal(await placeBlob(await spool('first'), path, 'keep'), true);
  assert.equal(await placeBlob(await spool('second'), path, 'keep'), false);
  assert.equal(await readFile(path, 'utf8'), 'first');
  assert.equal(await placeBlob(await spool('third'), path, 'replace'), true);
  assert.equal(await readFile(path, 'utf8'), 'third');
});

test('a listing names blobs only: strange files and wrong folders are passed over', async (t) => {
  const directory = await makeDirectory(t);
  const sha256 = sha256Hex('x');
  await writeFile(join(directory, 'spool'), 'x');
  await placeBlob(join(directory, 'spool'), pathOfBlob(directory, sha256), 'keep');
  await writeFile(join(directory, sha256.slice(0, 2), 'note.txt'), '');
  await writeFile(join(directory, sha256Hex('y')), '');
  const listed: string[] = [];
  for await (const name of listBlobs(directory)) listed.push(name);
  assert.deepEqual(listed, [sha256]);
  for await (const name of listBlobs(join(directory, 'nowhere'))) assert.fail(name);
});

test('verified bytes hold their last chunk back until the digest matched', async () => {
  const chunks = [Buffer.from('one'), Buffer.from('two')];
  const given: string[] = [];
  await assert.rejects(
    async () => {
      for await (const chunk of verifyBytes(chunksOf(chunks), sha256Hex('something else'))) given.push(chunk.toString());
    },
    (error) => hasCode(error, 'blob.hash_mismatch'),
  );
  assert.deepEqual(given, ['one']);
  for await (const chunk of verifyBytes(chunksOf(chunks), sha256Hex('onetwo'))) given.push(chunk.toString());
  assert.deepEqual(given, ['one', 'one', 'two']);
});

test('a blob that is opened and never read leaves no file open', async (t) => {
  const directory = await makeDirectory(t);
  const path = join(directory, 'blob');
  await writeFile(path, 'content');
  const openFiles = async () => (await readdir('/proc/self/fd')).length;
  const before = await openFiles();
  for (let opened = 0; opened < 50; opened += 1) (await readVerified(path, sha256Hex('content'))).stream.destroy();
  for (let tries = 0; tries < 300 && (await openFiles()) - before >= 10; tries += 1) await sleepMs(50);
  assert.ok((await openFiles()) - before < 10);
});

test('opening a store removes what an interrupted upload left', async (t) => {
  const directory = await makeDirectory(t);
  const options = { directory, vault: { socket: join(directory, 'nobody.sock') }, limitBytes: 10 };
  createBlobStore(options);
  await writeFile(join(directory, 'incoming', '7'), 'half');
  createBlobStore(options);
  assert.deepEqual(await readdir(join(directory, 'incoming')), []);
});

async function* chunksOf(chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* chunks;
}
