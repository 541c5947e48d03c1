import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitUntil } from '@bulkhead/testkit';
import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely';
import { z } from 'zod';
import { conditionOf, countQuery, pageQuery } from '#list/list.store.ts';
import { offeredFacets, offeredFilters, offeredOrders, type Query, readQuery } from '#list/query.rules.ts';
import { cellQuery } from '#map/map.store.ts';
import { boxOf, gridOf, LARGE, lookAt } from '#map/view.rules.ts';
import { findModule } from '#modules/modules.ts';
import { writeTable } from '#schema-writer/table.rules.ts';
import { PUBLIC } from '#sight/viewer.rules.ts';
import { bootRegistry, useRegistryCluster } from './booted-registry.ts';

const ROWS = 100_000;
const given = { now: new Date('2026-03-02T09:00:00.000Z') };
const piracy = findModule('piracy') ?? assert.fail('there is no module piracy');
const cluster = await useRegistryCluster();
const { ask, database } = await bootRegistry(cluster);
const admin = await cluster.adminOf(database);
// An index is made in a fraction of the time that it takes row by row.
const indexes = z
  .array(z.object({ name: z.string(), definition: z.string() }))
  .parse(
    await admin.query(
      `select indexname as name, indexdef as definition from pg_indexes where tablename = 'piracy_incident' and indexdef not like '%UNIQUE%'`,
    ),
  );
await admin.query("set synchronous_commit = off; set maintenance_work_mem = '256MB'");
for (const { name } of indexes) await admin.query(`drop index ${name}`);
await admin.query(`insert into piracy_incident (reference, state, revision, created_at, changed_at, changed_by, is_sample, happened_at, act, waters, area,
    place, position_lat, position_lon, coastal_state, ship_name, flag, ship_was, reporting_state)
  select 'PIR-' || (1990 + n % 36) || '-' || n, case when n % 50 = 0 then 'reported' else 'confirmed' end, 1, now(), now(), 'nobody', true,
    '1990-01-01'::timestamptz + n * interval '3 hours', (array['boarded', 'hijacked', 'attempted'])[1 + n % 3], (array['international', 'territorial', 'port'])[1 + n % 3],
    (array['west-africa', 'red-sea', 'malacca-strait', 'other'])[1 + n % 4], 'Place ' || n, (n % 160) - 80, (n % 340) - 170,
    (array['NGA', 'YEM', 'SGP', 'IDN', 'SOM'])[1 + n % 5], md5(n::text) || ' ' || (array['Star', 'Trader', 'Bulker'])[1 + n % 3], (array['PAN', 'LBR', 'NOR'])[1 + n % 3], 'steaming', 'KEN'
  from generate_series(1, ${ROWS}) n`);
await admin.query(`insert into piracy_incident (reference, state, revision, created_at, changed_at, changed_by, happened_at, ship_name, former_names, act)
  values ('PIR-2026-9001', 'confirmed', 1, now(), now(), 'nobody', now(), 'Ærøskøbing Maru', 'Капитан Немо', 'boarded'),
    ('PIR-2026-9002', 'confirmed', 1, now(), now(), 'nobody', now(), 'Nordlys Borealis', null, 'boarded'),
    ('PIR-2026-9003', 'confirmed', 1, now(), now(), 'nobody', now(), 'Nordlysende', null, 'boarded'),
    ('PIR-2026-9004', 'confirmed', 1, now(), now(), 'nobody', now(), 'Nordlis', null, 'boarded'),
    ('PIR-2026-9005', 'confirmed', 1, now(), now(), 'nobody', now(), 'Nordlys', null, 'boarded')`);
for (const { definition } of indexes) await admin.query(definition);
await admin.query('vacuum analyze piracy_incident');

/** Nobody is asked by it: it writes statements out. */
const writer = new Kysely<unknown>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});

async function explain(statement: ReturnType<typeof pageQuery>): Promise<string> {
  const { sql: text, parameters } = statement.compile(writer);
  const rows = await admin.query(`explain (costs off) ${inline(text, parameters)}`);
  return z
    .array(z.object({ 'QUERY PLAN': z.string() }))
    .parse(rows)
    .map((row) => row['QUERY PLAN'])
    .join('\n');
}

function inline(text: string, parameters: readonly unknown[]): string {
  return text.replaceAll(/\$(\d+)/g, (_, number: string) => literal(parameters[Number(number) - 1]));
}

function literal(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return `'{${value.join(',')}}'`;
  if (typeof value === 'number') return String(value);
  return `'${z.string().parse(value).replaceAll("'", "''")}'`;
}

const read = (address: string): Query => readQuery(piracy, new URLSearchParams(address), PUBLIC, given);
const nothing = { folded: '', words: [] };

test('[GR12] every order, filter, facet and search of a list is answered from an index, however many records there are', async () => {
  const asked = [
    ...offeredOrders(piracy, PUBLIC).map(({ name }) => `sort=${name}`),
    'act=boarded',
    'coastal_state=NGA&flag=NOR',
    'happened_at.from=2020-01-01&happened_at.to=2020-02-01',
    'area=red-sea&sort=ship_name',
  ];
  for (const address of asked) {
    const plan = await explain(pageQuery(piracy, read(address), PUBLIC, nothing));
    assert.ok(!plan.includes('Seq Scan on'), `${address}:\n${plan}`);
  }
  const words = { folded: 'aroskobing maru', words: ['aroskobing', 'maru'] };
  const found = await explain(pageQuery(piracy, read('q=aroskobing'), PUBLIC, words));
  assert.ok(found.includes('search_name') && !found.includes('Seq Scan'), found);
  const deep = { ...read('sort=ship_name'), page: { way: 'after' as const, value: 'f', id: '5000' } };
  const later = await explain(pageQuery(piracy, deep, PUBLIC, nothing));
  assert.ok(/Index Cond: .*ROW\(/.test(later) && !later.includes('Sort'), later);
  const counted = await explain(
    countQuery(piracy, offeredFacets(piracy, PUBLIC), { query: read('q=maru'), viewer: PUBLIC, searched: words }, 10_001),
  );
  assert.ok(!counted.includes('Seq Scan'), counted);
  const facets = offeredFacets(piracy, PUBLIC);
  for (const address of ['', 'act=boarded', 'act=hijacked&area=red-sea', 'coastal_state=NGA'])
    for (const limit of [10_001, null]) {
      const plan = await explain(countQuery(piracy, facets, { query: read(address), viewer: PUBLIC, searched: nothing }, limit));
      assert.ok(
        plan.includes('Index Only Scan using piracy_incident_facets'),
        `${address} is counted without a look at records:\n${plan}`,
      );
    }
});

test('[GD11] a box of the map is answered from an index, in a list, on a map and across the antimeridian', async () => {
  const mapped = { position: 'position', colour: 'act', area: null };
  for (const box of ['100,-5,110,5', '175,-20,-175,-10']) {
    const query = read(`position.box=${box}`);
    const condition = conditionOf(piracy, query, PUBLIC, nothing);
    const grid = gridOf(lookAt(boxOf(query, 'position'), LARGE));
    const drawn = await explain(cellQuery({ module: piracy, mapped, condition }, grid));
    assert.ok(drawn.includes('piracy_incident_of_position') && !drawn.includes('Seq Scan'), drawn);
  }
});

test('[GR13] pages follow each other without a gap or a repeat, forwards and back, to the last record', async () => {
  const link = (text: string, rel: string) => new RegExp(`rel="${rel}" href="([^"]+)"`).exec(text)?.[1]?.replaceAll('&amp;', '&');
  const references = (text: string) => [...text.matchAll(/<code dir="ltr">(PIR-[\d-]+)<\/code>/g)].map((match) => match[1] ?? '');
  const filter = '/piracy?coastal_state=NGA&happened_at.from=1990-01-01&happened_at.to=1990-03-31&sort=ship_name';
  const pages: string[][] = [];
  let at: string | undefined = filter;
  let last = '';
  while (at !== undefined) {
    const { text } = await ask({ path: at });
    pages.push(references(text));
    last = at;
    at = link(text, 'next');
  }
  const all = pages.flat();
  assert.equal(new Set(all).size, all.length);
  const { count } = z
    .array(z.object({ count: z.coerce.number() }))
    .parse(
      await admin.query(
        "select count(*) from piracy_incident where state = 'confirmed' and coastal_state = 'NGA' and happened_at >= '1990-01-01' and happened_at < '1990-04-01'",
      ),
    )[0] ?? { count: 0 };
  assert.equal(all.length, count);
  const back = link((await ask({ path: last })).text, 'prev');
  assert.deepEqual(references((await ask({ path: back ?? '' })).text), pages.at(-2));
});

test('[GR14] a name is found in another writing, without its accents, with an error of typing, and by a former name', async () => {
  for (const query of ['ærøskøbing', 'AEROSKOBING maru', 'aeroskobin', 'kapitan nemo', 'капитан', 'maru', 'PIR-2026-9001']) {
    const { text } = await ask({ path: `/piracy?q=${encodeURIComponent(query)}` });
    assert.ok(text.includes('PIR-2026-9001'), query);
  }
  assert.ok(!(await ask({ path: '/piracy?q=zzzyx' })).text.includes('PIR-2026-9001'));
});

test('[GR14] of several names the one that was searched stands first, then those that hold it, then those that are like it', async () => {
  const found = z.object({ records: z.array(z.looseObject({ reference: z.string() })) });
  const read = async (path: string) =>
    found.parse(JSON.parse((await ask({ path })).text)).records.map(({ reference }) => reference);
  assert.deepEqual(await read('/api/piracy?q=nordlys'), ['PIR-2026-9005', 'PIR-2026-9002', 'PIR-2026-9003', 'PIR-2026-9004']);
  assert.deepEqual((await read('/api/piracy?q=borealis+nordlys')).slice(0, 1), ['PIR-2026-9002']);
});

test('facets count what fits; beyond ten thousand nobody waits for the count, and it is shown to who asks later', async () => {
  const first = await ask({ path: '/piracy?act=boarded' });
  const isCounted = !/More than 10,000 records/.test(first.text);
  assert.ok(isCounted || /act=hijacked"><bdi>Hijacked<\/bdi>/.test(first.text), 'it can be narrowed before it is counted');
  const { text } = await waitUntil(
    async () => {
      const answer = await ask({ path: '/piracy' });
      return /More than 10,000 records/.test(answer.text) ? null : answer;
    },
    { what: 'the list to be counted' },
  );
  const all = await admin.query(
    "select act, count(*)::int as count from piracy_incident where id > 0 and state = 'confirmed' group by act",
  );
  for (const { act, count } of z.array(z.object({ act: z.string(), count: z.number() })).parse(all))
    assert.ok(
      text.includes(`act=${act}"><bdi>`) && text.includes(`<span class="count">${count.toLocaleString('en')}</span>`),
      act,
    );
  assert.match(text, />98,005 records</);
  const few = await ask({ path: '/piracy?happened_at.from=1990-01-01&happened_at.to=1990-01-31' });
  const total = Number(/>(\d+) records</.exec(few.text)?.[1]);
  const counts = [...few.text.matchAll(/href="\/piracy\?[^"]*act=[^"]*"><bdi>[^<]*<\/bdi> <span class="count">(\d+)</g)].map(
    (match) => Number(match[1]),
  );
  assert.equal(counts.length, 3);
  assert.equal(
    counts.reduce((sum, count) => sum + count, 0),
    total,
  );
});

test('[GR15] by what somebody may not see nothing is narrowed, sorted or counted', () => {
  const contacts = findModule('contact-point') ?? assert.fail('there is no module contact-point');
  const hidden = Object.entries(contacts.fields)
    .filter(([, { seenBy = 'public' }]) => seenBy !== 'public')
    .map(([name]) => name);
  assert.ok(hidden.length > 0);
  const searched = writeTable(contacts, new Map())
    .create.split('\n')
    .filter((line) => line.startsWith('  search_'))
    .join('\n');
  assert.ok(searched.includes('reference'));
  const offered = [
    ...offeredFilters(contacts, PUBLIC).map(({ field }) => field),
    ...offeredFacets(contacts, PUBLIC),
    ...offeredOrders(contacts, PUBLIC).map(({ field }) => field),
  ];
  for (const name of hidden) {
    assert.ok(!offered.includes(name), name);
    assert.equal(readQuery(contacts, new URLSearchParams({ [name]: 'x' }), PUBLIC, given).tests.length, 0);
    assert.ok(!searched.includes(name), `the search box looks into ${name}`);
  }
});
