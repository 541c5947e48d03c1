import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { bootRegistry, KENYA, SECRETARIAT, useRegistryCluster } from './booted-registry.ts';

const ROWS = 2300;
const cluster = await useRegistryCluster();
const { ask, file, database } = await bootRegistry(cluster);
const admin = await cluster.adminOf(database);
await admin.query(`insert into piracy_incident (reference, state, revision, created_at, changed_at, changed_by, happened_at, act, area, position_lat,
    position_lon, ship_name, place, reporting_state)
  select 'PIR-2020-' || n, case when n % 10 = 0 then 'reported' else 'confirmed' end, 1, '2026-01-01', '2026-01-01', 'nobody', '2020-01-01'::timestamptz + n * interval '1 hour',
    'boarded', 'red-sea', case when n % 2 = 0 then 12.5 end, case when n % 2 = 0 then 47.5 end, '=HYPERLINK("http://evil.example")', E'a "quoted", place\\nof two lines', 'KEN'
  from generate_series(1, ${ROWS}) n`);
const PUBLISHED = ROWS * 0.9;

test('[GR18] an export holds all that the list finds and the viewer sees, beyond any page, and goes on where it broke off', async () => {
  const whole = await ask({ path: '/piracy/export.jsonl' });
  assert.equal(whole.headers['content-type'], 'application/jsonl; charset=utf-8');
  const lines = whole.text
    .trim()
    .split('\n')
    .map((line) => z.looseObject({ reference: z.string() }).parse(JSON.parse(line)).reference);
  assert.equal(lines.length, PUBLISHED);
  assert.equal(new Set(lines).size, PUBLISHED);
  const rest = await ask({ path: `/piracy/export.jsonl?after_reference=${lines[1499]}` });
  assert.equal(rest.text.trim().split('\n').length, PUBLISHED - 1500);
  const all = await ask({ path: '/piracy/export.jsonl', as: SECRETARIAT });
  assert.equal(all.text.trim().split('\n').length, ROWS);
  const few = await ask({ path: '/piracy/export.jsonl?happened_at.to=2020-01-02' });
  assert.ok(few.text.trim().split('\n').length < 50);
  assert.equal((await ask({ path: '/piracy/export.exe' })).status, 404);
  const workbook = await ask({ path: '/piracy/export.xlsx' });
  assert.equal(workbook.headers['content-type'], 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet');
  assert.ok(workbook.text.startsWith('PK') && workbook.text.includes('xl/worksheets/sheet1.xml'));
  assert.ok((await ask({ path: '/piracy' })).text.includes('/piracy/export.xlsx'));
});

test('[GR19] a cell of CSV is no formula, whatever was typed, and comes back as it was but for that', async () => {
  const { text } = await ask({ path: '/piracy/export.csv?happened_at.to=2020-01-01' });
  assert.match(text, /^reference,state,revision,changed_at,is_sample,happened_at,/);
  assert.ok(text.includes(`"'=HYPERLINK(""http://evil.example"")"`));
  assert.ok(!/(^|,)"?[=@]/m.test(text));
  assert.ok(text.includes('"a ""quoted"", place\nof two lines"') || text.includes('"a ""quoted"", place of two lines"'));
});

test('GeoJSON has what has a position, longitude first', async () => {
  const { text } = await ask({ path: '/piracy/export.geojson' });
  const { features } = z
    .object({
      type: z.literal('FeatureCollection'),
      features: z.array(z.looseObject({ geometry: z.object({ coordinates: z.array(z.number()) }) })),
    })
    .parse(JSON.parse(text));
  assert.ok(features.length > 800 && features.length < PUBLISHED);
  assert.deepEqual(features[0]?.geometry.coordinates, [47.5, 12.5]);
});

test('[GR20] whoever has the version already is told so, and told otherwise after a change; hidden fields are in no export', async () => {
  const first = await ask({ path: '/piracy/export.csv' });
  const etag = String(first.headers['etag']);
  assert.equal((await ask({ path: '/piracy/export.csv', headers: { 'if-none-match': etag } })).status, 304);
  assert.equal(
    (await ask({ path: '/piracy/export.csv', headers: { 'if-modified-since': String(first.headers['last-modified']) } })).status,
    304,
  );
  assert.equal((await ask({ path: '/piracy/export.csv', headers: { 'if-none-match': etag }, as: SECRETARIAT })).status, 200);
  await file('piracy', KENYA, {
    happened_at: '2026-02-11 04:20 UTC',
    act: 'boarded',
    reporting_state: 'KEN',
    ship_name: 'New',
    sure: 'yes',
  });
  assert.equal((await ask({ path: '/piracy/export.csv', headers: { 'if-none-match': etag } })).status, 200);
  await file('contact-point', KENYA, { country: 'KEN', matters: ['piracy'], office: 'The office', officer: 'Somebody by name' });
  for (const format of ['csv', 'jsonl']) {
    const open = await ask({ path: `/contact-point/export.${format}` });
    assert.ok(
      open.text.includes('The office') && !open.text.includes('Somebody by name') && !open.text.includes('officer_email'),
      format,
    );
    assert.ok((await ask({ path: `/contact-point/export.${format}`, as: KENYA })).text.includes('Somebody by name'), format);
  }
});
