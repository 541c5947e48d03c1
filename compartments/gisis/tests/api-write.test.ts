import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { manifest } from '#compartment.ts';
import { bootRegistry, KENYA, NORWAY, SECRETARIAT, useRegistryCluster } from './booted-registry.ts';

const cluster = await useRegistryCluster();
const registry = await bootRegistry(cluster);
const { ask, clock, database } = registry;
const admin = await cluster.adminOf(database);

const recordSchema = z.looseObject({
  reference: z.string(),
  state: z.string(),
  revision: z.number(),
  fields: z.record(z.string(), z.unknown()),
});
const problemSchema = z.looseObject({
  code: z.string(),
  detail: z.string(),
  errors: z
    .array(z.object({ pointer: z.string(), field: z.string(), detail: z.string(), suggestions: z.array(z.string()) }))
    .default([]),
});

type Person = typeof KENYA;
const send = async (
  method: 'POST' | 'PATCH',
  path: string,
  as: Person,
  json: unknown,
  headers: Readonly<Record<string, string>> = {},
) => {
  const body = Buffer.from(typeof json === 'string' ? json : JSON.stringify(json));
  const answer = await ask({ method, path, as, body, headers: { 'content-type': 'application/json', ...headers } });
  return { ...answer, json: JSON.parse(answer.text) as unknown };
};
const INCIDENT = { happened_at: '2026-02-11 04:20 UTC', act: 'boarded', area: 'west-africa', place: 'Off Bonny' };
const fileOne = async (fields: Readonly<Record<string, unknown>> = {}) => {
  const filed = await send('POST', '/api/piracy', KENYA, { fields: { ...INCIDENT, ...fields }, sure: true });
  assert.equal(filed.status, 201, filed.text);
  return { ...recordSchema.parse(filed.json), etag: String(filed.headers.etag) };
};

test('[GP1] a program files, changes and moves a record on by the same rules as the forms, and whoever it concerns is told', async () => {
  const filed = await send('POST', '/api/piracy', KENYA, {
    fields: { ...INCIDENT, position: { lat: 4.2, lon: 7.1 }, attackers: 6, ship_name: 'Sample Amity' },
  });
  assert.equal(filed.status, 201, filed.text);
  const record = recordSchema.parse(filed.json);
  assert.deepEqual(
    [record.state, record.revision, record.fields['reporting_state'], record.fields['attackers'], record.fields['happened_at']],
    ['reported', 1, 'KEN', 6, '2026-02-11T04:20:00Z'],
  );
  assert.equal(filed.headers.location, `http://gisis.localhost:8400/api/piracy/${record.reference}`);
  const changed = await send(
    'PATCH',
    `/api/piracy/${record.reference}`,
    KENYA,
    { fields: { place: 'Bonny River', attackers: null }, source: 'Report of the master' },
    { 'if-match': String(filed.headers.etag) },
  );
  assert.equal(changed.status, 200, changed.text);
  const { fields, revision } = recordSchema.parse(changed.json);
  assert.deepEqual(
    [revision, fields['place'], fields['attackers'], fields['ship_name']],
    [2, 'Bonny River', null, 'Sample Amity'],
  );
  const confirmed = await send(
    'POST',
    `/api/piracy/${record.reference}/acts/confirm`,
    SECRETARIAT,
    { source: 'Circular' },
    { 'if-match': '"2"' },
  );
  assert.equal(recordSchema.parse(confirmed.json).state, 'confirmed');
  const history = await ask({ path: `/piracy/${record.reference}/history`, as: KENYA });
  assert.ok(history.text.includes('Report of the master') && history.text.includes('Keziah of Kenya'));
  assert.ok((await ask({ path: '/for-you', as: KENYA })).text.includes(record.reference));
});

test('[GP1] what holds from a day on is changed with that day, told at its place in the body', async () => {
  const supplier = { name: 'Supplier of data', delegation: 'secretariat', roles: ['data-supplier'] };
  const ship = { imo_number: '9074729', name: 'Sample Amity', flag: 'KEN', type: 'container-ship', gross_tonnage: 28450 };
  const filed = await send('POST', '/api/ship', supplier, { fields: ship, sure: true });
  assert.equal(filed.status, 201, filed.text);
  const rename = (since: Readonly<Record<string, string>>) =>
    send(
      'PATCH',
      '/api/ship/9074729',
      supplier,
      { fields: { name: 'Sample Concord' }, since, source: 'Letter', sure: true },
      { 'if-match': String(filed.headers.etag) },
    );
  const lacking = problemSchema.parse((await rename({})).json);
  assert.deepEqual([lacking.errors[0]?.pointer, lacking.errors[0]?.field], ['#/since/name', 'name']);
  const renamed = await rename({ name: '2026-02-01' });
  assert.equal(renamed.status, 200, renamed.text);
  assert.equal(recordSchema.parse(renamed.json).fields['name'], 'Sample Concord');
  const numbered = { fields: { imo_number: '9074731' }, source: 'x' };
  const kept = await send('PATCH', '/api/ship/9074729', supplier, numbered, { 'if-match': '"2"' });
  assert.deepEqual(
    problemSchema.parse(kept.json).errors.map(({ field }) => field),
    ['imo_number'],
  );
});

test('[GP1] who may not write in a module is refused, before and behind the gateway', async () => {
  const routes = manifest.routes.filter(({ id }) => id.startsWith('piracy.api-'));
  assert.equal(routes.length, 7, 'file, change, act; a file sent, shown, carried on and given up');
  assert.ok(routes.every(({ callers, roles }) => callers === 'software' && roles.length > 0));
  assert.equal((await ask({ method: 'POST', path: '/api/piracy', body: Buffer.from('{}') })).status, 401);
  const delegate = { ...KENYA, roles: [] };
  assert.equal((await send('POST', '/api/piracy', delegate, { fields: INCIDENT })).status, 403);
  const { reference } = await fileOne({ place: 'Lagos' });
  const stranger = await send(
    'PATCH',
    `/api/piracy/${reference}`,
    NORWAY,
    { fields: { place: 'X' }, source: 'x' },
    { 'if-match': '"1"' },
  );
  assert.equal(stranger.status, 404);
  const foreign = await send('POST', '/api/piracy', KENYA, { fields: { ...INCIDENT, reporting_state: 'NOR' }, sure: true });
  assert.deepEqual(problemSchema.parse(foreign.json).errors[0]?.field, 'reporting_state');
  const again = await send('POST', `/api/piracy/${reference}/acts/confirm`, KENYA, { source: 'x' }, { 'if-match': '"1"' });
  assert.equal(again.status, 403);
});

test('[GP2] what is wrong is told field by field with its place in the body, in the language asked for, and nothing is saved', async () => {
  const refused = await send(
    'POST',
    '/api/piracy',
    KENYA,
    {
      fields: { happened_at: 'yesterday', position: { lat: 400, lon: 0 }, act: ['boarded', 'x'], severity: 'high', __proto__: 1 },
      since: { place: '2026-01-01' },
    },
    { 'accept-language': 'fr' },
  );
  assert.equal(refused.status, 422);
  assert.equal(refused.headers['content-type'], 'application/problem+json; charset=utf-8');
  const { code, errors } = problemSchema.parse(refused.json);
  assert.equal(code, 'input.invalid');
  const places = errors.map(({ pointer }) => pointer);
  for (const place of ['#/fields/position', '#/fields/act', '#/fields/severity', '#/since/place'])
    assert.ok(places.includes(place), place);
  assert.match(errors.find(({ field }) => field === 'severity')?.detail ?? '', /champ/);
  const needed = problemSchema.parse((await send('POST', '/api/piracy', KENYA, { fields: { happened_at: 'yesterday' } })).json);
  assert.deepEqual(
    needed.errors.map(({ field }) => field).toSorted((left, right) => left.localeCompare(right)),
    ['act', 'happened_at'],
  );
  const shape = problemSchema.parse((await send('POST', '/api/piracy', KENYA, { fields: {}, ship: 1, sure: 'yes' })).json);
  assert.deepEqual(
    shape.errors.map(({ pointer }) => pointer).toSorted((left, right) => left.localeCompare(right)),
    ['#/ship', '#/sure'],
  );
  for (const body of ['{', '[]', '"x"', '['.repeat(100_000)])
    assert.ok([400, 422].includes((await send('POST', '/api/piracy', KENYA, body)).status), body.slice(0, 5));
  const text = await ask({
    method: 'POST',
    path: '/api/piracy',
    as: KENYA,
    body: Buffer.from('{}'),
    headers: { 'content-type': 'text/plain' },
  });
  assert.equal(text.status, 400);
  const rows = await admin.query(`select from piracy_incident where happened_at is null and id > 0`);
  assert.equal(rows.length, 0);
});

test('[GP2] what looks like a record that stands is asked back, with its address, and filed if the program is sure', async () => {
  const lone = { happened_at: '2025-05-05 10:00 UTC', act: 'boarded', ship_name: 'Sample Twin', reporting_state: 'KEN' };
  const first = await send('POST', '/api/piracy', KENYA, { fields: lone });
  assert.equal(first.status, 201, first.text);
  const second = await send('POST', '/api/piracy', KENYA, { fields: lone });
  assert.equal(second.status, 422);
  const problem = z.looseObject({ code: z.string(), alike: z.object({ reference: z.string() }) }).parse(second.json);
  assert.deepEqual([problem.code, problem.alike.reference], ['record.asked_back', recordSchema.parse(first.json).reference]);
  assert.equal((await send('POST', '/api/piracy', KENYA, { fields: lone, sure: true })).status, 201);
});

test('[GP3] a change is made upon the revision that If-Match names, or not at all: who was overtaken gets the record as it stands', async () => {
  const { reference, etag } = await fileOne({ place: 'One' });
  const path = `/api/piracy/${reference}`;
  const change = (place: string, ifMatch?: string) =>
    send('PATCH', path, KENYA, { fields: { place }, source: 'x' }, ifMatch === undefined ? {} : { 'if-match': ifMatch });
  assert.deepEqual([(await change('Two')).status, (await change('Two', '*')).status], [428, 428]);
  assert.equal((await change('Two', etag)).status, 200);
  const late = await change('Three', etag);
  assert.equal(late.status, 412);
  const told = z
    .looseObject({
      code: z.literal('record.overtaken'),
      present: recordSchema,
      conflicts: z.array(z.object({ field: z.string(), sent: z.unknown(), present: z.unknown(), changedAt: z.string() })),
    })
    .parse(late.json);
  assert.deepEqual([told.present.revision, told.present.fields['place']], [2, 'Two']);
  assert.deepEqual(
    told.conflicts.map(({ field, sent, present }) => [field, sent, present]),
    [['place', 'Three', 'Two']],
  );
  assert.equal((await change('Three', String(late.headers.etag))).status, 200);
  const races = await Promise.all(['Four', 'Five', 'Six', 'Seven'].map((place) => change(place, '"3"')));
  assert.deepEqual(
    races.map(({ status }) => status).toSorted((left, right) => left - right),
    [200, 412, 412, 412],
  );
  const read = await ask({ path, as: KENYA });
  assert.equal((await ask({ path, as: KENYA, headers: { 'if-none-match': String(read.headers.etag) } })).status, 304);
});

test('[GP4] a write under an Idempotency-Key is done once: a repeat, also at the same time, gets the same answer, another body none', async () => {
  const key = { 'idempotency-key': '"report-1"' };
  const body = { fields: { ...INCIDENT, place: 'Once' }, sure: true };
  const answers = await Promise.all(Array.from({ length: 4 }, () => send('POST', '/api/piracy', KENYA, body, key)));
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([201]));
  assert.equal(new Set(answers.map(({ text, headers }) => `${text} ${headers.etag} ${headers.location}`)).size, 1);
  assert.equal(answers.filter(({ headers }) => headers['idempotency-replayed'] === 'true').length, 3);
  assert.equal((await admin.query(`select from piracy_incident where place = 'Once'`)).length, 1);
  const other = await send('POST', '/api/piracy', KENYA, { ...body, source: 'x' }, key);
  assert.deepEqual([other.status, problemSchema.parse(other.json).code], [422, 'idempotency_key.reused']);
  const { reference } = recordSchema.parse(answers[0]?.json);
  const change = { fields: { place: 'Twice' }, source: 'x' };
  const headers = { 'idempotency-key': 'change-1', 'if-match': '"1"' };
  const first = await send('PATCH', `/api/piracy/${reference}`, KENYA, change, headers);
  const repeat = await send('PATCH', `/api/piracy/${reference}`, KENYA, change, headers);
  assert.deepEqual([first.status, repeat.status, repeat.text], [200, 200, first.text]);
  assert.equal((await send('POST', '/api/piracy', SECRETARIAT, body, key)).status, 201);
  assert.equal((await send('POST', '/api/piracy', KENYA, body, { 'idempotency-key': 'with space' })).status, 400);
});

test('[GP4] what was refused is not kept under its key, keys are forgotten after a day, and an account has so many', async () => {
  const key = { 'idempotency-key': 'mended' };
  assert.equal((await send('POST', '/api/piracy', KENYA, { fields: { act: 'boarded' } }, key)).status, 422);
  const body = { fields: { ...INCIDENT, place: 'Mended' }, sure: true };
  assert.equal((await send('POST', '/api/piracy', KENYA, body, key)).status, 201);
  clock.advanceMs(24 * 3_600_000 + 1000);
  assert.equal((await send('POST', '/api/piracy', KENYA, body, key)).headers['idempotency-replayed'], undefined);
  assert.equal((await admin.query(`select from piracy_incident where place = 'Mended'`)).length, 2);
  await admin.query(`insert into answered_write (account_id, key, request_sha256, at, status, reference, etag, body)
    select 'account-keziah-of-kenya', 'k' || n, repeat('0', 64), '2026-03-03T09:00:00Z', 200, '', '', '' from generate_series(1, 5000) n`);
  assert.equal((await send('POST', '/api/piracy', KENYA, body, { 'idempotency-key': 'one-more' })).status, 429);
  assert.equal((await send('POST', '/api/piracy', KENYA, body)).status, 201);
  clock.advanceMs(24 * 3_600_000 + 1000);
  assert.equal((await registry.runJob('registry.tidy')).status, 200);
  assert.equal((await registry.runJob('registry.tidy')).status, 200);
  assert.equal((await registry.runJob('registry.tidy')).status, 200);
  assert.equal((await admin.query('select from answered_write')).length, 0);
});
