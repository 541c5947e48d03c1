import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { LANGUAGES } from '@bulkhead/contracts';
import { launchChromium, NO_CHROMIUM } from '@bulkhead/testkit/chromium';
import type { Browser } from 'playwright-core';
import { z } from 'zod';
import { chartsFor } from '#chart/chart.rules.ts';
import { MAP_POLICY } from '#map/asset.rules.ts';
import { mappedFor } from '#map/mapped.rules.ts';
import { findModule, MODULES } from '#modules/modules.ts';
import { PUBLIC } from '#sight/viewer.rules.ts';
import { bootRegistry, DELEGATE, KENYA, SECRETARIAT, useRegistryCluster } from './booted-registry.ts';
import { openFront } from './front.ts';

const ROWS = 6000;
const cluster = await useRegistryCluster();
const registry = await bootRegistry(cluster);
const { ask, database } = registry;
const admin = await cluster.adminOf(database);
await admin.query('set synchronous_commit = off');
// Every fiftieth is not public yet; every hundredth has no position; a tenth lies in one small sea.
await admin.query(`insert into piracy_incident (reference, state, revision, created_at, changed_at, changed_by, happened_at, act, waters, area,
    position_lat, position_lon, coastal_state, ship_name, reporting_state)
  select 'PIR-2020-' || lpad(n::text, 6, '0'), case when n % 50 = 0 then 'reported' else 'confirmed' end, 1, '2026-01-01', '2026-01-01', 'nobody',
    '1996-03-01'::timestamptz + (n % 9000) * interval '1 day', (array['boarded', 'hijacked', 'attempted', 'detained'])[1 + n % 4],
    case when n % 7 = 0 then null else (array['international', 'port'])[1 + n % 2] end, (array['west-africa', 'red-sea', 'malacca-strait'])[1 + n % 3],
    case when n % 100 = 1 then null when n % 10 = 3 then 1 + (n % 97) / 100.0 else (n * 7) % 160 - 80 end,
    case when n % 100 = 1 then null when n % 10 = 3 then 103 + (n % 89) / 100.0 else (n * 13) % 360 - 180 end,
    (array['NGA', 'YEM', 'SGP'])[1 + n % 3], 'Ship <' || n || '>', 'KEN' from generate_series(1, ${ROWS}) n`);
await admin.query('analyze piracy_incident');

const countOf = async (where: string): Promise<number> =>
  z
    .array(z.object({ count: z.number() }))
    .parse(await admin.query(`select count(*)::int as count from piracy_incident where id > 0 and ${where}`))[0]?.count ?? -1;
const pointsSchema = z.object({
  total: z.number(),
  isGathered: z.boolean(),
  features: z.array(
    z.object({
      geometry: z.object({ coordinates: z.tuple([z.number(), z.number()]) }),
      properties: z.looseObject({ count: z.number(), shade: z.number() }),
    }),
  ),
});
const unescape = (text: string) => text.replaceAll('&amp;', '&').replaceAll('&#39;', "'");

/** What the marks of a map's page say: how many each stands for, and where it leads. */
function marksOf(text: string): readonly { readonly href: string; readonly count: number }[] {
  const marks = text
    .slice(text.indexOf('class="marks"'))
    .matchAll(/<a href="([^"]+)" aria-label="(?:([\d,]+) records[^"]*|[^"]*)"/g);
  return [...marks].map((match) => ({ href: unescape(match[1] ?? ''), count: Number((match[2] ?? '1').replaceAll(',', '')) }));
}

test('[GD1] a map and a chart show what the query finds and its viewer sees, to the last record', async () => {
  const open = await countOf("state = 'confirmed' and position_lat is not null");
  const all = await countOf("state in ('confirmed', 'reported') and position_lat is not null");
  for (const [as, expected] of [
    [undefined, open],
    [DELEGATE, open],
    [KENYA, all],
    [SECRETARIAT, all],
  ] as const) {
    const given = as ? { as } : {};
    const { text } = await ask({ path: '/piracy/map', ...given });
    assert.equal(
      marksOf(text).reduce((sum, { count }) => sum + count, 0),
      expected,
    );
    const points = pointsSchema.parse(JSON.parse((await ask({ path: '/piracy/map.json', ...given })).text));
    assert.deepEqual([points.total, points.isGathered], [expected, true]);
  }
  const narrowed = await ask({ path: '/piracy/map?act=hijacked&position.box=100,0,110,5' });
  const expected = await countOf(
    "state = 'confirmed' and act = 'hijacked' and position_lat between 0 and 5 and position_lon between 100 and 110",
  );
  assert.ok(expected > 50);
  assert.equal(
    marksOf(narrowed.text).reduce((sum, { count }) => sum + count, 0),
    expected,
  );
});

test('[GD12] areas that records tell are drawn in the picture, sent to the moving map, and stand as a table of corners on their record', async () => {
  const officer = { ...KENYA, roles: ['search-and-rescue-officer'] };
  const filed = {
    country: 'KEN',
    name: 'RMRCC Mombasa',
    kind: 'mrcc',
    position: '04°03′S 039°40′E',
    telephone: '+254 41 000',
    area: '12°00′S 041°00′E\n01°00′N 041°00′E\n01°00′N 055°00′E\n12°00′S 055°00′E',
    sure: 'yes',
  };
  const crossed = { ...filed, area: '0, 40; 10, 50; 0, 50; 10, 40' };
  const refused = await ask({ path: '/search-and-rescue/new', as: officer, form: crossed });
  assert.equal(refused.status, 422);
  assert.match(refused.text, /id="f-area-fault"[^>]*>The side after corner 1 and the side after corner 3 cross/);
  assert.match(refused.text, /<textarea[^>]*name="area"[^>]*>\s*0, 40; 10, 50/, 'what was typed is not lost');
  const address = await registry.file('search-and-rescue', officer, filed);
  const record = (await ask({ path: address })).text;
  assert.match(record, /Corners: 4[\s\S]*Latitude[\s\S]*12°00\.00′S[\s\S]*055°00\.00′E/);
  const shapes = z.object({
    areas: z.object({
      features: z.array(
        z.object({ geometry: z.object({ type: z.literal('Polygon'), coordinates: z.array(z.array(z.array(z.number()))) }) }),
      ),
    }),
  });
  const { areas } = shapes.parse(JSON.parse((await ask({ path: '/search-and-rescue/map.json' })).text));
  assert.deepEqual(
    areas.features.map(({ geometry }) => geometry.coordinates[0]?.length),
    [5],
  );
  for (const path of [
    '/search-and-rescue/map',
    '/search-and-rescue/map.svg',
    '/search-and-rescue/map?position.box=35,-10,45,0',
  ]) {
    const drawn = [...(await ask({ path })).text.matchAll(/<path class="area s\d" d="([^"]+)"/g)].map(([, d = '']) => d);
    assert.equal(drawn.length, 1, path);
    assert.ok((drawn[0]?.length ?? 0) > 20, path);
  }
  const json = z.object({ fields: z.object({ area: z.object({ type: z.string() }) }) });
  const read = await ask({ path: `/api${address}`, as: officer });
  assert.equal(json.parse(JSON.parse(read.text)).fields.area.type, 'Polygon');
});

test('[GD1] by a field that somebody may not see in every record nothing is drawn or counted', () => {
  const piracy = findModule('piracy') ?? assert.fail('there is no module piracy');
  const hide = (name: string) => {
    const field = piracy.fields[name] ?? assert.fail(name);
    return { ...piracy, fields: { ...piracy.fields, [name]: { ...field, seenBy: 'members' as const } } };
  };
  const member = { ...PUBLIC, accountId: 'a', state: 'NOR' };
  assert.equal(mappedFor(hide('position'), PUBLIC), null);
  assert.deepEqual(mappedFor(hide('position'), member), { position: 'position', colour: 'act', area: null });
  assert.deepEqual(mappedFor(hide('act'), PUBLIC), { position: 'position', colour: null, area: null });
  assert.deepEqual(
    chartsFor(hide('act'), PUBLIC).map(({ by, split }) => [by, split]),
    [
      ['happened_at', null],
      ['area', 'waters'],
      ['coastal_state', null],
    ],
  );
  assert.ok(!chartsFor(hide('area'), PUBLIC).some(({ by }) => by === 'area'));
});

test('[GD2] however many records there are, a map is small: near ones are gathered, and each mark leads nearer, to its records', async () => {
  const { text } = await ask({ path: '/piracy/map' });
  assert.ok(text.length < 400_000, `${text.length}`);
  const picture = await ask({ path: '/piracy/map.svg' });
  assert.ok(picture.text.length < 120_000, `${picture.text.length}`);
  const json = await ask({ path: '/piracy/map.json' });
  assert.ok(json.text.length < 600_000, `${json.text.length}`);
  let { href, count } = marksOf(text).toSorted((left, right) => right.count - left.count)[0] ?? assert.fail('no mark');
  for (let steps = 0; href.startsWith('/piracy/map?'); steps += 1) {
    assert.ok(steps < 12, 'it comes to an end');
    const nearer = marksOf((await ask({ path: href })).text);
    assert.equal(
      nearer.reduce((sum, one) => sum + one.count, 0),
      count,
    );
    ({ href, count } = nearer.toSorted((left, right) => right.count - left.count)[0] ?? assert.fail('no mark'));
  }
  const last = await ask({ path: href });
  assert.equal(last.status, 200);
  assert.ok(count === 1 ? last.text.includes('Ship &lt;') : last.text.includes(`>${count} records<`), href);
});

test('[GD3] every module that declares a map or charts has them, in six languages, also without a record', async () => {
  for (const { name, map, charts } of MODULES) {
    const paths = [...(map ? ['map', 'map.svg', 'map.json'] : []), ...(charts ? ['statistics', 'statistics.csv'] : [])];
    for (const path of paths) {
      const { status } = await ask({ path: `/${name}/${path}`, as: SECRETARIAT });
      assert.deepEqual([name, path, status], [name, path, 200]);
    }
    if (!map) assert.equal((await ask({ path: `/${name}/map`, as: SECRETARIAT })).status, 404);
  }
  for (const language of LANGUAGES)
    for (const path of ['/piracy/map', '/piracy/statistics']) {
      const { status, headers, text } = await ask({ path: `${path}?lang=${language}` });
      assert.deepEqual([path, status, headers['content-language']], [path, 200, language]);
      assert.ok(
        text.includes(`lang=${language}"`) && !/\{[a-z]+\}/.test(text.replace(/data-words="[^"]*"/, '')),
        `${path} ${language}`,
      );
    }
});

test('[GD4] the page of a map alone may run scripts of this origin; its picture may run nothing; nothing comes from elsewhere', async () => {
  const policyOf = async (path: string) => String((await ask({ path })).headers['content-security-policy']);
  assert.equal(await policyOf('/piracy/map'), MAP_POLICY);
  assert.ok(!/unsafe|blob:|data:|https?:|\*/.test(MAP_POLICY));
  for (const path of ['/piracy', '/piracy/statistics', '/']) assert.ok(!(await policyOf(path)).includes('script-src'), path);
  assert.match(
    await policyOf('/piracy/map.svg'),
    /^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='; frame-ancestors 'none'; base-uri 'none'$/,
  );
  const { text } = await ask({ path: '/piracy/map' });
  const files = [...text.matchAll(/(?:data-(?:library|worker|land)|src)="([^"]+)"/g)].map((match) => match[1] ?? '');
  assert.equal(files.length, 4);
  for (const path of files) {
    assert.match(path, /^\/assets\/[0-9a-f]{32}\.(?:js|json)$/);
    const file = await ask({ path, headers: { 'accept-encoding': 'gzip, br' } });
    assert.deepEqual([file.status, file.headers['content-encoding']], [200, 'br']);
    assert.match(String(file.headers['cache-control']), /immutable/);
    const plain = await ask({ path, headers: { 'accept-encoding': 'br;q=0' } });
    assert.equal(plain.headers['content-encoding'], undefined);
    assert.ok(!plain.text.includes('sourceMappingURL='));
  }
});

test('[GD5] the numbers of a chart are those of its records, in its table, in its CSV, and behind its links', async () => {
  const query = 'happened_at.from=2000-01-01&area=red-sea';
  const where = "state = 'confirmed' and area = 'red-sea' and happened_at >= '2000-01-01'";
  const page = await ask({ path: `/piracy/statistics?${query}` });
  const csv = await ask({ path: `/piracy/statistics.csv?${query}` });
  const lines = csv.text.trim().split('\r\n').slice(1);
  const total = await countOf(where);
  for (const chart of ['Incidents a year', 'By area', 'By coastal State']) {
    const counts = lines.filter((line) => line.startsWith(`${chart},`)).map((line) => Number(line.split(',').at(-1)));
    assert.equal(
      counts.reduce((sum, count) => sum + count, 0),
      total,
      chart,
    );
  }
  const inYear = await countOf(`${where} and happened_at >= '2009-01-01' and happened_at < '2010-01-01' and act = 'detained'`);
  assert.ok(inYear > 0 && lines.includes(`Incidents a year,2009,2009,detained,Detained,${inYear}`));
  const none = await countOf(`${where} and waters is null`);
  assert.ok(lines.includes(`By area,red-sea,Red Sea and Gulf of Aden,,,${none}`));
  const row = /<tr><th scope="row"><a href="([^"]+)"><bdi>2009<\/bdi><\/a><\/th><td class="number">([\d,]+)</.exec(page.text);
  const list = await ask({ path: unescape(row?.[1] ?? '') });
  assert.ok(list.text.includes(`>${row?.[2]} records<`), row?.[0]);
});

test('[GD6] a chart runs in the direction of reading', async () => {
  const xOf = (text: string, year: string) => Number(new RegExp(`class="name" x="([\\d.]+)"[^>]*>${year}<`).exec(text)?.[1]);
  const names = (text: string) => [...text.matchAll(/class="name"[^>]*>(\d{4})</g)].map((match) => match[1] ?? '');
  const english = (await ask({ path: '/piracy/statistics?lang=en' })).text;
  const arabic = (await ask({ path: '/piracy/statistics?lang=ar' })).text;
  const [first = '', last = ''] = [names(english)[0], names(english).at(-1)];
  assert.ok(xOf(english, first) < xOf(english, last));
  assert.ok(xOf(arabic, first) > xOf(arabic, last));
});

test('[GD7] whoever has a picture or the numbers already is not sent them again, until something changes', async () => {
  for (const path of ['/piracy/map.svg?act=boarded', '/piracy/map.json', '/piracy/statistics.csv']) {
    const { headers } = await ask({ path });
    const again = await ask({ path, headers: { 'if-none-match': String(headers.etag) } });
    assert.deepEqual([path, again.status, again.text], [path, 304, '']);
    const other = await ask({ path, headers: { 'if-none-match': String(headers.etag) }, as: KENYA });
    assert.equal(other.status, 200);
  }
  const before = await ask({ path: '/piracy/statistics.csv?act=fired-upon' });
  await admin.query(`insert into piracy_incident (reference, state, revision, created_at, changed_at, changed_by, happened_at, act, area, reporting_state)
    values ('PIR-2026-9001', 'confirmed', 1, '2026-02-01', '2026-02-01', 'nobody', '2026-02-01', 'fired-upon', 'other', 'KEN')`);
  const later = await ask({
    path: '/piracy/statistics.csv?act=fired-upon',
    headers: { 'if-none-match': String(before.headers.etag) },
  });
  assert.equal(later.status, 200);
  assert.ok(later.text.includes('2026,2026,fired-upon') && !before.text.includes('fired-upon'));
});

test('[GD8] without script the map, its marks and the numbers are all there; with script the moving map opens under the strict policy, by keyboard too', {
  skip: NO_CHROMIUM,
}, async () => {
  const url = await openFront(registry);
  const browser: Browser = await launchChromium('WebGL');
  after(() => browser.close());
  const still = await browser.newPage({ javaScriptEnabled: false, viewport: { width: 1280, height: 900 } });
  still.setDefaultTimeout(60_000);
  await still.goto(`${url}/piracy?act=hijacked&position.box=100,0,110,5`);
  await still.getByRole('link', { name: /Where they are/ }).click();
  await still
    .getByRole('group', { name: /A map of the world/ })
    .getByRole('link')
    .first()
    .click();
  await still.getByRole('link', { name: 'The whole world' }).click();
  await still.getByText('Narrowed to').waitFor();
  await still.getByRole('link', { name: 'Statistics' }).click();
  await still.getByRole('cell', { name: /\d/ }).first().waitFor();
  assert.equal(await still.getByRole('button', { name: 'Open the moving map' }).count(), 0);

  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.setDefaultTimeout(60_000);
  const told: string[] = [];
  const asked: string[] = [];
  page.on('console', (message) => message.type() === 'error' && !message.text().includes('404') && told.push(message.text()));
  page.on('pageerror', (error) => told.push(String(error)));
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(`${url}/piracy/map?act=hijacked&position.box=100,0,110,5`);
  assert.ok(
    asked.length < 8 && !asked.some((address) => address.includes('.json')),
    'nothing of it is loaded before it is asked for',
  );
  await page.getByRole('button', { name: 'Open the moving map' }).press('Enter');
  await page.getByRole('heading', { name: /In view: \d+/ }).waitFor();
  await page.getByRole('button', { name: 'Further away' }).press('Enter');
  await page.locator('.moving-list a').first().waitFor();
  assert.match((await page.locator('.moving-list a').first().getAttribute('href')) ?? '', /^\/piracy\/PIR-2020-/);
  assert.deepEqual(told, []);
  assert.ok(
    asked.every((address) => address.startsWith(url)),
    'nothing is asked of anybody else',
  );
});
