import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parseAdoption } from '@bulkhead/contracts';
import { waitUntil } from '@bulkhead/testkit';
import { Headquarters, hasUids } from './headquarters.ts';

const LIBRARY = join(import.meta.dirname, '../../../examples/lending-library');

/** The lending library in the place of the example compartment. */
async function adopt(t: TestContext, change: { readonly runsReadOnly: boolean }): Promise<Headquarters> {
  const given = JSON.parse(await readFile(join(LIBRARY, 'bulkhead.json'), 'utf8'));
  const manifest = parseAdoption({ ...given, name: 'example', adopted: { ...given.adopted, ...change } });
  const headquarters = await Headquarters.prepare(t, { application: { directory: LIBRARY, manifest } });
  await headquarters.offSite.appear();
  headquarters.offSite.order({ compartment: 'example', state: 'open' });
  headquarters.start();
  // What it commits, its tables among it, waits for off-site from the first moment.
  await headquarters.receive();
  await headquarters.untilReady();
  return headquarters;
}

function ask(headquarters: Headquarters, method: string, path: string, body = ''): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const socketPath = join(headquarters.directory, 'r/hq/example/app.sock');
    const outgoing = request({ socketPath, method, path, headers: { host: 'library.localhost' }, timeout: 10_000 }, (reply) => {
      let text = '';
      reply.on('data', (chunk) => (text += String(chunk)));
      reply.once('end', () => resolve({ status: reply.statusCode ?? 0, text }));
      reply.once('error', reject);
    });
    outgoing.once('timeout', () => outgoing.destroy(new Error('no answer')));
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

const processOf = async (headquarters: Headquarters) =>
  (await headquarters.status()).processes.find(({ name }) => name === 'example');

async function order(headquarters: Headquarters, state: 'open' | 'read-only' | 'sealed'): Promise<void> {
  headquarters.offSite.order({ compartment: 'example', state });
  await headquarters.until(({ ready, compartments }) => ready && compartments[0]?.state === state, `it is ${state}`);
}

test('[AD2] [O14] an adopted application gets what its manifest says and nothing else: its database as owner, its socket, a user of its own', async (t) => {
  const headquarters = await adopt(t, { runsReadOnly: true });
  const home = await ask(headquarters, 'GET', '/');
  assert.match(home.text, /We lend 4 titles/, 'it made its tables and filled them');
  assert.equal(await headquarters.countHolders(), 1, 'what it made at its first start can be decoded');
  const found = await processOf(headquarters);
  const environment = (await readFile(`/proc/${found?.pid}/environ`, 'utf8')).split('\0').filter(Boolean);
  assert.deepEqual(environment.map((line) => line.split('=')[0] ?? '').sort(), [
    'DATABASE_URL',
    'HOME',
    'LANG',
    'PATH',
    'PWD',
    'SOCKET',
  ]);
  assert.match(environment.join('\n'), /DATABASE_URL=postgresql:\/\/example_owner:[0-9a-f]+@localhost\/example\?host=/);
  const command = (await readFile(`/proc/${found?.pid}/cmdline`, 'utf8')).split('\0');
  assert.match(command[1] ?? '', /--max-old-space-size=128/);
  const files = await stat(join(headquarters.directory, 'd/example/blobs'));
  assert.equal(files.mode & 0o777, 0o700);
  if (hasUids) {
    assert.equal(files.uid, found?.uid);
    assert.notEqual(found?.uid, 0);
  }
});

test('[AD13] read-only it runs with a role that only reads, where its manifest says that it can', async (t) => {
  const headquarters = await adopt(t, { runsReadOnly: true });
  await order(headquarters, 'read-only');
  const environment = await readFile(`/proc/${(await processOf(headquarters))?.pid}/environ`, 'utf8');
  assert.match(environment, /DATABASE_URL=postgresql:\/\/example_reader:/);
  assert.match((await ask(headquarters, 'GET', '/books')).text, /The Tide Tables/);
  const refused = await ask(headquarters, 'POST', '/sign-in', 'name=Ann&password=a+long+password&what=join');
  assert.equal(refused.status, 500, 'its own way to say that it could not write');
  await order(headquarters, 'open');
  assert.equal((await ask(headquarters, 'POST', '/sign-in', 'name=Ann&password=a+long+password&what=join')).status, 303);
});

test('[AD13] where it cannot, nothing of it runs without leave to write, and off-site is told that the order is carried out', async (t) => {
  const headquarters = await adopt(t, { runsReadOnly: false });
  await order(headquarters, 'read-only');
  assert.equal((await processOf(headquarters))?.pid ?? null, null);
  await waitUntil(
    () => headquarters.offSite.applied.some(({ ok, state, part }) => ok && state === 'read-only' && part === 'supervisor'),
    {
      what: 'off-site was told',
    },
  );
  await order(headquarters, 'open');
  assert.equal((await ask(headquarters, 'GET', '/books')).status, 200);
  headquarters.offSite.grantsLeases = false;
  await waitUntil(async () => ((await processOf(headquarters))?.pid ?? null) === null, {
    what: 'it ended with the lease',
    timeoutMs: 60_000,
  });
});
