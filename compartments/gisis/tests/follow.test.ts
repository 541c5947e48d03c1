import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openAdmin } from '@bulkhead/postgres';
import { z } from 'zod';
import { bootRegistry, KENYA, NORWAY, SECRETARIAT, useRegistryCluster } from './booted-registry.ts';

const cluster = await useRegistryCluster();
const database = await cluster.cloneDatabase();
const registry = await bootRegistry(cluster, 'open', { database });
const { ask, file, clock } = registry;
const admin = await cluster.adminOf(database.name);

const changesSchema = z.object({
  changes: z.array(
    z.looseObject({
      kind: z.enum(['changed', 'left', 'gone']),
      reference: z.string(),
      revision: z.number().optional(),
      act: z.string().optional(),
      record: z.looseObject({ fields: z.record(z.string(), z.unknown()) }).optional(),
    }),
  ),
  next: z.string(),
  hasMore: z.boolean(),
});
const follow = async (path: string, as?: typeof KENYA) => {
  const answer = await ask({ path: path.replace('http://gisis.localhost:8400', ''), ...(as ? { as } : {}) });
  assert.equal(answer.status, 200, answer.text);
  return changesSchema.parse(JSON.parse(answer.text));
};
/** Goes on until nothing more follows. */
const end = async (path: string, as?: typeof KENYA) => {
  let page = await follow(path, as);
  while (page.hasMore) page = await follow(page.next, as);
  return page;
};
const told = (page: z.infer<typeof changesSchema>) => page.changes.map(({ kind, reference }) => `${kind} ${reference}`);
let minute = 0;
const fileIncident = (more: Readonly<Record<string, string>> = {}) => {
  minute += 1;
  return file('piracy', KENYA, {
    happened_at: `2026-02-11 04:${String(minute).padStart(2, '0')} UTC`,
    act: 'boarded',
    area: 'red-sea',
    reporting_state: 'KEN',
    sure: 'yes',
    ...more,
  });
};
const act = (address: string, name: string, revision: string, form: Readonly<Record<string, string>> = {}) =>
  ask({
    path: `${address}/acts/${name}`,
    as: SECRETARIAT,
    form: { act: 'boarded', area: 'red-sea', source: 'x', revision, ...form },
  });
const referenceOf = (address: string) => address.replace('/piracy/', '');

test('[GP6] whoever follows the feed from place to place gets each change, also of a transaction that began first and committed last', async () => {
  const start = await follow('/piracy/changes.json', SECRETARIAT);
  const late = await openAdmin(cluster.connection('owner', database.name));
  await late.query('begin');
  await late.query(`insert into piracy_incident (reference, state, revision, created_at, changed_at, changed_by, happened_at, act)
    values ('PIR-2019-0001', 'confirmed', 1, '2026-03-01', '2026-03-01', 'nobody', '2019-01-01', 'boarded')`);
  const [one, two] = [await fileIncident(), await fileIncident()];
  const before = await follow(start.next, SECRETARIAT);
  assert.deepEqual(told(before), [], 'nothing is given out behind which something may still commit');
  await late.query('commit');
  await late.close();
  const after = await follow(before.next, SECRETARIAT);
  assert.deepEqual(told(after), ['changed PIR-2019-0001', `changed ${referenceOf(one)}`, `changed ${referenceOf(two)}`]);
  assert.deepEqual(told(await follow(after.next, SECRETARIAT)), []);
  await act(one, 'confirm', '1');
  const again = await follow(after.next, SECRETARIAT);
  assert.deepEqual(
    again.changes.map(({ reference, revision, act: done }) => [reference, revision, done]),
    [[referenceOf(one), 2, 'confirm']],
  );
});

test('[GP6] pages follow each other without gap or repeat, and a moment may stand in place of a place', async () => {
  await admin.query(`insert into piracy_incident (reference, state, revision, created_at, changed_at, changed_by, happened_at, act)
    select 'PIR-2018-' || n, 'confirmed', 1, '2026-01-01', '2026-01-01', 'nobody', '2018-01-01', 'attempted' from generate_series(1, 450) n`);
  const seen: string[] = [];
  let page = await follow('/piracy/changes.json?act=attempted');
  for (;;) {
    seen.push(...page.changes.filter(({ kind }) => kind === 'changed').map(({ reference }) => reference));
    if (!page.hasMore) break;
    page = await follow(page.next);
  }
  assert.deepEqual([seen.length, new Set(seen).size], [450, 450]);
  clock.advanceMs(3_600_000);
  const moment = clock.now().toISOString();
  const filed = await fileIncident();
  assert.deepEqual(told(await follow(`/piracy/changes.json?since=${moment}`, SECRETARIAT)), [`changed ${referenceOf(filed)}`]);
  for (const since of ['yesterday', '2026-02-30T00:00', '1.2', '1.2.3.4'])
    assert.equal((await ask({ path: `/piracy/changes.json?since=${since}` })).status, 400, since);
  assert.equal((await ask({ path: '/piracy/changes.json?happened_at.from=soon' })).status, 400);
});

test('[GP7] a feed tells what its reader sees and no more; what was published once and is hidden again is told to be gone', async () => {
  const start = await end('/piracy/changes.json');
  const draft = await fileIncident();
  assert.deepEqual(told(await follow(start.next)), []);
  assert.deepEqual(told(await follow(start.next, NORWAY)), []);
  assert.deepEqual(told(await follow(start.next, KENYA)), [`changed ${referenceOf(draft)}`]);
  await act(draft, 'confirm', '1');
  const published = await follow(start.next);
  assert.deepEqual(told(published), [`changed ${referenceOf(draft)}`]);
  await admin.query(`update piracy_incident set state = 'reported' where reference = '${referenceOf(draft)}'`);
  assert.deepEqual(told(await follow(published.next)), [`gone ${referenceOf(draft)}`]);
  const query = await end('/piracy/changes.json?area=red-sea', SECRETARIAT);
  await admin.query(
    `update piracy_incident set state = 'confirmed', area = 'west-africa' where reference = '${referenceOf(draft)}'`,
  );
  assert.deepEqual(told(await follow(query.next, SECRETARIAT)), [`left ${referenceOf(draft)}`]);
  await file('contact-point', KENYA, { country: 'KEN', matters: 'piracy', office: 'The office', officer: 'Somebody by name' });
  for (const path of ['/contact-point/changes.json', '/contact-point/changes.atom']) {
    const { text } = await ask({ path });
    assert.ok(text.includes('The office') && !text.includes('Somebody by name'), path);
  }
});

test('[GP7] a part is told anew when its whole is published, and nobody hears of it before', async () => {
  const supplier = { ...SECRETARIAT, roles: ['secretariat'] };
  const start = await follow('/casualty-ship/changes.json');
  await admin.query(`insert into casualty (reference, state, revision, created_at, changed_at, changed_by)
    values ('CAS-2026-9001', 'draft', 1, now(), now(), 'nobody')`);
  await admin.query(`insert into casualty_ship (reference, state, revision, created_at, changed_at, changed_by, casualty)
    select 'CSH-2026-9001', 'current', 1, now(), now(), 'nobody', 'CAS-2026-9001'`);
  await admin.query(`insert into field_change (module, record_id, revision, act, field, after, account_id, account_name, at)
    select 'casualty-ship', id, 1, 'create', 'state', '"current"', 'nobody', 'nobody', now() from casualty_ship where id > 0`);
  const hidden = await follow(start.next);
  assert.deepEqual(told(hidden), []);
  assert.deepEqual(told(await follow(start.next, supplier)), ['changed CSH-2026-9001']);
  await admin.query(`update casualty set state = 'reported' where reference = 'CAS-2026-9001'`);
  assert.deepEqual(told(await follow(hidden.next)), ['changed CSH-2026-9001']);
});

test('[GP8] a place of another line of history is refused: what was read there may have been undone', async () => {
  const { next } = await follow('/piracy/changes.json');
  const [timeline = ''] = (new URL(next).searchParams.get('since') ?? '').split('.');
  const other = next.replace(/since=\d+\./, `since=${Number(timeline) + 1}.`).replace('http://gisis.localhost:8400', '');
  const refused = await ask({ path: other });
  assert.deepEqual([refused.status, refused.headers['content-type']], [410, 'application/problem+json; charset=utf-8']);
  assert.equal(z.looseObject({ code: z.string() }).parse(JSON.parse(refused.text)).code, 'feed.begun_anew');
});

test('[GP9] every list has its Atom feed: well formed, in the reader’s language, not sent again unchanged', async () => {
  await file('piracy', KENYA, {
    happened_at: '2026-02-13 04:00 UTC',
    act: 'boarded',
    area: 'red-sea',
    reporting_state: 'KEN',
    ship_name: 'Sample <b>&"Amity"',
    sure: 'yes',
  });
  const path = '/piracy/changes.atom?area=red-sea&lang=fr';
  const young = await ask({ path, as: SECRETARIAT });
  assert.deepEqual([young.status, young.headers.etag], [200, undefined]);
  assert.equal(young.headers['content-type'], 'application/atom+xml; charset=utf-8');
  assert.ok(young.text.includes('Sample &lt;b&gt;&amp;') && young.text.includes('xml:lang="fr"'));
  assert.equal(young.text.match(/<entry>/g)?.length, young.text.match(/<\/entry>/g)?.length);
  assert.ok(!(await ask({ path })).text.includes('Sample &lt;b'));
  clock.advanceMs(180_000);
  const { headers } = await ask({ path, as: SECRETARIAT });
  assert.equal((await ask({ path, as: SECRETARIAT, headers: { 'if-none-match': String(headers.etag) } })).status, 304);
  assert.equal((await ask({ path, headers: { 'if-none-match': String(headers.etag) } })).status, 200);
  const { text } = await ask({ path: '/piracy?area=red-sea&lang=ar' });
  assert.ok(text.includes('/piracy/changes.atom?area=red-sea&amp;lang=ar') && text.includes('/piracy/changes.json?area=red-sea'));
});
