import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bootRegistry, DELEGATE, KENYA, SECRETARIAT, type TestPerson, useRegistryCluster } from './booted-registry.ts';
import { startVault } from './vault.ts';

const [cluster, vault] = await Promise.all([useRegistryCluster(), startVault()]);
const { ask, database } = await bootRegistry(cluster, 'open', { vault });
const admin = await cluster.adminOf(database);
const PDF = `%PDF-1.7\n${'a page of the report '.repeat(40)}`;
const AUDITED: TestPerson = { ...KENYA, roles: ['audit-officer'] };
let audits = 0;
/** There is one audit of a State on a day. */
const anAudit = () => {
  audits += 1;
  return { country: 'KEN', begun_on: `2025-03-${String(audits).padStart(2, '0')}`, summary: 'What was found' };
};
const REPORT = new File([PDF], 'C:\\reports\\Отчёт "2026".pdf', { type: 'text/html' });

/** Sends a form with files as a browser does. */
async function post(path: string, as: TestPerson, fields: Readonly<Record<string, string | File>>) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  const encoded = new Response(form);
  const body = Buffer.from(await encoded.arrayBuffer());
  return ask({ path, as, body, headers: { 'content-type': String(encoded.headers.get('content-type')) } });
}
const keptIn = (text: string) => /name="kept\.report" value="([^"]+)"/.exec(text)?.[1] ?? '';

async function fileAudit(audit = anAudit()): Promise<string> {
  const { status, headers, text } = await post('/audit/new', SECRETARIAT, { ...audit, report: REPORT });
  assert.equal(status, 303, text.slice(text.indexOf('<main'), text.indexOf('<main') + 2000));
  return String(headers.location).replace('?done=saved', '');
}

test('[GI15] a file stands with its record: kept in the vault before the record names it, taken along as what it is and without any right', async () => {
  const address = await fileAudit();
  const page = await ask({ path: address, as: SECRETARIAT });
  assert.ok(page.text.includes(`href="${address}/files/report"`) && page.text.includes('Отчёт'));
  const { status, headers, text } = await ask({ path: `${address}/files/report`, as: SECRETARIAT });
  assert.deepEqual([status, headers['content-type'], text], [200, 'application/pdf', PDF]);
  assert.match(String(headers['content-disposition']), /^attachment; filename="[A-Za-z0-9._-]+"; filename\*=UTF-8''/);
  assert.match(String(headers['content-security-policy']), /sandbox/);
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.equal((await ask({ path: `${address}/files/summary`, as: SECRETARIAT })).status, 404);
  const [row] = await admin.query<{ report_sha256: string }>(
    'select report_sha256 from audit where id > 0 order by id desc limit 1',
  );
  assert.match(row?.report_sha256 ?? '', /^[0-9a-f]{64}$/);
});

test('[GI16] a file is seen by whom its field is seen, and its address tells nobody else that there is one', async () => {
  const address = await fileAudit();
  assert.equal((await ask({ path: `${address}/files/report`, as: AUDITED })).status, 200);
  assert.equal((await ask({ path: `${address}/files/report`, as: DELEGATE })).status, 404);
  assert.equal((await ask({ path: `${address}/files/report` })).status, 404);
  for (const as of [DELEGATE, undefined]) {
    const json = await ask({ path: `${address}/record.json`, ...(as ? { as } : {}) });
    assert.ok(!json.text.includes('report') && !json.text.includes('sha256'));
  }
});

test('[GI17] what a file is is told by its contents; what is of another kind or too large is refused at its field, and the rest stays as typed', async () => {
  const html = new File(['<!doctype html><script>alert(1)</script>'], 'report.pdf', { type: 'application/pdf' });
  const wrong = await post('/audit/new', SECRETARIAT, { ...anAudit(), report: html });
  assert.equal(wrong.status, 422);
  assert.match(wrong.text, /id="f-report-fault">This file is of another kind/);
  assert.ok(wrong.text.includes('What was found'));
  const large = new File([PDF, new Uint8Array(31_500_000)], 'large.pdf');
  const tooLarge = await post('/audit/new', SECRETARIAT, { ...anAudit(), report: large });
  assert.equal(tooLarge.status, 422);
  assert.match(tooLarge.text, /id="f-report-fault">This file is too large/);
});

test('[GI18] a file that was sent is not asked for again while other fields are mended, and nobody puts a file into a record that they did not send', async () => {
  const refused = await post('/audit/new', SECRETARIAT, { ...anAudit(), begun_on: 'soon', report: REPORT });
  assert.equal(refused.status, 422);
  const kept = keptIn(refused.text);
  assert.notEqual(kept, '');
  const filed = await post('/audit/new', SECRETARIAT, { ...anAudit(), 'kept.report': kept });
  assert.equal(filed.status, 303);
  const address = String(filed.headers.location).replace('?done=saved', '');
  assert.equal((await ask({ path: `${address}/files/report`, as: SECRETARIAT })).text, PDF);
  const other = { ...SECRETARIAT, name: 'Another of the Secretariat' };
  const stolen = await post('/audit/new', other, { ...anAudit(), 'kept.report': kept });
  assert.equal(
    (await ask({ path: `${String(stolen.headers.location).replace('?done=saved', '')}/files/report`, as: other })).status,
    404,
  );
  const value = { sha256: 'a'.repeat(64), name: 'x.pdf', type: 'application/pdf', bytes: 5 };
  const made = await post('/audit/new', SECRETARIAT, { ...anAudit(), report: JSON.stringify(value) });
  assert.equal(made.status, 400);
});

test('[GI19] a change leaves a file as it is unless another is sent or it is taken away, and its history names both', async () => {
  const audit = anAudit();
  const address = await fileAudit(audit);
  const change = (revision: string, fields: Readonly<Record<string, string | File>>) =>
    post(`${address}/change`, SECRETARIAT, { ...audit, revision, source: 'A letter', ...fields });
  assert.equal((await change('1', { team: 'Three auditors' })).status, 303);
  assert.equal((await ask({ path: `${address}/files/report`, as: SECRETARIAT })).text, PDF);
  assert.equal((await change('2', { report: new File([`${PDF} second`], 'second.pdf') })).status, 303);
  assert.equal((await ask({ path: `${address}/files/report`, as: SECRETARIAT })).text, `${PDF} second`);
  assert.equal((await change('3', { 'remove.report': 'yes' })).status, 303);
  assert.equal((await ask({ path: `${address}/files/report`, as: SECRETARIAT })).status, 404);
  const history = await ask({ path: `${address}/history`, as: SECRETARIAT });
  assert.ok(history.text.includes('second.pdf') && history.text.includes('Отчёт'));
});
