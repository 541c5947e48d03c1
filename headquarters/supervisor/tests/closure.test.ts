import assert from 'node:assert/strict';
import { chmod, cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Applied } from '@bulkhead/contracts';
import { sha256Hex } from '@bulkhead/kernel';
import { readControlFile } from '@bulkhead/postgres';
import { digestDirectory } from '@bulkhead/supervision';
import { waitUntil } from '@bulkhead/testkit';
import { Headquarters } from './headquarters.ts';
import { packDirectory } from './image-tar.ts';
import { keepCatalog } from './wal-receiver.ts';

const LONG_MS = 90_000;
const READ = { compartment: 'example', state: 'read-only' } as const;
const EXAMPLE = join(import.meta.dirname, 'example-compartment');

/** A headquarters that is sealed, and an image of its database. */
async function prepare(t: TestContext) {
  const headquarters = await Headquarters.prepare(t);
  const data = join(headquarters.directory, 'd/example');
  const { offSite } = headquarters;
  await offSite.appear();
  offSite.order({ compartment: 'example', state: 'open' });
  headquarters.start();
  await headquarters.untilReady();
  assert.equal(await headquarters.end(), 0);
  const tar = await packDirectory(join(data, 'pg'));
  const { systemIdentifier: systemId } = await readControlFile(join(data, 'pg'));
  headquarters.start();
  await headquarters.untilReady();
  const before = await environmentOf(headquarters);
  offSite.order({ compartment: 'example', state: 'sealed' });
  await untilApplied(headquarters, 2);
  return { headquarters, offSite, tar, systemId, before };
}

function untilApplied(headquarters: Headquarters, epoch: number, ok = true): Promise<Applied> {
  return waitUntil(
    () => headquarters.offSite.applied.findLast((one) => one.part === 'supervisor' && one.epoch === epoch && one.ok === ok),
    { what: `order ${epoch} is carried out`, timeoutMs: LONG_MS },
  ).catch((error: unknown) => {
    throw new Error(headquarters.output.slice(-5000), { cause: error });
  });
}

async function environmentOf(headquarters: Headquarters): Promise<Record<string, string>> {
  const pid = (await headquarters.status()).processes.find(({ name }) => name === 'example')?.pid;
  const lines = (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0').filter((line) => line.includes('='));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

test('[O13] [O14] [O15] with an image every secret of the compartment is another; old passwords, the replication’s too, are tried and refused; the gateway’s keys are replaced once; the catalog is kept for the standby', async (t) => {
  const { headquarters, offSite, tar, systemId, before } = await prepare(t);
  const blob = { text: 'from the vault', digest: sha256Hex('from the vault') };
  offSite.blobs.set(blob.digest, Buffer.from(blob.text));
  const rotated = 'c'.repeat(64);
  offSite.rotatedSecret = rotated;
  offSite.rotatedPassword = 'd'.repeat(64);
  offSite.vaultSecrets['example'] = rotated;
  await offSite.vanish();
  await offSite.appear();
  const image = offSite.offer(tar, { systemId, blobs: [blob.digest] });
  offSite.order({ compartment: 'example', state: 'restoring', image, rotatesCookieKey: true, rotatesGatewayKey: 'gateway-r1' });
  assert.match((await untilApplied(headquarters, 3)).detail, /1 fetched from the vault/);
  offSite.order(READ);
  const { closure } = await untilApplied(headquarters, 4);
  assert.deepEqual(closure, { passwordsTried: 3, passwordsRefused: 3, tokens: { tried: 1, refused: 1 }, build: null });
  const trust = async () => JSON.parse(await readFile(join(headquarters.directory, 'd/public/trust.json'), 'utf8')).gatewayKeys;
  assert.deepEqual(
    (await trust()).map(({ keyId, until }: { keyId: string; until?: object }) => [keyId, until !== undefined]),
    [
      ['gateway-1', true],
      ['gateway-r1', false],
    ],
  );
  assert.equal(await signingKeyOf(headquarters), 'gateway-r1');
  assert.equal(await headquarters.countHolders(), 1, 'the catalog is held back until a standby does so');
  const standby = await keepCatalog(join(headquarters.directory, 'r/hq/example-pg'), offSite.rotatedPassword);
  await waitUntil(async () => (await headquarters.countHolders()) === 0, {
    what: 'the standby has taken over',
    timeoutMs: LONG_MS,
  });
  await standby.end();
  const after = await environmentOf(headquarters);
  for (const name of ['DATABASE_PASSWORD', 'INTERNAL_SECRET', 'VAULT_SECRET']) assert.notEqual(after[name], before[name], name);
  assert.equal(after['VAULT_SECRET'], rotated);
  const key = join(headquarters.directory, 'd/supervisor/cookie-key');
  const first = await readFile(key, 'utf8');
  assert.match(first, /^[0-9a-f]{64}$/);

  assert.equal(await headquarters.end(), 0);
  await offSite.vanish();
  await putAsideTrueSuperuser(headquarters);
  headquarters.start();
  await headquarters.untilReady();
  assert.equal((await environmentOf(headquarters))['VAULT_SECRET'], rotated, 'kept while off-site is away');
  assert.equal(await readFile(key, 'utf8'), first);
  assert.equal(await signingKeyOf(headquarters), 'gateway-r1');
  assert.equal((await trust()).length, 2);
  await offSite.appear();
  offSite.order({ compartment: 'example', state: 'sealed' });
  await untilApplied(headquarters, 5);
  offSite.order(READ);
  const told = await untilApplied(headquarters, 6);
  assert.deepEqual(told.closure, { passwordsTried: 4, passwordsRefused: 3, tokens: { tried: 1, refused: 1 }, build: null });
  assert.deepEqual(offSite.drawnKeys, ['gateway-r1'], 'drawn once');
});

/** The id of the key that the gateway runs with. */
async function signingKeyOf(headquarters: Headquarters): Promise<string> {
  const pid = (await headquarters.status()).processes.find(({ name }) => name === 'gateway')?.pid;
  const line = (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0').find((one) => one.startsWith('SIGNING_KEY_FILE='));
  return JSON.parse(await readFile(line?.slice('SIGNING_KEY_FILE='.length) ?? '', 'utf8')).keyId;
}

/** Sessions that keep old rows from being cleaned away. */
/** As if the superuser's password had survived the restore. */
async function putAsideTrueSuperuser(headquarters: Headquarters): Promise<void> {
  const path = join(headquarters.directory, 'd/supervisor/secrets-example.json');
  const kept = JSON.parse(await readFile(path, 'utf8'));
  kept.retired.passwords.push({ role: 'postgres', password: kept.superusers.example });
  await writeFile(path, JSON.stringify(kept));
}

test('[O12] a build that an order names runs in the place of the usual code, over restarts too; one that differs is told and not started', async (t) => {
  const { headquarters, offSite } = await prepare(t);
  const source = join(headquarters.directory, 'patched');
  await cp(EXAMPLE, source, { recursive: true });
  await chmod(source, 0o755);
  await writeFile(join(source, 'src/PATCHED'), 'mended\n');
  const build = { directory: source, sha256: await digestDirectory(source) };
  offSite.order({ ...READ, build: { ...build, sha256: 'e'.repeat(64) } });
  const failed = await untilApplied(headquarters, 3, false);
  assert.match(failed.detail, /has another digest than was ordered/);
  await waitUntil(() => offSite.findings.some(({ rule }) => rule === 'code.changed'), { what: 'it was told' });
  assert.equal((await headquarters.status()).processes.find(({ name }) => name === 'example')?.pid ?? null, null);

  offSite.order({ ...READ, build });
  assert.equal((await untilApplied(headquarters, 4)).closure?.build, build.sha256);
  const runs = async () => {
    const pid = (await headquarters.status()).processes.find(({ name }) => name === 'example')?.pid;
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0').find((part) => part.endsWith('src/main.ts'));
  };
  const entry = await runs();
  assert.ok(entry?.startsWith(join(headquarters.directory, 'd/builds/example-')), entry);
  assert.deepEqual(await headquarters.listNotes(), [], 'it finds its packages and its database');
  assert.equal(await headquarters.end(), 0);
  await rm(source, { recursive: true });
  headquarters.start();
  await headquarters.untilReady();
  assert.equal(await runs(), entry);
});
