import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmod, cp, link, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { type BlobStore, createBlobStore, pathOfBlob } from '@bulkhead/blobs';
import { erasedBlobSchema, missingBlobsSchema, vaultDutiesSchema } from '@bulkhead/contracts';
import { createLog, type ErrorCode, hasCode, sha256Hex } from '@bulkhead/kernel';
import { callWire, openWire } from '@bulkhead/wire';
import { z } from 'zod';
import { Keyring } from '../keyring.actions.ts';
import { Register } from '../register.store.ts';
import { scrub } from '../scrub.jobs.ts';
import { openDiskTarget } from '../target/disk.actions.ts';
import { openVault } from '../vault.actions.ts';
import { type BootedVault, bootVault, MIB, until } from './booted-vault.ts';
import { temporaryDirectory } from './target-conformance.ts';

function storeOf(vault: BootedVault): { readonly store: BlobStore; readonly directory: string } {
  const directory = join(vault.root, 'blobs');
  return { directory, store: createBlobStore({ directory, vault: vault.website, limitBytes: 64 * MIB }) };
}

async function putAll(store: BlobStore, contents: readonly Buffer[]): Promise<string[]> {
  const digests: string[] = [];
  for (const content of contents) digests.push((await store.put(Readable.from([content]))).sha256);
  return digests;
}

async function damage(path: string): Promise<void> {
  await chmod(path, 0o600);
  const bytes = await readFile(path);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  await writeFile(path, bytes);
}

async function readVault(vault: BootedVault, sha256: string): Promise<Buffer> {
  const { body } = await openWire(vault.website, { method: 'GET', path: `/blobs/${sha256}` });
  const parts: Buffer[] = [];
  for await (const part of body as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts);
}

function refusedWith(code: ErrorCode) {
  return (error: unknown) => hasCode(error, code) || assert.fail(`expected ${code}, got ${String(error)}`);
}

const askMissing = (vault: BootedVault, digests: string[]) =>
  callWire(vault.offsite, { method: 'POST', path: '/compartments/website/missing', body: { digests } }, missingBlobsSchema);
const erase = (vault: BootedVault, sha256: string) =>
  callWire(
    vault.offsite,
    { method: 'POST', path: '/compartments/website/erase', body: { sha256, request: 'erasure-1' } },
    erasedBlobSchema,
  );
const inVault = (vault: BootedVault, sha256: string) => pathOfBlob(join(vault.directory, 'website'), sha256);

test('[V14] what a scrub finds damaged or gone is asked for, brought by headquarters, and told as healed', async (t) => {
  const vault = await bootVault(t, { scrubEverySeconds: 1 });
  const { store, directory } = storeOf(vault);
  const contents = [randomBytes(100), randomBytes(2 * MIB), randomBytes(3000), randomBytes(50)];
  const [bitten = '', gone = '', lacking = '', whole = ''] = await putAll(store, contents);
  await damage(inVault(vault, bitten));
  await damage(inVault(vault, lacking));
  await damage(pathOfBlob(directory, lacking));
  await rm(inVault(vault, gone), { force: true });
  const duties = () => callWire(vault.website, { method: 'GET', path: '/duties' }, vaultDutiesSchema);
  await until('all three were found', async () => (await duties()).wanted.length === 3);
  await until('it was told', () => vault.findings.some(({ rule }) => rule === 'vault.damaged'));
  assert.deepEqual((await duties()).wanted.toSorted(), [bitten, gone, lacking].toSorted());
  const others = await callWire(vault.identity, { method: 'GET', path: '/duties' }, vaultDutiesSchema);
  assert.deepEqual(others.wanted, [], 'nobody is asked for what is not theirs');
  await assert.rejects(openWire(vault.offsite, { method: 'GET', path: '/duties' }), refusedWith('request.forbidden'));
  assert.deepEqual(await store.obeyVault(), { brought: 2, lacking: 1, erased: 0 });
  for (const [at, sha256] of [bitten, gone].entries()) assert.deepEqual(await readVault(vault, sha256), contents[at]);
  assert.deepEqual(await readVault(vault, whole), contents[3]);
  await until('healing was told', () => vault.findings.some(({ rule }) => rule === 'vault.healed'));
  assert.deepEqual((await duties()).wanted, [lacking], 'what is damaged at both sites stays asked for');
});

async function openedVault(t: TestContext, opened: string[]) {
  const directory = await temporaryDirectory(t);
  const disk = openDiskTarget(directory);
  const open = () =>
    openVault({
      directory,
      target: { ...disk, readSmall: (name, bytes) => (opened.push(name.sha256), disk.readSmall(name, bytes)) },
      quotas: { website: 100 * MIB },
      recipients: [],
      now: () => new Date(),
      elapsedMs: () => performance.now(),
      raise: () => {},
    });
  return { directory, open };
}

test('[V7] a scrub that was broken off goes on where it was, and reads every blob once', async (t) => {
  const opened: string[] = [];
  const { open } = await openedVault(t, opened);
  const first = await open();
  const digests: string[] = [];
  for (let number = 0; number < 150; number += 1) {
    const content = Buffer.from(`blob ${number}`);
    digests.push(sha256Hex(content));
    await first.addBlob('website', sha256Hex(content), Readable.from([content]));
  }
  const stopping = new AbortController();
  const how = { log: createLog('scrub', 'silent'), bytesPerSecond: 1000, positionEveryMs: 0, signal: stopping.signal };
  const scrubbing = scrub({ ...how, vault: first });
  await until('it is under way', () => opened.length > 40);
  stopping.abort(new Error('stopping'));
  await scrubbing;
  await first.close();
  const before = opened.length;
  const second = await open();
  await scrub({ ...how, vault: second, bytesPerSecond: 1e9, signal: new AbortController().signal });
  await second.close();
  assert.ok(before < 150);
  assert.deepEqual([...new Set(opened)], digests.toSorted());
  assert.ok(opened.length <= 151, 'only the blob that was being read is read again');
});

test('[V15] an erased blob can be read by nobody, anywhere, is refused when it is brought again, and is not missing', async (t) => {
  const vault = await bootVault(t);
  const { store, directory } = storeOf(vault);
  const contents = [randomBytes(1000), randomBytes(2000)];
  const [personal = '', other = ''] = await putAll(store, contents);
  await mkdir(join(vault.root, 'evidence'));
  await link(pathOfBlob(directory, personal), join(vault.root, 'evidence', 'kept'));
  const sealed = await readFile(inVault(vault, personal));
  assert.ok(!sealed.includes(contents[0]?.subarray(0, 32) ?? ''), 'contents do not lie in the clear');
  await assert.rejects(
    openWire(vault.website, { method: 'POST', path: '/compartments/website/erase', body: { sha256: personal, request: 'x' } }),
    refusedWith('request.forbidden'),
  );
  assert.deepEqual(await erase(vault, personal), { sha256: personal, wasHere: true, bytes: 'removed' });
  assert.deepEqual(await erase(vault, personal), { sha256: personal, wasHere: false, bytes: 'removed' });
  for (const _ of ['before', 'after']) {
    await assert.rejects(readVault(vault, personal), refusedWith('blob.erased'));
    await assert.rejects(store.put(Readable.from([contents[0] ?? ''])), refusedWith('blob.erased'));
    await assert.rejects(
      openWire(vault.website, { method: 'POST', path: `/uploads/${personal}`, body: { bytes: 1000 } }),
      refusedWith('blob.erased'),
    );
    assert.deepEqual(await askMissing(vault, [personal, other, 'c'.repeat(64)]), {
      missing: ['c'.repeat(64)],
      erased: [personal],
    });
    assert.deepEqual(await readVault(vault, other), contents[1], 'nothing else is lost');
    await vault.stop('SIGKILL');
    await vault.start();
  }
  assert.deepEqual(await store.obeyVault(), { brought: 0, lacking: 0, erased: 1 });
  assert.equal(await store.has(personal), false);
  assert.deepEqual(await readFile(join(vault.root, 'evidence', 'kept')), Buffer.alloc(1000), 'other links are empty too');
  await assert.rejects(store.open(personal), refusedWith('blob.erased'));
  assert.deepEqual(await store.obeyVault(), { brought: 0, lacking: 0, erased: 0 });
  const allowed = { method: 'POST', path: '/compartments/website/allow', body: { sha256: personal } } as const;
  await callWire(vault.offsite, allowed, z.object({ ok: z.literal(true) }));
  assert.deepEqual(await putAll(store, [contents[0] ?? Buffer.alloc(0)]), [personal]);
});

test('[V15] a copy of the register from before an erasure does not open with the keyring after it', async (t) => {
  const vault = await bootVault(t);
  const content = randomBytes(1000);
  const sha256 = sha256Hex(content);
  const { store } = storeOf(vault);
  await putAll(store, [content]);
  const keyringDirectory = join(vault.directory, '.keyring');
  const copy = join(vault.root, 'copy');
  await vault.stop('SIGTERM');
  await cp(keyringDirectory, copy, { recursive: true });
  await vault.start();
  await erase(vault, sha256);
  assert.deepEqual(
    (await readdir(keyringDirectory)).filter((name) => name.startsWith('wrapping')),
    ['wrapping-2.age'],
  );
  const files = async (directory: string) =>
    Buffer.concat(await Promise.all((await readdir(directory)).map((name) => readFile(join(directory, name)))));
  const old = Register.open(copy);
  const wrapped = old.find({ compartment: 'website', sha256 })?.wrappedKey;
  assert.ok(wrapped);
  assert.ok(!(await files(keyringDirectory)).includes(Buffer.from(wrapped)), 'nor is the old entry left in the register');
  await rm(join(copy, 'wrapping-1.age'));
  await cp(join(keyringDirectory, 'wrapping-2.age'), join(copy, 'wrapping-2.age'));
  await assert.rejects(Keyring.open({ directory: copy, register: old, recipients: [] }), refusedWith('vault.keyring_broken'));
  old.close();
});

test('[V16] a keyring that lost its register, or a key that does not open, stops the vault instead of beginning anew', async (t) => {
  const { directory, open } = await openedVault(t, []);
  const content = Buffer.from('kept');
  const vault = await open();
  await vault.addBlob('website', sha256Hex(content), Readable.from([content]));
  await vault.erase({ compartment: 'website', sha256: 'e'.repeat(64) }, 'erasure-1');
  await vault.close();
  const keyring = join(directory, '.keyring');
  await cp(keyring, join(directory, 'copy'), { recursive: true });
  for (const file of await readdir(keyring)) if (file.startsWith('register')) await rm(join(keyring, file));
  await assert.rejects(open(), refusedWith('vault.keyring_broken'));
  await rm(keyring, { recursive: true });
  await cp(join(directory, 'copy'), keyring, { recursive: true });
  await writeFile(join(keyring, 'wrapping-3.age'), 'of an erasure that a kill broke off');
  const again = await open();
  assert.equal((await again.holdings.open({ compartment: 'website', sha256: sha256Hex(content) })).bytes, 4);
  assert.ok(!(await readdir(keyring)).includes('wrapping-3.age'));
  await again.close();
  await writeFile(join(keyring, 'wrapping-2.age'), 'damaged');
  await assert.rejects(open(), refusedWith('vault.keyring_broken'));
});
