import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { bootRegistry, KENYA, NORWAY, SECRETARIAT, useRegistryCluster } from './booted-registry.ts';
import { SUPPLIER, senderOf } from './sending.ts';
import { startVault } from './vault.ts';

const [cluster, vault] = await Promise.all([useRegistryCluster(), startVault()]);
const registry = await bootRegistry(cluster, 'open', { vault });
const { ask, file, database } = registry;
const admin = await cluster.adminOf(database);
const { send, look, carry } = senderOf(registry);
const count = async (sql: string) => Number((await admin.query<{ n: string }>(`select count(*)::text as n from ${sql}`))[0]?.n);
const SHIPS = [
  'imo_number,name,flag,type,gross_tonnage',
  '9074729,Ever Example,NOR,container-ship,5000',
  '9241061,"Second, quoted",Kenya,bulk-carrier,6000',
  '8814274,Wrong digit,KEN,bulk-carrier,7000',
  '7625811,Unknown flag,Atlantis,tug,8000',
].join('\r\n');

test('[GI1] a file is looked at first and nothing is written; carried out, its records stand like those of the form, with history and source', async () => {
  const sent = await send('ship', SUPPLIER, SHIPS);
  assert.equal(sent.status, 303, sent.text);
  const before = await look(sent.path, SUPPLIER);
  assert.deepEqual(before.check?.counts, { added: 2, changed: 0, same: 0, refused: 2, asked: 0 });
  assert.equal(await count('ship where id > 0'), 0);
  const page = await ask({ path: sent.path, as: SUPPLIER });
  for (const part of ['Nothing is written yet', '8814274', 'imo_number', 'Atlantis']) assert.ok(page.text.includes(part), part);
  assert.equal(await carry('ship', sent.path, SUPPLIER), 303);
  assert.deepEqual((await look(sent.path, SUPPLIER)).counts, { added: 2, changed: 0, same: 0, refused: 2, asked: 0 });
  const record = await ask({ path: '/ship/9241061' });
  assert.ok(record.text.includes('Second, quoted') && record.text.includes('Kenya'));
  const history = await ask({ path: '/ship/9241061/history', as: SECRETARIAT });
  assert.ok(history.text.includes('A list of the test') && history.text.includes('Sal the supplier'));
  assert.equal(await count(`told where module = 'ship' and act = 'import'`), 3);
  assert.ok((await ask({ path: '/for-you', as: NORWAY })).text.includes('Records were imported from a file'));
});

test('[GI2] an export is imported again as it is, and changes nothing; what is changed in it is changed, from the day that is told', async () => {
  const { text } = await ask({ path: '/ship/export.csv', as: SUPPLIER });
  const again = await send('ship', SUPPLIER, text);
  assert.deepEqual((await look(again.path, SUPPLIER)).check?.counts, { added: 0, changed: 0, same: 2, refused: 0, asked: 0 });
  const renamed = text.replace('Ever Example', 'Ever Renamed');
  const undated = await send('ship', SUPPLIER, renamed);
  assert.equal((await look(undated.path, SUPPLIER)).check?.counts.refused, 1);
  await ask({ path: `${undated.path}/drop`, as: SUPPLIER, form: {} });
  const dated = await send('ship', SUPPLIER, renamed, { since: '2026-02-01' });
  assert.equal((await look(dated.path, SUPPLIER)).check?.counts.changed, 1);
  assert.equal(await carry('ship', dated.path, SUPPLIER), 303);
  const page = await ask({ path: '/ship/9074729' });
  assert.ok(page.text.includes('Ever Renamed') && page.text.includes('since 1 February 2026'));
  assert.ok((await ask({ path: '/ship?q=ever+example' })).text.includes('Ever Renamed'));
  await ask({ path: `${again.path}/drop`, as: SUPPLIER, form: {} });
});

test('[GI3] what is refused comes as a file by row and column, with what to do, and no cell of it is a formula', async () => {
  const sent = await send(
    'ship',
    SUPPLIER,
    'imo_number;name;built;flag\n8814274;=cmd|x;2000;NOR\n9074729;Ever Renamed;later;NOR\n',
  );
  const faults = await ask({ path: `${sent.path}/faults.csv`, as: SUPPLIER });
  assert.equal(faults.headers['content-type'], 'text/csv; charset=utf-8; header=present');
  const lines = faults.text.trim().split('\r\n');
  assert.equal(lines.length, 3);
  assert.match(lines[0] ?? '', /Row,Column,What is there,What is wrong,What to do/);
  assert.match(lines[1] ?? '', /^2,imo_number,8814274,.*Perhaps \d{7}/);
  assert.match(lines[2] ?? '', /^3,built,later,/);
  assert.ok((await ask({ path: `${sent.path}/faults.csv?lang=ar`, as: SUPPLIER })).text.includes('الصف'));
  await ask({ path: `${sent.path}/drop`, as: SUPPLIER, form: {} });
});

test('[GI4] an officer imports for the own State alone, nobody sees the import of another, and a page without the role is refused', async () => {
  const rows = ['NOR', 'KEN'].map((state) => `2025-05-01 10:00 UTC,boarded,Ship of ${state},${state}`).join('\n');
  const sent = await send('piracy', KENYA, `happened_at,act,ship_name,reporting_state\n${rows}\n`);
  assert.deepEqual((await look(sent.path, KENYA)).check?.counts, { added: 1, changed: 0, same: 0, refused: 1, asked: 0 });
  assert.equal((await ask({ path: sent.path, as: NORWAY })).status, 404);
  assert.equal((await ask({ path: `${sent.path}/faults.csv`, as: SECRETARIAT })).status, 404);
  assert.equal((await ask({ path: '/ship/import', as: KENYA })).status, 403);
  assert.equal((await ask({ path: '/ship/import' })).status, 401);
  assert.equal(await carry('piracy', sent.path, KENYA), 303);
  assert.ok((await ask({ path: '/piracy', as: KENYA })).text.includes('Ship of KEN'));
});

test('[GI5] what looks like a record that stands is asked back once for the whole file: left out, or filed where the person says so', async () => {
  const rows = [
    'happened_at,act,ship_name,reporting_state,place',
    '2025-05-01 10:00 UTC,boarded,Ship of KEN,KEN,Elsewhere',
    '2025-06-01 10:00 UTC,boarded,Another,KEN,Lagos',
    '',
  ].join('\n');
  const careful = await send('piracy', KENYA, rows);
  assert.deepEqual((await look(careful.path, KENYA)).check?.counts, { added: 1, changed: 0, same: 0, refused: 0, asked: 1 });
  await carry('piracy', careful.path, KENYA);
  assert.deepEqual((await look(careful.path, KENYA)).counts, { added: 1, changed: 0, same: 0, refused: 1, asked: 0 });
  const sure = await send('piracy', KENYA, rows);
  await carry('piracy', sure.path, KENYA, { sure: 'yes' });
  assert.deepEqual((await look(sure.path, KENYA)).counts, { added: 1, changed: 0, same: 1, refused: 0, asked: 0 });
  const again = await send('piracy', KENYA, rows);
  assert.deepEqual((await look(again.path, KENYA)).check?.counts, { added: 0, changed: 0, same: 2, refused: 0, asked: 0 });
  await ask({ path: `${again.path}/drop`, as: KENYA, form: {} });
});

test('[GI25] the same file again: rows that are filed already, whatever tells records apart, are the same and not refused; nothing is written', async () => {
  const treaties = 'short_name,full_name,kind,adopted_on\nSAMPLE,Sample Convention,convention,1974-11-01\n';
  const acts = [
    'treaty,party,act,done_on,territory,text',
    'SAMPLE,KEN,ratification,1999-07-21,,',
    'SAMPLE,GBR,extension,1977-02-15,BMU,With a declaration',
    '',
  ].join('\n');
  for (const [module, rows, added] of [
    ['treaty', treaties, 1],
    ['treaty-action', acts, 2],
  ] as const) {
    const first = await send(module, SECRETARIAT, rows);
    await carry(module, first.path, SECRETARIAT);
    assert.deepEqual((await look(first.path, SECRETARIAT)).counts, { added, changed: 0, same: 0, refused: 0, asked: 0 }, module);
    const lines = await count('field_change');
    const again = await send(module, SECRETARIAT, rows);
    const { counts } = (await look(again.path, SECRETARIAT)).check ?? {};
    assert.deepEqual(counts, { added: 0, changed: 0, same: added, refused: 0, asked: 0 }, module);
    const page = await ask({ path: again.path, as: SECRETARIAT });
    assert.ok(page.text.includes('Already there, unchanged') && page.text.includes('There is nothing to carry out'));
    await carry(module, again.path, SECRETARIAT);
    assert.deepEqual([(await look(again.path, SECRETARIAT)).counts.same, await count('field_change')], [added, lines], module);
  }
  const other = await send('treaty-action', SECRETARIAT, acts.replace('With a declaration', 'Another text'));
  const { check } = await look(other.path, SECRETARIAT);
  assert.deepEqual([check?.counts.same, check?.counts.refused], [1, 1]);
  await ask({ path: `${other.path}/drop`, as: SECRETARIAT, form: {} });
  const [heading = '', , extension = ''] = acts.split('\n');
  const double = await send('treaty-action', SECRETARIAT, `${heading}\n${extension}\n${extension}\n`);
  assert.deepEqual((await look(double.path, SECRETARIAT)).check?.counts, { added: 0, changed: 0, same: 1, refused: 1, asked: 0 });
  await ask({ path: `${double.path}/drop`, as: SECRETARIAT, form: {} });
});

test('[GI6] a record that somebody changed meanwhile is not touched: the row is refused, and the others are carried out', async () => {
  const address = await file('piracy', KENYA, {
    happened_at: '2025-07-01 10:00 UTC',
    act: 'boarded',
    reporting_state: 'KEN',
    ship_name: 'Overtaken',
    sure: 'yes',
  });
  const reference = address.split('/').at(-1) ?? '';
  const rows = `reference,revision,place\n${reference},1,From the file\n`;
  const sent = await send('piracy', KENYA, rows);
  assert.equal((await look(sent.path, KENYA)).check?.counts.changed, 1);
  const form = {
    happened_at: '2025-07-01 10:00 UTC',
    act: 'boarded',
    reporting_state: 'KEN',
    place: 'By hand',
    revision: '1',
    source: 'A call',
  };
  assert.equal((await ask({ path: `${address}/change`, as: KENYA, form })).status, 303);
  await carry('piracy', sent.path, KENYA);
  assert.deepEqual((await look(sent.path, KENYA)).counts, { added: 0, changed: 0, same: 0, refused: 1, asked: 0 });
  assert.ok((await ask({ path: address, as: KENYA })).text.includes('By hand'));
  assert.match((await ask({ path: `${sent.path}/faults.csv`, as: KENYA })).text, /Somebody changed this record since/);
});

test('[GI7] a long file goes on where it stopped, by whoever sent it, and writes no row twice though two carry it on at once', async () => {
  const rows = Array.from(
    { length: 450 },
    (_, at) => `2024-01-01 00:${String(at % 60).padStart(2, '0')} UTC,boarded,Numbered ${at},KEN`,
  );
  const sent = await send('piracy', KENYA, `happened_at,act,ship_name,reporting_state\n${rows.join('\n')}\n`);
  const { check } = await look(sent.path, KENYA);
  assert.equal(check?.counts.added, 450);
  await Promise.all([carry('piracy', sent.path, KENYA), carry('piracy', sent.path, KENYA)]);
  const after = await look(sent.path, KENYA);
  assert.deepEqual([after.state, after.doneRows, after.counts.added], ['done', 450, 450]);
  assert.equal(await count(`piracy_incident where ship_name like 'Numbered %'`), 450);
  assert.equal(
    await count(
      `piracy_incident r where id > 0 and not exists (select from field_change c where c.module = 'piracy' and c.record_id = r.id)`,
    ),
    0,
  );
  assert.equal(await count(`import_file where sha256 is not null and state = 'done'`), 0);
});

test('[GI8] two imports of the same records at once: one files them, the other finds them filed, and neither fails', async () => {
  const rows = (mark: string) =>
    `company_number,name\n${['0000120', '0000341'].map((number) => `${number},${mark}`).join('\n')}\n`;
  const [one, other] = await Promise.all([send('company', SUPPLIER, rows('One')), send('company', SUPPLIER, rows('Other'))]);
  await Promise.all([look(one.path, SUPPLIER), look(other.path, SUPPLIER)]);
  await Promise.all([carry('company', one.path, SUPPLIER), carry('company', other.path, SUPPLIER)]);
  const [first, second] = [await look(one.path, SUPPLIER), await look(other.path, SUPPLIER)];
  assert.deepEqual([first.state, second.state, first.counts.added + second.counts.added], ['done', 'done', 2]);
  assert.equal(await count('company where id > 0'), 2);
});

test('[GI9] what cannot be read is told as a whole, and what may be open at once is bounded', async () => {
  const refused = async (content: string | Uint8Array<ArrayBuffer>, name?: string) => {
    const { status, path, text } = await send('company', SUPPLIER, content, name ? { name } : {});
    if (status !== 303) return `${status} ${/class="field-fault"[^>]*>([^<]*)/.exec(text)?.[1]}`;
    const { check } = await look(path, SUPPLIER);
    await ask({ path: `${path}/drop`, as: SUPPLIER, form: {} });
    return check?.fault;
  };
  assert.equal(await refused('company_number,colour\n0000120,red\n'), 'fileUnknownColumns');
  assert.equal(await refused('name\nOne\n'), 'fileNoKey');
  assert.equal(await refused('company_number,name,name\n0000120,a,b\n'), 'fileColumnTwice');
  assert.equal(await refused('company_number,name\n0000120,"never closed\n'), 'fileQuotes');
  assert.equal(await refused('company_number,name\n'), 'fileEmpty');
  assert.match(
    String(await refused(new Uint8Array([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, 0, 0, 0, 0]))),
    /^422 This file is of another kind/,
  );
  for (let left = 3; left > 0; left -= 1)
    assert.equal((await send('company', SUPPLIER, 'company_number,name\n0000120,X\n')).status, 303);
  const more = await send('company', SUPPLIER, 'company_number,name\n0000120,X\n');
  assert.ok(more.status === 422 && more.text.includes('as many files open as can be'));
  const page = await ask({ path: '/company/import', as: SUPPLIER });
  const open = [...page.text.matchAll(/href="(\/imports\/\d+)"/g)].map(([, path]) => String(path));
  for (const path of open) await ask({ path: `${path}/drop`, as: SUPPLIER, form: {} });
  assert.equal(await count('import_file where sha256 is not null'), 0);
});

test('[GI10] what nobody carried out for a week is given up, with what was refused of others', async () => {
  const { path } = await send('company', SUPPLIER, 'company_number,name\n0000120,X\n');
  await admin.query(`update import_file set created_at = created_at - interval '8 days' where sha256 is not null`);
  const token = await registry.gateway.mintJob('job:imports.tidy', { path: '/.bulkhead/jobs/imports.tidy', method: 'POST' });
  const headers = { authorization: 'Bearer what processes of a test estate present to each other' };
  const told = await ask({ path: '/.bulkhead/jobs/imports.tidy', method: 'POST', token, headers });
  assert.deepEqual(z.object({ dropped: z.number() }).parse(JSON.parse(told.text)), { dropped: 1 });
  assert.equal((await look(path, SUPPLIER)).state, 'dropped');
});
