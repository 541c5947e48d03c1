import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chown, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import type { Order } from '@bulkhead/contracts';
import { sha256Hex } from '@bulkhead/kernel';
import { connectionTo, readControlFile } from '@bulkhead/postgres';
import { waitUntil } from '@bulkhead/testkit';
import { Client } from 'pg';
import { Headquarters, hasUids } from './headquarters.ts';
import { packDirectory } from './image-tar.ts';
import type { OffSite } from './off-site.ts';

const LONG_MS = 90_000;

type Image = NonNullable<Order['image']>;

// One headquarters is attacked and restored again and again.
suite('an image takes the place of the data', () => {
  const ends: (() => Promise<void>)[] = [];
  let headquarters: Headquarters;
  let offSite: OffSite;
  let data: string;
  /** Its data directory as it was when it held one note. */
  let tar: Buffer;
  let systemId: string;
  before(async () => {
    headquarters = await Headquarters.prepare({ after: (end) => ends.push(end) });
    ({ offSite } = headquarters);
    data = join(headquarters.directory, 'd/example');
    await offSite.appear();
    order('open');
    headquarters.start();
    await headquarters.untilReady();
    const receiver = await headquarters.receive();
    await headquarters.addNote('before the attack');
    assert.equal(await headquarters.end(), 0);
    tar = await packDirectory(join(data, 'pg'));
    systemId = (await readControlFile(join(data, 'pg'))).systemIdentifier;
    headquarters.start();
    await headquarters.untilReady();
    await headquarters.addNote('the attack');
    await receiver.stop();
    await seal();
  });
  after(async () => {
    for (const end of ends) await end();
  });

  /** Gives the next order; tells its epoch. */
  function order(state: Order['state'], image?: Image): number {
    offSite.order({ compartment: 'example', state, ...(image ? { image } : {}) });
    return offSite.epochOf('example');
  }
  const untilDone = (epoch: number, ok = true) =>
    waitUntil(() => offSite.applied.find((one) => one.part === 'supervisor' && one.epoch === epoch && one.ok === ok), {
      what: `order ${epoch} is carried out`,
      timeoutMs: LONG_MS,
    }).catch((error: unknown) => {
      throw new Error(headquarters.output.slice(-5000), { cause: error });
    });
  async function seal(): Promise<void> {
    order('sealed');
    await headquarters.until(({ ready, compartments }) => ready && compartments[0]?.state === 'sealed');
  }
  async function attackAgain(): Promise<void> {
    const receiver = await headquarters.receive();
    await headquarters.addNote('the attack');
    await receiver.stop();
    await seal();
  }

  test('[O10] a role that is not one of the estate finds no way into a database, whatever it may do there', async () => {
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

  test('[O9] headquarters killed at any step of laying an image down ends with the image in place, whole', async () => {
    const record = join(headquarters.directory, 'd/supervisor/compartments/example.json');
    const epoch = order('restoring', offSite.offer(tar, { systemId }));
    for (const step of ['unpacking', 'unpacked', 'set-aside', 'swapped']) {
      const reached = await waitUntil(
        async () => {
          const laying: { step?: string } | null = JSON.parse(await readFile(record, 'utf8')).laying;
          return laying?.step === step || laying?.step === 'laid' ? laying.step : undefined;
        },
        { what: `step ${step}`, timeoutMs: LONG_MS, pauseMs: 10 },
      );
      if (reached === 'laid') break;
      await headquarters.end('SIGKILL');
      headquarters.start();
    }
    await untilDone(epoch);
    await untilDone(order('open'));
    assert.deepEqual(await headquarters.listNotes(), ['before the attack']);
    assert.ok((await readdir(data)).includes(`pg.before-epoch-${epoch}`));
  });

  test('[O9] headquarters killed in the middle of an image, and wiped as well, goes on from the order at its next start', async () => {
    await attackAgain();
    offSite.imageHangsAfter = Math.floor(tar.length / 2);
    const epoch = order('restoring', offSite.offer(tar, { systemId }));
    await waitUntil(async () => (await readdir(join(data, 'pg.new')).catch(() => [])).length > 0, {
      what: 'half of it has come',
      timeoutMs: LONG_MS,
    });
    await headquarters.end('SIGKILL');
    await rm(join(data, 'pg'), { recursive: true, force: true });
    offSite.imageHangsAfter = undefined;
    headquarters.start();
    await untilDone(epoch);
    await untilDone(order('open'));
    assert.deepEqual(await headquarters.listNotes(), ['before the attack']);
  });

  test('[O8] an image that is not the one ordered, or of another system, is refused, told, and what stood stays', async () => {
    await attackAgain();
    const good = offSite.offer(tar, { systemId });
    const another = order('restoring', { ...good, sha256: sha256Hex('another') });
    assert.match((await untilDone(another, false)).detail, /digest is not the one/);
    const foreign = order('restoring', { ...good, systemId: '1' });
    assert.match((await untilDone(foreign, false)).detail, /not 1/);
    assert.ok((await readdir(join(data, 'pg'))).includes('PG_VERSION'));
    await untilDone(order('restoring', good));
    await untilDone(order('open'));
    assert.deepEqual(await headquarters.listNotes(), ['before the attack']);
  });

  test('[O11] nothing that ran as the user of the database outlives the server whose place an image takes', async (t) => {
    if (!hasUids) return t.skip('not shown: as an ordinary user all processes share a uid');
    await attackAgain();
    const uid = (await headquarters.status()).processes.find(({ name }) => name === 'example-pg')?.uid ?? 0;
    const left = spawn('sleep', ['600'], { uid, gid: uid, stdio: 'ignore', detached: true });
    t.after(() => left.kill('SIGKILL'));
    const ended = new Promise((resolve) => left.once('exit', (_, signal) => resolve(signal)));
    const epoch = order('restoring', offSite.offer(tar, { systemId }));
    await untilDone(epoch);
    assert.equal(await ended, 'SIGKILL');
    await untilDone(order('open'));
    assert.deepEqual(await headquarters.listNotes(), ['before the attack']);
  });

  test('[O8] an image takes the place of the data, which are kept as evidence; blobs that are genuine stay, others come from the vault', async () => {
    await attackAgain();
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
    const epoch = order('restoring', offSite.offer(tar, { systemId, blobs }));
    const { detail } = await untilDone(epoch);
    assert.match(detail, /1 kept, 3 fetched from the vault, 1 missing there/);

    const names = await readdir(data);
    assert.ok(names.includes(`pg.before-epoch-${epoch}`) && names.includes(`blobs.before-epoch-${epoch}`), names.join());
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
    await untilDone(order('read-only'));
    assert.deepEqual(await headquarters.listNotes(), ['before the attack']);
    await untilDone(order('open'));
    const receiver = await headquarters.receive();
    await headquarters.addNote('after it');
    assert.deepEqual(await headquarters.listNotes(), ['before the attack', 'after it']);
    await receiver.stop();
  });
});
