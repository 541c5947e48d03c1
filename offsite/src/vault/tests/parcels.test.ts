import assert from 'node:assert/strict';
import { chmod, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { createBlobStore, fetchParcels, pathOfBlob, sendParcels } from '@bulkhead/blobs';
import { type ErrorCode, hasCode, sha256Hex } from '@bulkhead/kernel';
import { callWire } from '@bulkhead/wire';
import { z } from 'zod';
import { bootVault, until } from './booted-vault.ts';

const parcelOf = (text: string) => ({ sha256: sha256Hex(text), bytes: Buffer.from(text) });
const refusedWith = (code: ErrorCode) => (error: unknown) => hasCode(error, code) || assert.fail(String(error));
const damage = async (directory: string, sha256: string) => {
  const path = pathOfBlob(join(directory, 'website'), sha256);
  await chmod(path, 0o600);
  await writeFile(path, Buffer.alloc(100, 7));
};

test('[V1] [V3] small blobs are brought and fetched many at once, outlast a kill, and are for their own compartment alone', async (t) => {
  const vault = await bootVault(t);
  const parcels = Array.from({ length: 200 }, (_, at) => parcelOf(`small contents ${at}\n`.repeat(at)));
  assert.equal((await sendParcels(vault.website, parcels)).size, 0);
  await vault.stop('SIGKILL');
  await vault.start();
  assert.equal((await sendParcels(vault.website, parcels.slice(0, 9))).size, 0, 'what is there is found to be the same');
  const digests = parcels.map(({ sha256 }) => sha256);
  const found = new Map((await fetchParcels(vault.website, digests)).map(({ sha256, bytes }) => [sha256, bytes]));
  for (const { sha256, bytes } of parcels) assert.deepEqual(found.get(sha256), bytes);
  assert.deepEqual(await fetchParcels(vault.identity, digests), []);
  await assert.rejects(sendParcels(vault.offsite, parcels), refusedWith('request.forbidden'));
});

test('[V2] [V4] among many small blobs only those that have their digest are kept, and none takes the place of another', async (t) => {
  const vault = await bootVault(t);
  const [first, second, third] = [parcelOf('first'), parcelOf('second'), parcelOf('third')];
  assert.equal((await sendParcels(vault.website, [first])).size, 0);
  const forged = { sha256: first.sha256, bytes: Buffer.from('other') };
  const wrong = { sha256: second.sha256, bytes: Buffer.from('other') };
  assert.deepEqual(await sendParcels(vault.website, [forged, wrong, third]), new Set([first.sha256, second.sha256]));
  await until('the finding is told', () => vault.findings.some(({ rule }) => rule === 'vault.append_only_refused'));
  const found = await fetchParcels(vault.website, [first.sha256, second.sha256, third.sha256]);
  assert.deepEqual(found.map(({ bytes }) => String(bytes)).toSorted(), ['first', 'third']);
});

test('[V5] many small blobs that exceed the quota are refused, and nothing of them is kept', async (t) => {
  const vault = await bootVault(t, { quotaBytes: 40_960 });
  const parcels = Array.from({ length: 11 }, (_, at) => parcelOf(`tiny ${at}`));
  await assert.rejects(sendParcels(vault.website, parcels), refusedWith('vault.quota_exceeded'));
  assert.deepEqual(
    await fetchParcels(
      vault.website,
      parcels.map(({ sha256 }) => sha256),
    ),
    [],
  );
  assert.equal((await sendParcels(vault.website, parcels.slice(0, 5))).size, 0);
});

test('[V15] a small blob that two operators erased is refused among others, and not handed out', async (t) => {
  const vault = await bootVault(t);
  const [kept, erased] = [parcelOf('kept'), parcelOf('erased')];
  await sendParcels(vault.website, [kept, erased]);
  const body = { sha256: erased.sha256, request: 'erasure-1' };
  await callWire(vault.offsite, { method: 'POST', path: '/compartments/website/erase', body }, z.unknown());
  assert.deepEqual(await sendParcels(vault.website, [kept, erased]), new Set([erased.sha256]));
  assert.deepEqual(await fetchParcels(vault.website, [kept.sha256, erased.sha256]), [kept]);
});

test('[V6] [V14] a damaged small blob is left out of what is handed out, and brought again with others', async (t) => {
  const vault = await bootVault(t);
  const store = createBlobStore({ directory: join(vault.root, 'blobs'), vault: vault.website, limitBytes: 1_000_000 });
  const digests: string[] = [];
  for (const text of ['one', 'two', 'three']) digests.push((await store.put(Readable.from([Buffer.from(text)]))).sha256);
  for (const sha256 of digests.slice(0, 2)) await damage(vault.directory, sha256);
  assert.deepEqual(
    (await fetchParcels(vault.website, digests)).map(({ bytes }) => String(bytes)),
    ['three'],
  );
  assert.deepEqual(await store.obeyVault(), { brought: 2, lacking: 0, erased: 0 });
  assert.equal((await fetchParcels(vault.website, digests)).length, 3);
  const elsewhere = createBlobStore({ directory: join(vault.root, 'elsewhere'), vault: vault.website, limitBytes: 1_000_000 });
  await elsewhere.ensureSmall(digests);
  for (const sha256 of digests) assert.equal(await elsewhere.has(sha256), true);
});

test('[V1] what a kill left of a small blob is compared before it counts as here, and gives way when it is brought again', async (t) => {
  const vault = await bootVault(t);
  const [whole, torn] = [parcelOf('whole'), parcelOf('torn')];
  assert.equal((await sendParcels(vault.website, [whole, torn])).size, 0);
  await vault.stop('SIGKILL');
  const register = new DatabaseSync(join(vault.directory, '.keyring', 'register.sqlite'));
  register.exec("update blob set state = 'coming'");
  register.close();
  const path = pathOfBlob(join(vault.directory, 'website'), torn.sha256);
  const { size } = await stat(path);
  await chmod(path, 0o600);
  await writeFile(path, Buffer.alloc(size));
  await vault.start();
  const digests = [whole.sha256, torn.sha256];
  assert.deepEqual(await fetchParcels(vault.website, digests), [whole]);
  assert.equal((await sendParcels(vault.website, [torn, whole, torn])).size, 0);
  assert.equal((await fetchParcels(vault.website, digests)).length, 2);
  assert.equal((await readdir(join(vault.directory, '.damaged', 'website'))).length, 1, 'what lay there is kept as evidence');
});
