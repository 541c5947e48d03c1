import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '@bulkhead/testkit';
import { z } from 'zod';
import { manifest } from '#compartment.ts';
import { bootRegistry, KENYA, NORWAY, SECRETARIAT, type TestPerson, useRegistryCluster } from './booted-registry.ts';
import { SUPPLIER, senderOf } from './sending.ts';
import { startVault } from './vault.ts';
import { writeWorkbook } from './workbook.ts';

const [cluster, vault] = await Promise.all([useRegistryCluster(), startVault()]);
const registry = await bootRegistry(cluster, 'open', { vault });
const { ask, database } = registry;
const admin = await cluster.adminOf(database);
const count = async (sql: string) => Number((await admin.query<{ n: string }>(`select count(*)::text as n from ${sql}`))[0]?.n);

const countsSchema = z.object({
  added: z.number(),
  changed: z.number(),
  same: z.number(),
  refused: z.number(),
  asked: z.number(),
});
const faultSchema = z.object({
  pointer: z.string(),
  row: z.number(),
  field: z.string(),
  given: z.string(),
  detail: z.string(),
  suggestions: z.array(z.string()),
  askedBack: z.boolean(),
});
const reportSchema = z.object({
  id: z.string().nullable(),
  state: z.string(),
  rows: z.number().nullable(),
  doneRows: z.number(),
  counts: countsSchema,
  faultCount: z.number(),
  faults: z.array(faultSchema),
  next: z.string().nullable(),
});
const problemSchema = z.object({
  status: z.number(),
  code: z.string(),
  detail: z.string(),
  counts: countsSchema.optional(),
  errors: z.array(z.unknown()).optional(),
});
const rowsOf = (text: string) => z.array(faultSchema).parse(problem(text).errors);

const send = (
  module: string,
  as: TestPerson,
  content: string | Uint8Array,
  given: Readonly<Record<string, string>> = {},
  headers: Readonly<Record<string, string>> = {},
) => {
  const query = new URLSearchParams({ source: 'A list of the test', ...given });
  const body = Buffer.from(content);
  return ask({
    method: 'POST',
    path: `/api/${module}/import?${query}`,
    as,
    body,
    headers: { 'content-type': 'text/csv', ...headers },
  });
};
const read = (text: string) => reportSchema.parse(JSON.parse(text));
const problem = (text: string) => problemSchema.parse(JSON.parse(text));
const SHIPS =
  'imo_number,name,flag,type,gross_tonnage\n9074729,Ever Example,NOR,container-ship,5000\n9241061,Second,KEN,bulk-carrier,6000\n';
const WRONG = `${SHIPS}8814274,Wrong digit,KEN,bulk-carrier,7000\n`;

test('[GI21] a program sends a file of records in one request: a dry run tells what would be, then all of it is filed as from the page', async () => {
  const dry = await send('ship', SUPPLIER, SHIPS, { dry_run: 'true' });
  assert.equal(dry.status, 200, dry.text);
  const looked = read(dry.text);
  assert.deepEqual([looked.id, looked.state, looked.counts.added], [null, 'looked-at', 2]);
  assert.deepEqual([await count('ship where id > 0'), await count('import_file')], [0, 0]);
  const sent = await send('ship', SUPPLIER, SHIPS);
  assert.equal(sent.status, 201, sent.text);
  const done = read(sent.text);
  assert.deepEqual([done.state, done.doneRows, done.counts.added, done.next], ['done', 2, 2, null]);
  assert.ok(String(sent.headers.location).endsWith(`/api/ship/imports/${done.id}`));
  const history = await ask({ path: '/ship/9241061/history', as: SECRETARIAT });
  assert.ok(history.text.includes('A list of the test') && history.text.includes('Sal the supplier'));
  const shown = await ask({ path: `/imports/${done.id}`, as: SUPPLIER });
  assert.equal(shown.status, 200, 'its sender finds it on the pages too');
  const again = await send('ship', SUPPLIER, SHIPS);
  assert.deepEqual([again.status, read(again.text).counts.same, read(again.text).id], [200, 2, null]);
  assert.equal(await count('import_file'), 1);
});

test('[GI21] a workbook is taken as it is, and what is in it stands', async () => {
  const path = join(await temporaryDirectory(), 'companies.xlsx');
  const row = (number: number, cells: readonly string[]) =>
    `<row r="${number}">${cells.map((cell, at) => `<c r="${'AB'[at]}${number}" t="inlineStr"><is><t>${cell}</t></is></c>`).join('')}</row>`;
  await writeWorkbook(path, `${row(1, ['company_number', 'name'])}${row(2, ['0000120', 'From a workbook'])}`);
  const book = await readFile(path);
  const type = { 'content-type': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' };
  const sent = await send('company', SUPPLIER, book, {}, type);
  assert.equal(sent.status, 201, sent.text);
  assert.equal(await count(`company where name = 'From a workbook'`), 1);
});

test('[GI22] of a file with a refused row nothing is written unless the program says so beforehand; rows are told as problem+json', async () => {
  const refused = await send('ship', SUPPLIER, WRONG.replace('Second', 'Renamed'), { since: '2026-02-01' });
  assert.equal(refused.status, 422);
  assert.equal(refused.headers['content-type'], 'application/problem+json; charset=utf-8');
  const { code, counts, detail } = problem(refused.text);
  const errors = rowsOf(refused.text);
  assert.deepEqual([code, counts?.refused, counts?.changed], ['input.invalid', 1, 1]);
  assert.match(detail, /Nothing was written/);
  assert.deepEqual(
    errors.map(({ pointer, row, field, given, askedBack }) => [pointer, row, field, given, askedBack]),
    [['#/rows/4/imo_number', 4, 'imo_number', '8814274', false]],
  );
  assert.ok((errors[0]?.suggestions.length ?? 0) > 0);
  assert.deepEqual([await count(`ship where name = 'Renamed'`), await count(`import_file where state <> 'done'`)], [0, 0]);
  const partial = await send('ship', SUPPLIER, WRONG.replace('Second', 'Renamed'), { since: '2026-02-01', partial: 'true' });
  assert.equal(partial.status, 201, partial.text);
  assert.deepEqual(read(partial.text).counts, { added: 0, changed: 1, same: 1, refused: 1, asked: 0 });
  assert.equal(read(partial.text).faults[0]?.row, 4);
});

test('[GI22] what is asked back is filed only where the program is sure', async () => {
  const rows = (name: string) =>
    `happened_at,act,ship_name,reporting_state,place\n2025-05-01 10:00 UTC,boarded,Ship,KEN,${name}\n`;
  assert.equal((await send('piracy', KENYA, rows('One'))).status, 201);
  const asked = await send('piracy', KENYA, rows('Two'));
  assert.deepEqual([asked.status, problem(asked.text).code], [422, 'record.asked_back']);
  assert.equal(rowsOf(asked.text)[0]?.askedBack, true);
  assert.equal((await send('piracy', KENYA, rows('Two'), { sure: 'true' })).status, 201);
  assert.equal(await count('piracy_incident where id > 0'), 2);
});

test('[GI23] a file under an Idempotency-Key is carried out once, however often and at once it is sent', async () => {
  const rows = 'company_number,name\n0000341,Once\n';
  const key = { 'idempotency-key': 'list-1' };
  const answers = await Promise.all(Array.from({ length: 3 }, () => send('company', SUPPLIER, rows, {}, key)));
  const ids = answers.map(({ text }) => read(text).id);
  assert.equal(new Set(ids).size, 1, answers.map(({ text }) => text).join('\n'));
  assert.equal(answers.filter(({ headers }) => headers['idempotency-replayed'] === 'true').length, 2);
  assert.equal(await count(`import_file where module = 'company'`), 2);
  const late = await send('company', SUPPLIER, rows, {}, key);
  assert.deepEqual([late.status, read(late.text).id, read(late.text).state], [200, ids[0], 'done']);
  const other = await send('company', SUPPLIER, rows.replace('Once', 'Twice'), {}, key);
  assert.deepEqual([other.status, problem(other.text).code], [422, 'idempotency_key.reused']);
  assert.equal((await send('company', SUPPLIER, rows, {}, { 'idempotency-key': 'a key with spaces' })).status, 400);
});

test('[GI21] an import that waits is carried out or given up at its address, and nobody may send more than stay open', async () => {
  const { send: sendPage } = senderOf(registry);
  const { path } = await sendPage('company', SUPPLIER, 'company_number,name\n0000363,X\n');
  const api = path.replace('/imports', '/api/company/imports');
  assert.equal(read((await ask({ path: api, as: SUPPLIER })).text).state, 'looked-at');
  assert.equal((await ask({ path: api.replace('company', 'ship'), as: SUPPLIER })).status, 404);
  const dropped = await ask({ method: 'DELETE', path: api, as: SUPPLIER });
  assert.deepEqual([dropped.status, read(dropped.text).state], [200, 'dropped']);
  const waiting = (await sendPage('company', SUPPLIER, 'company_number,name\n0000354,Gone on with\n')).path;
  const gone = await ask({ method: 'POST', path: waiting.replace('/imports', '/api/company/imports'), as: SUPPLIER });
  assert.deepEqual([gone.status, read(gone.text).state, await count(`company where name = 'Gone on with'`)], [201, 'done', 1]);
  for (let left = 3; left > 0; left -= 1) await sendPage('company', SUPPLIER, 'company_number,name\n0000363,X\n');
  const more = await send('company', SUPPLIER, 'company_number,name\n0000363,X\n');
  assert.deepEqual([more.status, problem(more.text).code], [429, 'request.too_many']);
});

test('[GI24] a file of a program is bound by the same rights, limits and sentences as that of a page; a name that is not known is refused', async () => {
  const codes = async (...given: Parameters<typeof send>) => {
    const { status, text } = await send(...given);
    return `${status} ${problem(text).code}`;
  };
  assert.equal(await codes('ship', KENYA, SHIPS), '403 request.forbidden');
  assert.equal(
    await codes('piracy', NORWAY, 'happened_at,act,reporting_state\n2025-05-02 10:00 UTC,boarded,KEN\n'),
    '422 input.invalid',
  );
  assert.equal(await codes('piracy', NORWAY, ''), '422 input.invalid');
  assert.equal(
    await codes('piracy', NORWAY, new Uint8Array([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, 0, 0])),
    '422 input.invalid',
  );
  const unknown = await send('piracy', NORWAY, 'act,colour\nboarded,red\n', {}, { 'accept-language': 'fr' });
  assert.match(problem(unknown.text).detail, /colour/);
  const misspelt = await send('piracy', NORWAY, 'act\nboarded\n', { dryrun: 'true' });
  assert.deepEqual(
    [misspelt.status, problem(misspelt.text).errors?.length, /#\/query\/dryrun/.test(misspelt.text)],
    [422, 1, true],
  );
  assert.equal(await codes('piracy', NORWAY, 'act\nboarded\n', { source: ' ' }), '422 input.invalid');
  const route = manifest.routes.find(({ id }) => id === 'piracy.api-import');
  assert.deepEqual(
    [route?.callers, route?.roles.includes('piracy-officer'), route?.maxBodyBytes],
    ['software', true, 209_715_200],
  );
  const closed = await bootRegistry(cluster, 'read-only', { vault });
  const query = '/api/ship/import?source=x';
  const shut = await closed.ask({ method: 'POST', path: query, as: SUPPLIER, body: Buffer.from(SHIPS) });
  assert.deepEqual([shut.status, problem(shut.text).code], [503, 'compartment.read_only']);
});
