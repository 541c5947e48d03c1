import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { COMMON_COLUMNS, exportColumns } from '#export/export.rules.ts';
import { knownColumns, readColumns } from '#intake/column.rules.ts';
import { findModule } from '#modules/modules.ts';
import { PUBLIC, type Viewer } from '#sight/viewer.rules.ts';
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

test('[GR18] an export names the file of a record, where it is taken along and its SHA-256, to whom its field is shown', async () => {
  const sha256 = 'ab'.repeat(32);
  await admin.query(`insert into audit (reference, state, revision, created_at, changed_at, changed_by, country, begun_on, summary, findings,
      report_sha256, report_name, report_type, report_bytes, release, release_to)
    values ('AUD-2025-0001', 'reported', 1, now(), now(), 'a', 'KEN', '2025-03-01', 'Seen by members', 'Of the State', '${sha256}', '=Report, final.pdf',
      'application/pdf', 5, '{report}', 'public'),
    ('AUD-2025-0002', 'reported', 1, now(), now(), 'a', 'NOR', '2025-03-01', 'Seen by members', 'Of the State', '${sha256}', 'Other.pdf',
      'application/pdf', 5, null, null)`);
  const named = `"'=Report, final.pdf",http://gisis.localhost:8400/audit/AUD-2025-0001/files/report,${sha256}`;
  for (const as of [SECRETARIAT, KENYA, undefined]) {
    const { text } = await ask({ path: '/audit/export.csv', ...(as ? { as } : {}) });
    assert.ok(text.split('\r\n')[0]?.includes('report,report_link,report_sha256'));
    assert.ok(text.includes(named), as?.name ?? 'the public');
    assert.equal(text.includes('Other.pdf'), as === SECRETARIAT);
    assert.equal(text.split('Of the State').length - 1, as === SECRETARIAT ? 2 : as === KENYA ? 1 : 0);
  }
  const { status } = await ask({ path: '/audit/AUD-2025-0001/files/report' });
  assert.notEqual(status, 404, 'it is found under the address');
});

test('an export with files can be sent back as it came: what it tells of files is not read', () => {
  const audit = findModule('audit') ?? assert.fail('there is no module audit');
  const viewer: Viewer = { ...PUBLIC, isSecretariat: true };
  const heading = [...COMMON_COLUMNS, ...exportColumns(audit, viewer).map(({ head }) => head)];
  const read = readColumns(audit, heading, viewer);
  assert.ok('fields' in read, JSON.stringify(read));
  assert.ok(read.fields.has('findings') && !read.fields.has('report'));
  assert.ok(!knownColumns(audit, viewer).includes('report'), 'nobody is told to fill it in');
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
