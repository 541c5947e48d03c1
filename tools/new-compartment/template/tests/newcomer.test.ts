import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { estateSchema, LANGUAGES } from '@bulkhead/contracts';
import { createLog, FakeClock } from '@bulkhead/kernel';
import { temporaryDirectory, useCluster } from '@bulkhead/testkit';
import { type Asker, createScratchGateway, type ScratchGateway, serveCompartment } from '@bulkhead/web';
import { createApp } from '#app.ts';
import { manifest } from '#compartment.ts';
import { PAGE_SIZE } from '#entry/entry.rules.ts';
import type { Schema } from '#schema.ts';
import { ownWords } from '#words/words.ts';

const SECRET = 'what processes of a test estate present to each other';
const member: Asker = { accountId: 'account-amina', sessionId: 'session-of-amina', displayName: 'Amina', roles: ['member'] };
const stranger: Asker = { ...member, accountId: 'account-otto', roles: [] };
const estate = estateSchema.parse({
  organisation: 'Sample Maritime Organization',
  isSample: true,
  domain: 'localhost',
  port: 8400,
  statusPort: 8401,
  listenAddress: '127.0.0.1',
  tls: null,
  leaseMs: 10_000,
  compartments: [{ directory: `compartments/${manifest.name}`, manifest }],
});

const migrations = new URL('../migrations', import.meta.url).pathname;
const cluster = await useCluster({ name: manifest.name, migrations });

/** Boots the compartment on a database of its own, behind a gateway made for the test. */
async function boot(mode: 'open' | 'read-only' = 'open'): Promise<ScratchGateway & { readonly clock: FakeClock }> {
  const clock = new FakeClock(new Date('2026-03-02T09:00:00.000Z'));
  const socket = join(await temporaryDirectory(), 'app.sock');
  const gateway = createScratchGateway({ manifest, socket: () => socket, now: clock.now });
  const data = await cluster.cloneDatabase();
  const database = data.open<Schema>(mode === 'open' ? 'app' : 'reader');
  const log = createLog(manifest.name, 'silent');
  const app = createApp({ estate, trust: gateway.trust, internalSecret: SECRET, database, mode, log, now: clock.now });
  const server = await serveCompartment({ app, socket });
  after(() => server.close());
  return { ...gateway, clock };
}

test('a member adds an entry by the form and finds it on the first page, with name and time', async () => {
  const { ask } = await boot();
  assert.match((await ask({ path: '/', asker: member })).text, /There is no entry yet\./);
  assert.match((await ask({ path: '/entries/new', asker: member })).text, /<form method="post" action="\/entries"/);
  const added = await ask({ path: '/entries', asker: member, form: { title: 'A new light', body: 'One.\r\n\r\nTwo.' } });
  assert.deepEqual([added.status, added.headers.location], [303, '/?done=added']);
  assert.match(String(added.headers['bulkhead-commits']), /^\d+$/);
  const { text } = await ask({ path: '/?done=added', asker: member });
  for (const part of ['The entry is saved.', 'A new light', 'One.</p>', 'Two.</p>', 'by Amina', '2 March 2026, 09:00'])
    assert.ok(text.includes(part), part);
});

test('what is wrong is told at its field, what was typed stays, and nothing is saved', async () => {
  const { ask } = await boot();
  const refused = await ask({ path: '/entries', asker: member, form: { title: ' !? ', body: 'Kept <b>as typed' } });
  assert.equal(refused.status, 422);
  assert.match(refused.text, /<p class="field-fault" id="title-fault">Write at least one letter or digit\.<\/p>/);
  assert.match(refused.text, /aria-describedby="title-fault" aria-invalid="true"/);
  assert.match(refused.text, /Kept &lt;b&gt;as typed/);
  assert.equal(refused.headers['bulkhead-commits'], undefined);
  assert.match((await ask({ path: '/', asker: member })).text, /There is no entry yet\./);
});

test('markup that somebody types is shown as text', async () => {
  const { ask } = await boot();
  await ask({ path: '/entries', asker: member, form: { title: '<script>alert(1)</script>', body: '"><img src=x>' } });
  const { text } = await ask({ path: '/', asker: member });
  assert.ok(text.includes('&lt;script&gt;alert(1)&lt;/script&gt;') && text.includes('&quot;&gt;&lt;img src=x&gt;'));
  assert.ok(!text.includes('<script') && !text.includes('<img'));
});

test('whoever is not signed in, or holds no role here, neither reads nor adds', async () => {
  const { ask } = await boot();
  for (const asked of [{ path: '/' }, { path: '/entries/new' }, { path: '/entries', form: { title: 'a', body: '' } }]) {
    assert.equal((await ask(asked)).status, 401);
    assert.equal((await ask({ ...asked, asker: stranger })).status, 403);
    assert.equal((await ask({ ...asked, asker: member, token: null })).status, 401);
  }
});

test('a form that no page of ours sends is refused: another field, one twice, one too large', async () => {
  const { ask } = await boot();
  const send = async (form: string) => (await ask({ path: '/entries', asker: member, form })).status;
  assert.equal(await send('title=a&body=&added_by=somebody'), 400);
  assert.equal(await send('title=a&title=b&body='), 400);
  assert.equal(await send(`title=a&body=${'b'.repeat(70_000)}`), 413);
});

test('every page is there in six languages, Arabic from right to left, and the choice is carried on', async () => {
  const { ask } = await boot();
  for (const language of LANGUAGES) {
    const { text, headers } = await ask({ path: `/?lang=${language}`, asker: member });
    assert.equal(headers['content-language'], language);
    assert.ok(text.includes(`<html lang="${language}" dir="${language === 'ar' ? 'rtl' : 'ltr'}">`));
    assert.ok(text.includes(ownWords(language).noEntries));
    assert.ok(text.includes(`href="/entries/new?lang=${language}"`));
    const refused = await ask({ path: `/entries?lang=${language}`, asker: member, form: { title: '-', body: '' } });
    assert.ok(refused.text.includes(ownWords(language).saysNothing));
  }
});

test('the entries after the fiftieth stand on a second page', async () => {
  const { ask } = await boot();
  for (let number = 1; number <= PAGE_SIZE + 1; number += 1)
    await ask({ path: '/entries', asker: member, form: { title: `Entry ${number}.`, body: '' } });
  const first = (await ask({ path: '/', asker: member })).text;
  assert.ok(first.includes('Entry 51.') && !first.includes('Entry 1.') && first.includes('href="/?page=2"'));
  const last = (await ask({ path: '/?page=99', asker: member })).text;
  assert.ok(last.includes('Entry 1.') && !last.includes('Entry 2.') && last.includes('Page 2 of 2'));
});

test('while it is read-only its pages say so, show no form, and a form sent all the same is told why not', async () => {
  const { ask } = await boot('read-only');
  assert.match((await ask({ path: '/', asker: member })).text, /Entries can be read but not added just now/);
  assert.ok(!(await ask({ path: '/entries/new', asker: member })).text.includes('<form'));
  const refused = await ask({ path: '/entries', asker: member, form: { title: 'a', body: '' } });
  assert.equal(refused.status, 503);
  assert.match(refused.text, /compartment\.read_only/);
});

test('it tells its health to who presents the secret, and every check of the manifest holds', async () => {
  const { ask } = await boot();
  const path = '/.bulkhead/health';
  assert.equal((await ask({ path, token: null })).status, 401);
  const healthy = await ask({ path, token: null, headers: { authorization: `Bearer ${SECRET}` } });
  assert.deepEqual(JSON.parse(healthy.text), { ok: true, compartment: manifest.name, mode: 'open' });
  const admin = await cluster.adminOf(manifest.name);
  for (const { name, sql } of manifest.checks) assert.deepEqual(await admin.query(sql), [], name);
});
