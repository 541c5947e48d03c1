import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LANGUAGES } from '@bulkhead/contracts';
import { z } from 'zod';
import { manifest } from '#compartment.ts';
import { bootRegistry, DELEGATE, KENYA, NORWAY, SECRET, SECRETARIAT, useRegistryCluster } from './booted-registry.ts';

const cluster = await useRegistryCluster();
const { ask, file, database } = await bootRegistry(cluster);
const INCIDENT = {
  happened_at: '2026-02-11 04:20 UTC',
  act: 'boarded',
  area: 'west-africa',
  position: "04°10.5' N 006°59' E",
  coastal_state: 'NOR',
  ship_name: 'Ærø Bulker',
  weapons: ['guns', 'knives'],
  description: 'Six persons boarded from a skiff.',
  reporting_state: 'KEN',
  // The same incident is filed by every test.
  sure: 'yes',
};
const numberOf = (address: string) => address.split('/').at(-1) ?? '';

test('[GR1] an officer files for the own State alone; the record has a number for ever, a page, and a history of every field', async () => {
  const other = await ask({ path: '/piracy/new', as: KENYA, form: { ...INCIDENT, reporting_state: 'NOR' } });
  assert.equal(other.status, 422);
  assert.match(other.text, /You can file this for your own State only/);
  const address = await file('piracy', KENYA, INCIDENT);
  assert.match(address, /^\/piracy\/PIR-2026-\d{4}$/);
  const { text } = await ask({ path: address, as: KENYA });
  for (const part of ['Ærø Bulker', '11 February 2026, 04:20', 'Boarded', 'Six persons boarded', 'Kenya'])
    assert.ok(text.includes(part), part);
  const history = await ask({ path: `${address}/history`, as: KENYA });
  assert.match(history.text, /Keziah of Kenya, Kenya/);
  assert.equal((history.text.match(/<ins>/g) ?? []).length, 10);
});

test('[GR2] what is not published is seen by those whom it concerns; once published, the name of an officer is not', async () => {
  const address = await file('piracy', KENYA, { ...INCIDENT, ship_name: 'Unseen Trader' });
  const seenBy = async (as?: typeof KENYA) => (await ask({ path: address, ...(as ? { as } : {}) })).status;
  assert.equal(await seenBy(), 404);
  assert.equal(await seenBy({ ...KENYA, delegation: 'state-pan' }), 404);
  assert.equal(await seenBy(NORWAY), 200);
  assert.ok(!(await ask({ path: '/piracy' })).text.includes('Unseen Trader'));
  assert.ok((await ask({ path: '/piracy', as: SECRETARIAT })).text.includes('Unseen Trader'));
  const act = await ask({
    path: `${address}/acts/confirm`,
    as: SECRETARIAT,
    form: { act: 'boarded', area: 'west-africa', revision: '1', source: 'MSC.4/Circ.1' },
  });
  assert.equal(act.status, 303, act.text);
  assert.equal(await seenBy(), 200);
  assert.ok((await ask({ path: '/piracy' })).text.includes('Unseen Trader'));
  const { text } = await ask({ path: `${address}/history` });
  assert.ok(!text.includes('Keziah') && text.includes('Kenya'));
});

test('[GR3] of two officers at once the second loses nothing: both versions stand side by side, and nothing is overwritten unseen', async () => {
  const address = await file('piracy', KENYA, INCIDENT);
  const change = (form: Record<string, string | readonly string[]>, as = KENYA) =>
    ask({ path: `${address}/change`, as, form: { ...INCIDENT, revision: '1', source: 'A second report', ...form } });
  assert.equal((await change({ place: 'Off Bonny', ship_was: 'anchored' }, SECRETARIAT)).status, 303);
  const second = await change({ place: 'Bonny River', attackers: '6' });
  assert.equal(second.status, 409);
  assert.match(second.text, /Somebody else changed this record meanwhile/);
  for (const part of ['Bonny River', 'Off Bonny', 'Sam of the Secretariat', 'name="revision" value="2"', 'value="6"'])
    assert.ok(second.text.includes(part), part);
  assert.match(second.text, /<option value="anchored" selected>/);
  const json = JSON.parse((await ask({ path: `${address}/record.json`, as: KENYA })).text);
  assert.deepEqual([json.revision, json.fields.place, json.fields.attackers], [2, 'Off Bonny', null]);
});

test('[GR4] what is wrong is told at its field with what may be meant, what was typed stays, and nothing is saved', async () => {
  const refused = await ask({
    path: '/piracy/new',
    as: KENYA,
    form: { ...INCIDENT, happened_at: 'yesterday', position: 'nowhere', ship_name: 'Kept <b>as typed' },
  });
  assert.equal(refused.status, 422);
  assert.match(refused.text, /id="f-happened_at-fault"/);
  assert.match(refused.text, /aria-describedby="[^"]*f-position-fault" aria-invalid="true"/);
  assert.match(refused.text, /Kept &lt;b&gt;as typed/);
  assert.equal(refused.headers['bulkhead-commits'], undefined);
});

test('[GR5] a record that looks like one that stands is asked back, and filed if the person is sure', async () => {
  const lone = { ...INCIDENT, happened_at: '2025-07-01 10:00 UTC', sure: '' };
  const first = await file('piracy', KENYA, lone);
  const again = await ask({ path: '/piracy/new', as: KENYA, form: lone });
  assert.equal(again.status, 422);
  assert.ok(again.text.includes(numberOf(first)) && again.text.includes('name="sure"'));
  assert.notEqual(await file('piracy', KENYA, { ...lone, sure: 'yes' }), first);
});

test('[GR6] whom an act concerns is told, in the same transaction, and finds it on a page of theirs', async () => {
  const address = await file('piracy', KENYA, INCIDENT);
  await ask({
    path: `${address}/acts/confirm`,
    as: SECRETARIAT,
    form: { act: 'boarded', area: 'west-africa', revision: '1', source: 'Circular' },
  });
  const norway = await ask({ path: '/for-you', as: DELEGATE });
  assert.ok(norway.text.includes(numberOf(address)) && norway.text.includes('Confirm'));
  const panama = await ask({ path: '/for-you', as: { ...DELEGATE, delegation: 'state-pan' } });
  assert.ok(!panama.text.includes(numberOf(address)));
  assert.equal((await ask({ path: '/for-you' })).status, 401);
});

test('[GR7] nobody acts from a state or a role that the workflow does not name, or writes without saying why', async () => {
  const address = await file('piracy', KENYA, INCIDENT);
  const act = (as: typeof KENYA, form: Record<string, string> = {}) =>
    ask({
      path: `${address}/acts/confirm`,
      as,
      form: { act: 'boarded', area: 'west-africa', revision: '1', source: 'Why', ...form },
    });
  assert.equal((await act(KENYA)).status, 403);
  assert.equal((await act(DELEGATE)).status, 403);
  assert.equal((await act(SECRETARIAT, { source: '' })).status, 422);
  assert.equal((await act(SECRETARIAT, { revision: '7' })).status, 409);
  assert.equal((await act(SECRETARIAT)).status, 303);
  assert.equal((await act(SECRETARIAT)).status, 403);
  const strangers = await ask({ path: `${address}/change`, as: NORWAY, form: { ...INCIDENT, revision: '2', source: 'x' } });
  assert.equal(strangers.status, 403);
});

test('[GR8] the history of a field is added to and never changed, by whatever statement', async () => {
  await file('piracy', KENYA, INCIDENT);
  const { openAdmin } = await import('@bulkhead/postgres');
  const session = await openAdmin(cluster.connection('app', database));
  for (const statement of ['update field_change set account_name = $$x$$', 'delete from field_change', 'truncate field_change'])
    await assert.rejects(session.query(statement), { code: 'postgres.query_failed' });
  await session.close();
  const owner = await openAdmin(cluster.connection('owner', database));
  await assert.rejects(owner.query('delete from field_change'), { code: 'postgres.query_failed' });
  await owner.close();
});

test('[GR23] what holds from a day on is changed only with that day, not before the last, and is found by its former name', async () => {
  const supplier = { name: 'Supplier of data', delegation: 'secretariat', roles: ['data-supplier'] };
  const ship = { name: 'Sample Amity', flag: 'KEN', type: 'container-ship', gross_tonnage: '28450' };
  const address = await file('ship', supplier, { ...ship, imo_number: '9074729', sure: 'yes' });
  const rename = (name: string, since: string, revision: string) =>
    ask({
      path: `${address}/change`,
      as: supplier,
      form: { ...ship, name, 'since.name': since, revision, source: 'Letter of the owner', sure: 'yes' },
    });
  assert.match((await rename('Sample Concord', '', '1')).text, /id="f-since-name-fault"/);
  assert.equal((await rename('Sample Concord', '2031-01-01', '1')).status, 422);
  const renamed = await rename('Sample Concord', '2026-02-01', '1');
  assert.equal(renamed.status, 303, renamed.text.slice(renamed.text.indexOf('<main'), renamed.text.indexOf('<main') + 1500));
  assert.equal((await rename('Sample Old', '2025-12-31', '2')).status, 422);
  const { text } = await ask({ path: address });
  assert.ok(text.includes('Sample Concord') && text.includes('since 1 February 2026'));
  assert.ok((await ask({ path: '/ship?q=amity' })).text.includes('Sample Concord'));
  const history = await ask({ path: `${address}/history` });
  assert.ok(
    history.text.includes('<del>') && history.text.includes('Sample Amity') && history.text.includes('Letter of the owner'),
  );
});

test('every page is there in six languages, Arabic from right to left, and the choice is carried on', async () => {
  const address = await file('piracy', KENYA, INCIDENT);
  for (const language of LANGUAGES)
    for (const path of ['/', '/piracy', address, `${address}/history`, `${address}/change`, '/piracy/new', '/for-you']) {
      const { status, text, headers } = await ask({ path: `${path}?lang=${language}`, as: KENYA });
      assert.deepEqual([path, status, headers['content-language']], [path, 200, language]);
      assert.ok(text.includes(`<html lang="${language}" dir="${language === 'ar' ? 'rtl' : 'ltr'}">`));
      assert.ok(text.includes(`lang=${language}"`), path);
    }
});

test('while it is read-only its pages say so, show no form, and a form sent all the same is told why not', async () => {
  const { ask } = await bootRegistry(cluster, 'read-only');
  assert.match((await ask({ path: '/piracy', as: KENYA })).text, /Records can be read but not changed just now/);
  assert.ok(!(await ask({ path: '/piracy/new', as: KENYA })).text.includes('method="post"'));
  const refused = await ask({ path: '/piracy/new', as: KENYA, form: INCIDENT });
  assert.equal(refused.status, 503);
  assert.match(refused.text, /compartment\.read_only/);
});

test('it tells its health to who presents the secret, and every check of the manifest holds', async () => {
  await file('piracy', KENYA, INCIDENT);
  const path = '/.bulkhead/health';
  assert.equal((await ask({ path, token: null })).status, 401);
  const healthy = await ask({ path, token: null, headers: { authorization: `Bearer ${SECRET}` } });
  assert.equal(z.object({ ok: z.boolean() }).parse(JSON.parse(healthy.text)).ok, true);
  const admin = await cluster.adminOf(database);
  for (const { name, sql } of manifest.checks) assert.deepEqual(await admin.query(sql), [], name);
});
