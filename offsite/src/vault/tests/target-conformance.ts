import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { sha256Hex } from '@bulkhead/kernel';
import type { BlobName, VaultTarget } from '../target/target.rules.ts';

const MIB = 1_048_576;

/** A target that is opened for one test and closed with it; `reopen` opens the same place again, as after a restart. */
export type OpenForTest = (
  t: TestContext,
) => Promise<{ readonly target: VaultTarget; readonly reopen: () => Promise<VaultTarget> }>;

/** What every target must do. @param name begins each title */
export function testTarget(name: string, open: OpenForTest): void {
  test(`${name}: what is added is there whole, whatever its length, also after a restart`, async (t) => {
    const { target, reopen } = await open(t);
    for (const bytes of [1, 28, 100_000, 17 * MIB]) {
      const content = randomBytes(bytes);
      const blob = nameOf(content);
      assert.equal(await addContent(t, target, blob, content), true);
      for (const side of [target, await reopen()]) {
        assert.equal(await side.sizeOf(blob), bytes);
        assert.ok((await read(side, blob))?.equals(content));
      }
    }
  });

  test(`${name}: [V2] what stands is never replaced`, async (t) => {
    const { target } = await open(t);
    const content = Buffer.from('the original');
    const blob = nameOf(content);
    assert.equal(await addContent(t, target, blob, content), true);
    for (const other of [Buffer.from('ransomed'), Buffer.alloc(17 * MIB)])
      assert.equal(await addContent(t, target, blob, other), false);
    assert.deepEqual(await read(target, blob), content);
  });

  test(`${name}: [V2] of many who add the same name at once, one wins and its bytes are whole`, async (t) => {
    const { target } = await open(t);
    const blob = nameOf(Buffer.from('wanted by many'));
    const contents = Array.from({ length: 6 }, (_, number) => Buffer.alloc(50_000 + number, number));
    const won = await Promise.all(contents.map((content) => addContent(t, target, blob, content)));
    assert.equal(won.filter(Boolean).length, 1);
    assert.deepEqual(await read(target, blob), contents[won.indexOf(true)]);
  });

  test(`${name}: [V2] small objects come many at once, whole, and none in the place of another`, async (t) => {
    const { target, reopen } = await open(t);
    const contents = Array.from({ length: 40 }, (_, number) => randomBytes(1 + number * 500));
    const objects = contents.map((bytes) => ({ name: nameOf(bytes), bytes }));
    const [standing, ...others] = objects;
    assert.ok(standing);
    await addContent(t, target, standing.name, Buffer.from('the original'));
    assert.deepEqual(await target.addSmall(objects), [false, ...others.map(() => true)]);
    assert.deepEqual(
      await target.addSmall(objects),
      objects.map(() => false),
    );
    const again = await reopen();
    for (const { name, bytes } of others) {
      assert.ok((await again.readSmall(name, bytes.length))?.equals(bytes));
      assert.ok((await read(again, name))?.equals(bytes));
    }
    assert.deepEqual(await again.readSmall(standing.name, 12), Buffer.from('the original'));
    assert.equal((await again.readSmall(standing.name, 5))?.length, 6, 'more than was told is seen to be more');
    assert.equal(await again.readSmall({ ...standing.name, compartment: 'identity' }, 12), undefined);
  });

  test(`${name}: what is not there is told as absent, and compartments do not see each other's`, async (t) => {
    const { target } = await open(t);
    const content = Buffer.from('of the website');
    const blob = nameOf(content);
    assert.equal(await target.sizeOf(blob), undefined);
    assert.equal(await target.open(blob), undefined);
    await addContent(t, target, blob, content);
    assert.equal(await target.sizeOf({ ...blob, compartment: 'identity' }), undefined);
    assert.deepEqual(await listed(target, 'identity'), []);
  });

  test(`${name}: everything that stands is listed, once`, async (t) => {
    const { target } = await open(t);
    const contents = Array.from({ length: 5 }, (_, number) => Buffer.from(`blob ${number}`));
    for (const content of contents) await addContent(t, target, nameOf(content), content);
    assert.deepEqual(await listed(target, 'website'), contents.map((content) => sha256Hex(content)).toSorted());
  });

  test(`${name}: [V6] a damaged blob is set aside, and its name takes the right bytes`, async (t) => {
    const { target } = await open(t);
    const blob = nameOf(Buffer.from('right'));
    await addContent(t, target, blob, Buffer.from('wrong'));
    await target.setAside(blob, '1');
    await target.setAside(blob, '2');
    assert.equal(await target.sizeOf(blob), undefined);
    assert.equal(await addContent(t, target, blob, Buffer.from('right')), true);
    assert.deepEqual(await read(target, blob), Buffer.from('right'));
  });

  test(`${name}: a stream that nobody reads to its end does no harm`, async (t) => {
    const { target } = await open(t);
    const content = randomBytes(3 * MIB);
    const blob = nameOf(content);
    await addContent(t, target, blob, content);
    const opened = await target.open(blob);
    opened?.stream.on('error', () => {});
    opened?.stream.destroy();
    assert.ok((await read(target, blob))?.equals(content));
  });
}

/** What can be taken away must be gone. Not for targets whose retention forbids it. */
export function testRemoval(name: string, open: OpenForTest): void {
  test(`${name}: what is removed is gone, and removing it again is well`, async (t) => {
    const { target } = await open(t);
    const content = Buffer.from('collected');
    const blob = nameOf(content);
    await addContent(t, target, blob, content);
    for (const _ of ['once', 'twice']) assert.equal(await target.remove(blob), 'removed');
    assert.equal(await target.open(blob), undefined);
    assert.deepEqual(await listed(target, 'website'), []);
  });
}

export function nameOf(content: Buffer): BlobName {
  return { compartment: 'website', sha256: sha256Hex(content) };
}

export async function addContent(t: TestContext, target: VaultTarget, blob: BlobName, content: Buffer): Promise<boolean> {
  const directory = await temporaryDirectory(t);
  const path = join(directory, 'coming');
  await writeFile(path, content);
  const wasAdded = await target.add(blob, { path, bytes: content.length });
  const isLeft = await stat(path).then(
    () => true,
    () => false,
  );
  assert.ok(!wasAdded || !isLeft, 'the file of what was added is gone');
  return wasAdded;
}

export async function read(target: VaultTarget, blob: BlobName): Promise<Buffer | undefined> {
  const opened = await target.open(blob);
  if (!opened) return undefined;
  const parts: Buffer[] = [];
  for await (const part of opened.stream as AsyncIterable<Buffer>) parts.push(part);
  const content = Buffer.concat(parts);
  assert.equal(content.length, opened.bytes);
  return content;
}

export async function temporaryDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'bulkhead-target-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

async function listed(target: VaultTarget, compartment: string): Promise<string[]> {
  const found: string[] = [];
  for await (const sha256 of target.list(compartment)) found.push(sha256);
  return found.toSorted();
}
