import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { hasCode } from '@bulkhead/kernel';
import { z } from 'zod';
import { makeDirectory } from '#file/directory.ts';
import { readJson, writeJsonDurably } from '#file/durable-json.ts';
import { isRoot } from '#owner/owner.ts';
import { createUidAllocator } from '#owner/uid-allocator.ts';
import { backOffMs } from '#process/back-off.rules.ts';
import { prepareRuntime } from '#runtime/prepare-runtime.ts';
import { takeSiteLock } from '#site/site-lock.ts';
import { temporaryDirectory } from './estate-of-examples.ts';

const CHECKOUT = join(import.meta.dirname, '../../..');

test('[SU3] of many that take the lock of a site at once, one gets it and the others are told estate.already_running', async (t) => {
  const directory = await temporaryDirectory(t);
  const tries = await Promise.allSettled(Array.from({ length: 20 }, () => takeSiteLock(directory)));
  const won = tries.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  assert.equal(won.length, 1);
  for (const one of tries) assert.ok(one.status === 'fulfilled' || hasCode(one.reason, 'estate.already_running'));
  await won[0]?.release();
  await (await takeSiteLock(directory)).release();
  assert.deepEqual(await readdir(directory), []);
});

test('[SU3] a lock whose holder is dead, or whose number belongs to a later process, is taken over, by one only', async (t) => {
  const directory = await temporaryDirectory(t);
  for (const content of [
    '{"pid":4194303,"startTime":"gone:1"}',
    `{"pid":${process.pid},"startTime":"an earlier boot:7"}`,
    'half a li',
  ]) {
    await writeFile(join(directory, 'lock'), content);
    // A starter that was killed while it took over.
    await writeFile(join(directory, 'lock.turn'), content);
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => takeSiteLock(directory)));
    const won = tries.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    assert.equal(won.length, 1, content);
    await won[0]?.release();
  }
});

test('uids stay the same over restarts, and one given back returns only after all others', async (t) => {
  if (!isRoot()) return t.skip('not shown: only root allots uids');
  const directory = await temporaryDirectory(t);
  const options = { file: join(directory, 'uids.json'), base: 64_000, count: 3 };
  const uids = createUidAllocator(options);
  assert.deepEqual(await Promise.all(['a', 'b', 'a'].map((name) => uids.ownerOf(name))), [
    { uid: 64_000, gid: 64_000 },
    { uid: 64_001, gid: 64_001 },
    { uid: 64_000, gid: 64_000 },
  ]);
  await uids.release('a');
  assert.equal((await uids.ownerOf('c', 99))?.uid, 64_002);
  const later = createUidAllocator(options);
  assert.equal((await later.ownerOf('b'))?.uid, 64_001);
  assert.equal((await later.ownerOf('d'))?.uid, 64_000);
  await assert.rejects(later.ownerOf('e'), (error) => hasCode(error, 'config.invalid'));
});

test('a directory is not made where a link stands', async (t) => {
  const directory = await temporaryDirectory(t);
  await mkdir(join(directory, 'real'));
  await symlink(join(directory, 'real'), join(directory, 'link'));
  await assert.rejects(makeDirectory(join(directory, 'link'), { mode: 0o700 }), (error) => hasCode(error, 'config.invalid'));
  await makeDirectory(join(directory, 'a/b'), { mode: 0o700 });
  assert.equal((await stat(join(directory, 'a/b'))).mode & 0o777, 0o700);
});

test('a JSON file of another form is refused, one that is missing is nothing', async (t) => {
  const directory = await temporaryDirectory(t);
  const path = join(directory, 'x.json');
  assert.equal(await readJson(path, z.object({ a: z.number() })), undefined);
  await writeJsonDurably(path, { a: 1 });
  assert.deepEqual(await readJson(path, z.object({ a: z.number() })), { a: 1 });
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  await writeFile(path, '{"a":');
  await assert.rejects(readJson(path, z.object({ a: z.number() })), (error) => hasCode(error, 'config.invalid'));
  assert.deepEqual(await readdir(directory), ['x.json']);
});

test('waits between starts double from a tenth of a second to half a minute', () => {
  assert.deepEqual([1, 2, 3, 4, 9, 10, 1000].map(backOffMs), [100, 200, 400, 800, 25_600, 30_000, 30_000]);
});

test('a readable checkout is run from where it is; without root there is nothing to prepare', async (t) => {
  const directory = await temporaryDirectory(t);
  const asUser = await prepareRuntime({ checkout: CHECKOUT, dataDirectory: directory, switchesUser: false });
  const compiled = join(CHECKOUT, 'node_modules/.cache/compiled');
  assert.deepEqual(asUser, { checkout: CHECKOUT, node: process.execPath, compiled, boundary: 'api' });
});

test('a checkout that others cannot read is copied once, without packages for developing, and again when code changed', async (t) => {
  if (!isRoot()) return t.skip('not shown: only root needs a copy for other users');
  const home = await mkdtemp(join(tmpdir(), 'bhs-home-'));
  t.after(() => rm(home, { recursive: true, force: true }));
  const dataDirectory = await temporaryDirectory(t);
  await layHiddenCheckout(home);
  const prepare = () => prepareRuntime({ checkout: home, dataDirectory });
  const first = await prepare();
  assert.equal(first.boundary, 'uid');
  assert.ok(first.checkout.startsWith(join(dataDirectory, 'runtime')));
  assert.equal((await stat(first.node)).mode & 0o777, 0o755);
  assert.deepEqual((await readdir(join(first.checkout, 'node_modules'))).sort(), ['@bulkhead', 'zod']);
  assert.equal(
    await readFile(join(first.checkout, 'node_modules/@bulkhead/kernel/src/index.ts'), 'utf8'),
    'export const a = 1;\n',
    'workspaces stay links',
  );
  assert.deepEqual(await prepare(), first);
  await writeFile(join(home, 'packages/kernel/src/index.ts'), 'export const a = 22;\n');
  const second = await prepare();
  assert.notEqual(second.checkout, first.checkout);
  assert.equal((await readdir(join(dataDirectory, 'runtime'))).length, 1, 'the older copy is gone');
});

test('as root a data directory that other users cannot reach is refused with what to do', async (t) => {
  if (!isRoot()) return t.skip('not shown: only root runs processes under other users');
  const home = await mkdtemp(join(tmpdir(), 'bhs-home-'));
  t.after(() => rm(home, { recursive: true, force: true }));
  await assert.rejects(prepareRuntime({ checkout: CHECKOUT, dataDirectory: join(home, 'data') }), /chmod o\+x/);
});

async function layHiddenCheckout(home: string): Promise<void> {
  for (const directory of [
    'packages/kernel/src',
    'compartments',
    'headquarters',
    'offsite',
    'node_modules/zod',
    'node_modules/@bulkhead',
    'node_modules/typescript',
  ]) {
    await mkdir(join(home, directory), { recursive: true });
  }
  await writeFile(join(home, 'package.json'), '{"type":"module"}');
  await writeFile(join(home, 'packages/kernel/package.json'), '{}');
  await writeFile(join(home, 'packages/kernel/src/index.ts'), 'export const a = 1;\n', { mode: 0o600 });
  await writeFile(join(home, 'node_modules/zod/package.json'), '{}');
  await symlink('../../packages/kernel', join(home, 'node_modules/@bulkhead/kernel'));
  await chmod(home, 0o700);
}
