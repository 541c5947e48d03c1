import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chown, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { sha256Hex } from '@bulkhead/kernel';
import { connectionTo, readControlFile } from '@bulkhead/postgres';
import { waitUntil } from '@bulkhead/testkit';
import { Client } from 'pg';
import { Headquarters, hasUids } from './headquarters.ts';
import { packDirectory } from './image-tar.ts';

const OPEN = { compartment: 'example', state: 'open' } as const;
const LONG_MS = 90_000;

type Prepared = { readonly headquarters: Headquarters; readonly tar: Buffer; readonly systemId: string; readonly data: string };

/** A headquarters whose database was copied when it held one note; another was added since. */
async function prepare(t: TestContext): Promise<Prepared> {
  const headquarters = await Headquarters.prepare(t);
  const data = join(headquarters.directory, 'd/example');
  await headquarters.offSite.appear();
  headquarters.offSite.order(OPEN);
  headquarters.start();
  await headquarters.untilReady();
  const receiver = await headquarters.receive();
  await headquarters.addNote('before the attack');
  assert.equal(await headquarters.end(), 0);
  const tar = await packDirectory(join(data, 'pg'));
  const { systemIdentifier } = await readControlFile(join(data, 'pg'));
  headquarters.start();
  await headquarters.untilReady();
  await headquarters.addNote('the attack');
  await receiver.stop();
  headquarters.offSite.order({ compartment: 'example', state: 'sealed' });
  await headquarters.until(({ ready, compartments }) => ready && compartments[0]?.state === 'sealed');
  return { headquarters, tar, systemId: systemIdentifier, data };
}

function untilApplied(headquarters: Headquarters, epoch: number, ok = true) {
  return waitUntil(
    () => headquarters.offSite.applied.find((one) => one.part === 'supervisor' && one.epoch === epoch && one.ok === ok),
    { what: `order ${epoch} is carried out`, timeoutMs: LONG_MS },
  ).catch((error: unknown) => {
    throw new Error(headquarters.output.slice(-5000), { cause: error });
  });
}

test('[O8] an image takes the place of the data, which are kept as evidence; blobs that are genuine stay, others come from the vault', async (t) => {
  const { headquarters, tar, systemId, data } = await prepare(t);
  const { offSite } = headquarters;
  const blob = (text: string) => ({ text, digest: sha256Hex(text) });
  const [kept, changed, gone, nowhere, linked] = ['kept', 'changed', 'gone', 'nowhere', 'linked'].map(blob);
  assert.ok(kept && changed && gone && nowhere && linked);
  for (const { text, digest } of [kept, { ...changed, text: 'encrypted' }, { digest: sha256Hex('stray'), text: 'stray' }]) {
    await mkdir(join(data, 'blobs', digest.slice(0, 2)), { recursive: true });
    await writeFile(join(data, 'blobs', digest.slice(0, 2), digest), text);
  }
  if (hasUids) {
    const shard = join(data, 'blobs', linked.digest.slice(0, 2));
    await mkdir(shard);
    await writeFile(join(shard, linked.digest), linked.text);
    await chown(shard, 61_999, 61_999);
  }
  for (const { text, digest } of [kept, changed, gone, linked]) offSite.blobs.set(digest, Buffer.from(text));
  const blobs = [kept, changed, gone, nowhere, linked].map(({ digest }) => digest);
  const image = offSite.offer(tar, { systemId, blobs });
  offSite.order({ compartment: 'example', state: 'restoring', image });
  const { detail } = await untilApplied(headquarters, 3);
  assert.match(detail, /1 kept, 3 fetched from the vault, 1 missing there/);

  const names = await readdir(data);
  assert.ok(names.includes('pg.before-epoch-3') && names.includes('blobs.before-epoch-3'), names.join());
  assert.equal(
    names.some((name) => name.endsWith('.new')),
    false,
  );
  for (const { digest, text } of [kept, changed, gone]) {
    assert.equal(await readFile(join(data, 'blobs', digest.slice(0, 2), digest), 'utf8'), text);
  }
  await assert.rejects(readFile(join(data, 'blobs', sha256Hex('stray').slice(0, 2), sha256Hex('stray'))));

  const restoring = await headquarters.status();
  assert.equal(
    restoring.processes.find(({ name }) => name === 'example-pg')?.state,
    'running',
    'off-site can take the new stream',
  );
  assert.equal(restoring.processes.find(({ name }) => name === 'example')?.pid ?? null, null, 'and nobody else is let in');
  offSite.order({ compartment: 'example', state: 'read-only' });
  await untilApplied(headquarters, 4);
  assert.deepEqual(await headquarters.listNotes(), ['before the attack']);
  offSite.order(OPEN);
  await untilApplied(headquarters, 5);
  const receiver = await headquarters.receive();
  await headquarters.addNote('after it');
  assert.deepEqual(await headquarters.listNotes(), ['before the attack', 'after it']);
  await receiver.stop();
});

test('[O9] headquarters killed in the middle of an image, and wiped as well, goes on from the order at its next start', async (t) => {
  const { headquarters, tar, systemId, data } = await prepare(t);
  const { offSite } = headquarters;
  offSite.imageHangsAfter = Math.floor(tar.length / 2);
  offSite.order({ compartment: 'example', state: 'restoring', image: offSite.offer(tar, { systemId }) });
  await waitUntil(async () => (await readdir(join(data, 'pg.new')).catch(() => [])).length > 0, {
    what: 'half of it has come',
    timeoutMs: LONG_MS,
  });
  await headquarters.end('SIGKILL');
  await rm(join(data, 'pg'), { recursive: true, force: true });
  offSite.imageHangsAfter = undefined;
  headquarters.start();
  await untilApplied(headquarters, 3);
  offSite.order(OPEN);
  await untilApplied(headquarters, 4);
  assert.deepEqual(await headquarters.listNotes(), ['before the attack']);
});

test('[O9] headquarters killed at any step of laying an image down ends with the image in place, whole', async (t) => {
  const { headquarters, tar, systemId, data } = await prepare(t);
  const { offSite } = headquarters;
  const record = join(headquarters.directory, 'd/supervisor/compartments/example.json');
  offSite.order({ compartment: 'example', state: 'restoring', image: offSite.offer(tar, { systemId }) });
  for (const step of ['unpacking', 'unpacked', 'set-aside', 'swapped']) {
    const reached = await waitUntil(
      async () => {
        const laying: { step?: string } | null = JSON.parse(await readFile(record, 'utf8')).laying;
        return laying?.step === step || laying?.step === 'laid' ? laying.step : undefined;
      },
      { what: `step ${step}`, timeoutMs: LONG_MS },
    );
    if (reached === 'laid') break;
    await headquarters.end('SIGKILL');
    headquarters.start();
  }
  await untilApplied(headquarters, 3);
  offSite.order(OPEN);
  await untilApplied(headquarters, 4);
  assert.deepEqual(await headquarters.listNotes(), ['before the attack']);
  assert.ok((await readdir(data)).includes('pg.before-epoch-3'));
});

test('[O8] an image that is not the one ordered, or of another system, is refused, told, and what stood stays', async (t) => {
  const { headquarters, tar, systemId, data } = await prepare(t);
  const { offSite } = headquarters;
  const good = offSite.offer(tar, { systemId });
  offSite.order({ compartment: 'example', state: 'restoring', image: { ...good, sha256: sha256Hex('another') } });
  assert.match((await untilApplied(headquarters, 3, false)).detail, /digest is not the one/);
  offSite.order({ compartment: 'example', state: 'restoring', image: { ...good, systemId: '1' } });
  assert.match((await untilApplied(headquarters, 4, false)).detail, /not 1/);
  assert.ok((await readdir(join(data, 'pg'))).includes('PG_VERSION'));
  offSite.order({ compartment: 'example', state: 'restoring', image: good });
  await untilApplied(headquarters, 5);
  offSite.order(OPEN);
  await untilApplied(headquarters, 6);
  assert.deepEqual(await headquarters.listNotes(), ['before the attack']);
});

test('[O11] nothing that ran as the user of the database outlives the server whose place an image takes', async (t) => {
  if (!hasUids) return t.skip('not shown: as an ordinary user all processes share a uid');
  const { headquarters, tar, systemId } = await prepare(t);
  const { offSite } = headquarters;
  const uid = (await headquarters.status()).processes.find(({ name }) => name === 'example-pg')?.uid ?? 0;
  const left = spawn('sleep', ['600'], { uid, gid: uid, stdio: 'ignore', detached: true });
  t.after(() => left.kill('SIGKILL'));
  const ended = new Promise((resolve) => left.once('exit', (_, signal) => resolve(signal)));
  offSite.order({ compartment: 'example', state: 'restoring', image: offSite.offer(tar, { systemId }) });
  await untilApplied(headquarters, 3);
  assert.equal(await ended, 'SIGKILL');
  offSite.order(OPEN);
  await untilApplied(headquarters, 4);
  assert.deepEqual(await headquarters.listNotes(), ['before the attack']);
});

test('[O10] a role that is not one of the estate finds no way into a database, whatever it may do there', async (t) => {
  const { headquarters } = await prepare(t);
  const secrets = await readFile(join(headquarters.directory, 'd/supervisor/secrets-example.json'), 'utf8');
  const password: string = JSON.parse(secrets).superusers.example;
  const connect = async (role: string) => {
    const client = new Client({
      ...connectionTo(join(headquarters.directory, 'r/hq/example-pg'), { database: 'example', role, password }),
    });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };
  const superuser = await connect('postgres');
  await superuser.query("set synchronous_commit = 'local'");
  await superuser.query(`create role stranger superuser login password '${password}'`);
  await superuser.end();
  await assert.rejects(connect('stranger'), /no pg_hba\.conf entry/);
});
