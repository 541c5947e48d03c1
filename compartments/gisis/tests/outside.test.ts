import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { EstateError } from '@bulkhead/kernel';
import type { Ask, OutgoingRequest } from '@bulkhead/web';
import { z } from 'zod';
import { manifest } from '#compartment.ts';
import { bootRegistry, DELEGATE, KENYA, SECRETARIAT, useRegistryCluster } from './booted-registry.ts';

/** A server outside: answers as it is told, and keeps what it was sent. */
const sent: { readonly url: string; readonly asked: OutgoingRequest }[] = [];
let answer: () => number = () => 204;
const askOutside: Ask = async (url, asked = {}) => {
  sent.push({ url, asked });
  return { status: answer(), headers: {}, body: Buffer.from('') };
};

const cluster = await useRegistryCluster();
const database = await cluster.cloneDatabase();
const sealingKey = Buffer.alloc(32, 7);
const registry = await bootRegistry(cluster, 'open', { database, ask: askOutside, sealingKey });
const { ask, file, clock, runJob } = registry;
const admin = await cluster.adminOf(database.name);

let minute = 0;
const fileIncident = (more: Readonly<Record<string, string>> = {}) => {
  minute += 1;
  return file('piracy', KENYA, {
    happened_at: `2026-02-11 05:${String(minute).padStart(2, '0')} UTC`,
    act: 'boarded',
    area: 'red-sea',
    reporting_state: 'KEN',
    sure: 'yes',
    ...more,
  });
};
const confirm = (address: string, area = 'red-sea') =>
  ask({ path: `${address}/acts/confirm`, as: SECRETARIAT, form: { act: 'boarded', area, source: 'x', revision: '1' } });
const referenceOf = (address: string) => address.replace('/piracy/', '');
const save = (name: string, query: string, as = DELEGATE, module = 'piracy') =>
  ask({ path: '/searches', as, form: { name, module, query } });

test('[GP10] whoever is signed in keeps a list’s query under a name, sees what changed since they looked, and deletes it', async () => {
  const { text } = await ask({ path: '/piracy?area=red-sea', as: DELEGATE });
  const link = /href="(\/searches\/new\?[^"]+)"/.exec(text)?.[1]?.replaceAll('&amp;', '&') ?? '';
  assert.match((await ask({ path: link, as: DELEGATE })).text, /name="query" value="area=red-sea"/);
  assert.ok(!(await ask({ path: '/piracy?area=red-sea' })).text.includes('/searches/new'));
  assert.equal((await save('', 'area=red-sea')).status, 422);
  assert.equal((await save('No list', 'colour=red')).status, 400);
  const { headers, status } = await save('Red Sea', 'area=red-sea');
  assert.equal(status, 303);
  const path = String(headers.location);
  clock.advanceMs(60_000);
  const incident = await fileIncident();
  assert.match((await ask({ path: '/for-you', as: DELEGATE })).text, /Red Sea<\/bdi><\/a> <span class="badge">nothing new/);
  await confirm(incident);
  assert.match((await ask({ path: '/for-you', as: DELEGATE })).text, /1 new/);
  const shown = await ask({ path, as: DELEGATE });
  assert.ok(shown.text.includes(referenceOf(incident)));
  const at = /name="at" value="([^"]+)"/.exec(shown.text)?.[1] ?? '';
  clock.advanceMs(60_000);
  const later = await fileIncident();
  await confirm(later);
  assert.equal((await ask({ path: `${path}/seen`, as: DELEGATE, form: { at } })).status, 303);
  const rest = (await ask({ path, as: DELEGATE })).text;
  assert.ok(
    !rest.includes(referenceOf(incident)) && rest.includes(referenceOf(later)),
    'what changed after the page was made is still new',
  );
  assert.equal((await ask({ path, as: KENYA })).status, 404);
  assert.equal((await ask({ path: `${path}/delete`, as: KENYA, form: {} })).status, 404);
  assert.equal((await ask({ path: `${path}/delete`, as: DELEGATE, form: {} })).status, 303);
  assert.equal((await ask({ path, as: DELEGATE })).status, 404);
});

test('[GP10] an account has fifty at most; a search by what its holder does not see any more finds nothing rather than more', async () => {
  const saved = await save('Emails', 'officer_email.is=filled', KENYA, 'contact-point');
  const isOffered = saved.status === 303;
  for (let number = 0; number < (isOffered ? 49 : 50); number += 1)
    assert.equal((await save(`Number ${number}`, `q=ship${number}`, KENYA)).status, 303);
  const refused = await save('One more', 'q=more', KENYA);
  assert.ok(refused.status === 422 && refused.text.includes('50 saved searches'));
  await admin.query(`insert into saved_search (id, account_id, name, module, query, created_at, looked_at)
    values ('gone-filter', 'account-delegate-of-norway', 'By what is hidden', 'piracy', 'hidden_field=1', now(), '2020-01-01')`);
  const { text } = await ask({ path: '/searches/gone-filter', as: DELEGATE });
  assert.ok(text.includes('It finds nothing') && !text.includes('PIR-'));
  await admin.query(`delete from saved_search`);
});

test('[GP11] a private feed address shows what the public sees of a search to whoever holds it, until it is ended', async () => {
  const path = String((await save('Gulf', 'area=red-sea', KENYA)).headers.location);
  const made = await ask({ path: `${path}/address`, as: KENYA, form: {} });
  const address = /(\/searches\/[A-Za-z0-9_-]{43}\/changes\.atom)/.exec(made.text)?.[1] ?? '';
  const draft = await fileIncident({ ship_name: 'Sample Hidden' });
  const feed = await ask({ path: address });
  assert.equal(feed.status, 200);
  assert.ok(feed.text.includes('<title>Gulf · ') && feed.text.includes('<entry>') && !feed.text.includes(referenceOf(draft)));
  assert.ok(!(await ask({ path, as: KENYA })).text.includes(address), 'it is shown once');
  const [row] = await admin.query<{ feed_sha256: string }>('select feed_sha256 from saved_search');
  assert.match(row?.feed_sha256 ?? '', /^[0-9a-f]{64}$/);
  const again = await ask({ path: `${path}/address`, as: KENYA, form: {} });
  const second = /(\/searches\/[A-Za-z0-9_-]{43}\/changes\.atom)/.exec(again.text)?.[1] ?? '';
  assert.deepEqual([(await ask({ path: address })).status, (await ask({ path: second })).status], [404, 200]);
  assert.equal((await ask({ path: `${path}/address/end`, as: KENYA, form: {} })).status, 303);
  assert.equal((await ask({ path: second })).status, 404);
});

test('[GP11] with a token its holder reads a saved search as they see it at that moment: a role that is gone is gone from the feed', async () => {
  const path = String((await save('Own sight', 'area=red-sea', KENYA)).headers.location);
  const page = (await ask({ path, as: KENYA })).text;
  assert.ok(page.includes(`${path}/own.atom`) && page.includes('Feed with your own sight'));
  const draft = await fileIncident({ ship_name: 'Sample Own Draft' });
  const entries = async (as: typeof KENYA) => {
    const { status, text } = await ask({ path: `${path}/own.atom`, as });
    return `${status} ${text.includes(referenceOf(draft))}`;
  };
  assert.equal(await entries(KENYA), '200 true');
  assert.equal(
    await entries({ ...KENYA, delegation: 'state-nor' }),
    '200 false',
    'who works for another State now sees as that State',
  );
  assert.equal(await entries(DELEGATE), '404 false');
  assert.equal((await ask({ path: `${path}/own.atom` })).status, 401);
  const route = manifest.routes.find(({ id }) => id === 'search.own-feed');
  assert.deepEqual([route?.callers, route?.roles], ['any', ['signed-in']]);
  await admin.query(`insert into saved_search (id, account_id, name, module, query, created_at, looked_at)
    values ('own-hidden', 'account-keziah-of-kenya', 'By what is hidden', 'piracy', 'hidden_field=1', now(), '2020-01-01')`);
  assert.equal((await ask({ path: '/searches/own-hidden/own.atom', as: KENYA })).status, 403);
  await admin.query('delete from saved_search');
});

const register = (form: Readonly<Record<string, string>>, as = KENYA) =>
  ask({ path: '/webhooks', as, form: { module: 'piracy', query: '', ...form } });
const messageSchema = z.object({
  type: z.string(),
  timestamp: z.string(),
  data: z.looseObject({
    module: z.string(),
    reference: z.string().optional(),
    record: z.looseObject({ state: z.string() }).optional(),
  }),
});
const lastSent = () => messageSchema.parse(JSON.parse(sent.at(-1)?.asked.body ?? ''));
const events = () =>
  sent.map(({ asked }) => messageSchema.parse(JSON.parse(asked.body ?? ''))).map(({ type, data }) => `${type} ${data.reference}`);

test('[GP12] an officer registers an https address of the world outside; others, other addresses and hidden queries are refused', async () => {
  assert.equal((await ask({ path: '/webhooks', as: DELEGATE })).status, 403);
  for (const url of [
    'http://example.org/x',
    'https://localhost/x',
    'https://127.0.0.1/x',
    'https://2130706433/x',
    'https://[::1]/x',
    'https://[::ffff:10.0.0.1]/',
    'https://169.254.169.254/latest',
    'https://10.1.2.3/x',
    'https://user:word@example.org/',
    'file:///etc/passwd',
  ])
    assert.equal((await register({ url })).status, 422, url);
  const made = await register({ url: 'https://example.org/registry' });
  const secret = /whsec_[A-Za-z0-9+/=]{44}/.exec(made.text)?.[0] ?? '';
  assert.equal(made.status, 200);
  const [row] = await admin.query<Record<string, unknown>>('select * from webhook');
  assert.ok(secret !== '' && !JSON.stringify(row).includes(secret.slice(6)), 'the secret stands in no table');
  const path = `/webhooks/${String(row?.['id'])}`;
  assert.ok(!(await ask({ path, as: KENYA })).text.includes('whsec_'), 'it is shown once');
  assert.equal((await ask({ path, as: SECRETARIAT })).status, 200);
  assert.equal((await ask({ path, as: { ...KENYA, name: 'Another' } })).status, 404);
  await admin.query('delete from webhook');
});

test('[GP13] what changes is told with a signature that the receiver computes the same, with what the public sees, and again after a failure under the same id', async () => {
  const made = await register({ url: 'https://example.org/registry' });
  const secret = Buffer.from(/whsec_([A-Za-z0-9+/=]{44})/.exec(made.text)?.[1] ?? '', 'base64');
  const draft = await fileIncident({ ship_name: 'Sample Amity' });
  await runJob('webhooks.send');
  assert.equal(sent.length, 0, 'nobody outside hears of what is not published');
  await confirm(draft);
  answer = () => 503;
  await runJob('webhooks.send');
  assert.deepEqual(events(), [`record.changed ${referenceOf(draft)}`]);
  await runJob('webhooks.send');
  assert.equal(sent.length, 1, 'it rests after a failure');
  clock.advanceMs(61_000);
  answer = () => 204;
  await runJob('webhooks.send');
  const [first, second] = sent.map(({ asked }) => asked);
  assert.equal(first?.headers?.['webhook-id'], second?.headers?.['webhook-id']);
  const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = second?.headers ?? {};
  assert.equal(signature, `v1,${createHmac('sha256', secret).update(`${id}.${at}.${second?.body}`).digest('base64')}`);
  assert.equal(Number(at), Math.floor(clock.now().getTime() / 1000));
  const { data } = lastSent();
  assert.ok(data.record?.state === 'confirmed' && !JSON.stringify(data).includes('Keziah'));
  const { text } = await ask({ path: '/webhooks', as: KENYA });
  const page = await ask({ path: /href="(\/webhooks\/[^"]+)"/.exec(text)?.[1] ?? '', as: KENYA });
  assert.ok(page.text.includes(referenceOf(draft)) && page.text.includes('taken (answer 204)'));
});

test('[GP14] what waits outlives the process; what was hidden before it was sent does not leave the house, and a restored registry is told', async () => {
  sent.length = 0;
  const incident = await fileIncident();
  await confirm(incident);
  answer = () => 500;
  await runJob('webhooks.send');
  await admin.query(`update piracy_incident set state = 'reported' where reference = '${referenceOf(incident)}'`);
  const reborn = await bootRegistry(cluster, 'open', { database, ask: askOutside, sealingKey });
  reborn.clock.advanceMs(clock.now().getTime() - reborn.clock.now().getTime() + 120_000);
  clock.advanceMs(120_000);
  answer = () => 200;
  await reborn.runJob('webhooks.send');
  assert.deepEqual(events().slice(1), [`record.gone ${referenceOf(incident)}`, `record.gone ${referenceOf(incident)}`]);
  await admin.query(`update webhook set place = '999' || substr(place, strpos(place, '.'))`);
  await runJob('webhooks.send');
  assert.equal(lastSent().type, 'registry.restored');
  sent.length = 0;
  const readOnly = await bootRegistry(cluster, 'read-only', { database, ask: askOutside, sealingKey });
  await confirm(await fileIncident());
  assert.equal((await readOnly.runJob('webhooks.send')).status, 200);
  assert.equal(sent.length, 0, 'while it is read-only nothing is sent');
  await runJob('webhooks.send');
  assert.equal(sent.length, 1);
});

test('[GP15] an address that takes nothing for a day is stopped and its owner told; started again it goes on where it stopped', async () => {
  sent.length = 0;
  answer = () => {
    throw new EstateError('address.unreachable', 'a test');
  };
  const incident = await fileIncident();
  await confirm(incident);
  for (let hour = 0; hour < 32; hour += 1) {
    await runJob('webhooks.send');
    clock.advanceMs(3_600_000);
  }
  assert.ok(sent.length >= 6 && sent.length <= 9, `${sent.length} attempts`);
  assert.match((await ask({ path: '/for-you', as: KENYA })).text, /A webhook of yours was stopped/);
  answer = () => 200;
  const missed = await fileIncident();
  await confirm(missed);
  sent.length = 0;
  await runJob('webhooks.send');
  assert.equal(sent.length, 0);
  const [row] = await admin.query<{ id: string }>('select id from webhook');
  assert.equal((await ask({ path: `/webhooks/${row?.id}/start`, as: KENYA, form: {} })).status, 303);
  await runJob('webhooks.send');
  assert.ok(events().includes(`record.changed ${referenceOf(missed)}`));
  answer = () => 410;
  await ask({ path: `/webhooks/${row?.id}/test`, as: KENYA, form: {} });
  await runJob('webhooks.send');
  assert.equal(lastSent().type, 'test');
  assert.match((await ask({ path: `/webhooks/${row?.id}`, as: KENYA })).text, /gone for good/);
  const otherKey = await bootRegistry(cluster, 'open', { database, ask: askOutside, sealingKey: Buffer.alloc(32, 9) });
  await ask({ path: `/webhooks/${row?.id}/start`, as: KENYA, form: {} });
  await ask({ path: `/webhooks/${row?.id}/test`, as: KENYA, form: {} });
  sent.length = 0;
  otherKey.clock.advanceMs(clock.now().getTime() - otherKey.clock.now().getTime());
  await otherKey.runJob('webhooks.send');
  assert.equal(sent.length, 0, 'nothing is signed with another key');
  assert.match((await ask({ path: `/webhooks/${row?.id}`, as: KENYA })).text, /this site has another key/);
  assert.equal((await ask({ path: `/webhooks/${row?.id}/delete`, as: KENYA, form: {} })).status, 303);
  assert.equal((await admin.query('select from webhook_delivery')).length, 0);
});

test('[GP16] of a query an address is told what fits, and once that a record which it was told of fits no more', async () => {
  sent.length = 0;
  answer = () => 200;
  assert.equal((await register({ url: 'https://example.org/q', query: 'area=west-africa' })).status, 200);
  assert.equal((await register({ url: 'https://example.org/q', query: 'colour=red' })).status, 422);
  const [fits, other] = [await fileIncident({ area: 'west-africa' }), await fileIncident({ area: 'red-sea' })];
  await confirm(fits, 'west-africa');
  await confirm(other, 'red-sea');
  await runJob('webhooks.send');
  assert.deepEqual(events(), [`record.changed ${referenceOf(fits)}`]);
  await admin.query(
    `update piracy_incident set area = 'red-sea' where reference in ('${referenceOf(fits)}', '${referenceOf(other)}')`,
  );
  await runJob('webhooks.send');
  await admin.query(`update piracy_incident set place = 'elsewhere' where reference = '${referenceOf(fits)}'`);
  await runJob('webhooks.send');
  assert.deepEqual(events().slice(1), [`record.left ${referenceOf(fits)}`]);
});
