import assert from 'node:assert/strict';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { FileWriter, passOn, releaseBuffer, takeChunks } from '@bulkhead/blobs';
import { sendFile } from '#send-file.ts';

const MIB = 1_048_576;

async function fileIn(t: TestContext, content: Buffer): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'bulkhead-passing-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  await writeFile(join(directory, 'file'), content);
  return join(directory, 'file');
}

function collect(): { readonly to: Writable; readonly got: Buffer[] } {
  const got: Buffer[] = [];
  const to = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      // Copied, as the memory may be used again once this is done.
      got.push(Buffer.from(chunk));
      setImmediate(done);
    },
  });
  return { to, got };
}

test('pieces of any length are written in order behind what stands, however many come before the disk answers', async (t) => {
  const path = await fileIn(t, Buffer.from('before '));
  const pieces = [1, 3 * MIB, 0, 17, MIB - 1, 5, 2 * MIB].map((length, at) => Buffer.alloc(length, at + 65));
  const expected = Buffer.concat([Buffer.from('before '), ...pieces]);
  const handle = await open(path, 'r+');
  t.after(() => handle.close());
  const writer = new FileWriter(handle, { from: 7, isOwner: true, isFlushed: true });
  const full = pieces.map((piece) => writer.take(piece));
  assert.ok(
    full.some((one) => one !== undefined),
    'whoever gives more than it holds is told to wait',
  );
  await Promise.all(full.map((one) => Promise.resolve(one)));
  await writer.flush();
  assert.ok((await readFile(path)).equals(expected));
  assert.ok(
    pieces.every((piece) => piece.length < 4096 || piece.buffer.byteLength === 0),
    'memory is given back',
  );
});

test('a write that fails is told by all that follows, and nothing is taken for flushed', async (t) => {
  const handle = await open(await fileIn(t, Buffer.from('read only')), 'r');
  t.after(() => handle.close());
  const writer = new FileWriter(handle, { isOwner: false, isFlushed: true });
  void writer.take(Buffer.alloc(2 * MIB));
  await assert.rejects(writer.finish(), { code: 'EBADF' });
  await assert.rejects(async () => writer.take(Buffer.alloc(2 * MIB)), { code: 'EBADF' });
  await assert.rejects(writer.flush(), { code: 'EBADF' });
});

test('nothing more is given while a chunk is being dealt with, and the end waits for the last one', async () => {
  const given: string[] = [];
  let running = 0;
  const take = async (chunk: Buffer) => {
    running += 1;
    assert.equal(running, 1);
    await new Promise((resolve) => setImmediate(resolve));
    given.push(chunk.toString());
    running -= 1;
  };
  await takeChunks(Readable.from(['one', Buffer.from('two'), 'three']), take, 'chunks');
  assert.deepEqual(given, ['one', 'two', 'three']);
});

test('a chunk that is refused leaves its stream alone; a stream that fails is told once its last chunk is dealt with', async () => {
  const source = Readable.from(Array(100).fill(Buffer.alloc(1000)));
  const refuse = () => {
    throw new Error('refused');
  };
  await assert.rejects(takeChunks(source, refuse, 'chunks'), /refused/);
  assert.ok(!source.destroyed && !source.readableEnded);
  const failing = new PassThrough();
  let isDone = false;
  const taking = takeChunks(
    failing,
    async () => {
      failing.destroy(new Error('broke off'));
      await new Promise((resolve) => setTimeout(resolve, 20));
      isDone = true;
    },
    'chunks',
  );
  failing.write('half');
  await assert.rejects(taking, /broke off/);
  assert.ok(isDone);
});

test('a part of a file is sent whole; one that is shorter than told, and a receiver who goes away, are faults', async (t) => {
  const content = Buffer.alloc(2 * MIB + 5, 'contents of a file, ');
  const path = await fileIn(t, content);
  const { to, got } = collect();
  await sendFile(path, { from: 3, bytes: 2 * MIB }, to);
  assert.ok(Buffer.concat(got).equals(content.subarray(3, 3 + 2 * MIB)));
  assert.ok(to.writableEnded);
  await assert.rejects(sendFile(path, { from: 0, bytes: 3 * MIB }, collect().to), /became shorter/);
  const gone = new Writable({ write: () => setImmediate(() => gone.destroy()) });
  await assert.rejects(sendFile(path, { from: 0, bytes: content.length }, gone));
});

test('what is passed on arrives whole; a receiver who goes away ends it for both', async () => {
  const chunks = Array.from({ length: 20 }, (_, at) => Buffer.alloc(100_000, at + 1));
  const expected = Buffer.concat(chunks);
  const { to, got } = collect();
  await passOn(Readable.from(chunks), to);
  assert.ok(Buffer.concat(got).equals(expected));
  const source = Readable.from(Array.from({ length: 20 }, () => Buffer.alloc(100_000)));
  const gone = new Writable({ write: () => setImmediate(() => gone.destroy()) });
  await assert.rejects(passOn(source, gone), /gone away/);
  assert.ok(source.destroyed);
});

test('memory of its own is given back at once, a part of another buffer never', () => {
  const [own, whole] = [Buffer.alloc(10_000, 1), Buffer.alloc(10_000, 2)];
  releaseBuffer(own);
  assert.equal(own.length, 0);
  const part = whole.subarray(0, 5000);
  releaseBuffer(part);
  assert.equal(part[0], 2);
});
