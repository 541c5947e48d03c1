import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Admin } from '@bulkhead/postgres';
import { manifest } from '#compartment.ts';
import { MODULES } from '#modules/modules.ts';
import { writeTakenBack } from '#taken-back/taken-back.rules.ts';
import { bootRegistry, KENYA, SECRETARIAT, type TestPerson, useRegistryCluster } from './booted-registry.ts';
import { insertWhole } from './whole-records.ts';

const cluster = await useRegistryCluster();
const SUPPLIER: TestPerson = { name: 'Sue of the supplier', delegation: 'secretariat', roles: ['data-supplier'] };
/** What a repair does in a copy: rows are put back past every trigger, then the manifest's statements run. */
async function repair(admin: Admin, rows: readonly string[]): Promise<void> {
  await admin.query('begin');
  for (const setting of [
    'session_replication_role = replica',
    'search_path = pg_catalog',
    "timezone = 'UTC'",
    "datestyle = 'ISO, YMD'",
  ])
    await admin.query(`set local ${setting}`);
  for (const row of rows) await admin.query(row);
  for (const module of MODULES) {
    const keys = await admin.query<{ keys: string | null }>(
      `select jsonb_agg(jsonb_build_object('id', id::text))::text as keys from public.${module.table}`,
    );
    await admin.query(writeTakenBack(module), [keys[0]?.keys ?? '[]', 'recovery-1']);
  }
  await admin.query('commit');
}

async function standingOf(admin: Admin): Promise<unknown> {
  const rows = MODULES.map(({ name, table }) => `select '${name}' as module, to_jsonb(r) as row from ${table} r`);
  return admin.query(`select * from (${rows.join(' union all ')}) all_rows order by module, row->>'id'`);
}

async function brokenChecks(admin: Admin): Promise<string[]> {
  const broken: string[] = [];
  for (const { name, sql } of manifest.checks) if ((await admin.query(sql)).length > 0) broken.push(name);
  return broken;
}

test('[GE1] a record that nobody attacked has the history it had: every kind of field stands as its last line says', async () => {
  const registry = await bootRegistry(cluster);
  const admin = await cluster.adminOf(registry.database);
  await admin.query('set session_replication_role = replica');
  for (const module of MODULES) await insertWhole(admin, module);
  await admin.query('set session_replication_role = origin');
  const lines = () => admin.query('select * from field_change order by id');
  const [rows, history] = [await standingOf(admin), await lines()];
  assert.ok(history.length > 400, `${history.length} lines`);
  await repair(admin, []);
  assert.deepEqual(await lines(), history);
  assert.deepEqual(await standingOf(admin), rows);
  assert.deepEqual(await admin.query('select * from told'), []);
  assert.deepEqual(await brokenChecks(admin), []);
});

test('[GE1] what an undo took back stands in the history beside what was said: a new revision, for everybody to read', async () => {
  const registry = await bootRegistry(cluster);
  const { ask } = registry;
  const admin = await cluster.adminOf(registry.database);
  const incident = {
    happened_at: '2026-02-11 04:20 UTC',
    position: '04°10.00′N 005°20.00′E',
    act: 'boarded',
    area: 'west-africa',
    reporting_state: 'KEN',
    place: 'Off Lagos',
  };
  const address = await registry.file('piracy', KENYA, { ...incident, source: 'A report' });
  const change = (revision: number, more: Record<string, string>) =>
    ask({ path: `${address}/change`, as: KENYA, form: { ...incident, ...more, source: 'A lie', revision: String(revision) } });
  assert.equal((await change(1, { place: 'Nowhere' })).status, 303);
  assert.equal((await change(2, { place: 'Nowhere', position: '10°00.00′S 010°00.00′W' })).status, 303);
  await repair(admin, [
    `update public.piracy_incident set place = 'Off Lagos', position_lat = 4.166667, position_lon = 5.333333 where id > 0`,
  ]);
  const history = await admin.query<{
    revision: number;
    act: string;
    field: string;
    before: unknown;
    after: unknown;
    source: string;
  }>('select revision, act, field, before, after, source from field_change where revision > 1 order by revision, field');
  assert.deepEqual(
    history.map(({ revision, act: done, field, before, after }) => [revision, done, field, before, after]),
    [
      [2, 'change', 'place', 'Off Lagos', 'Nowhere'],
      [3, 'change', 'position', { lat: 4.166667, lon: 5.333333 }, { lat: -10, lon: -10 }],
      [4, 'taken-back', 'place', 'Nowhere', 'Off Lagos'],
      [4, 'taken-back', 'position', { lat: -10, lon: -10 }, { lat: 4.166667, lon: 5.333333 }],
    ],
  );
  assert.equal(history.at(-1)?.source, 'recovery-1');
  assert.deepEqual(await brokenChecks(admin), []);
  const overtaken = await change(3, { place: 'Nowhere' });
  assert.equal(overtaken.status, 409, 'whoever had the altered record open is told that it was changed since');
  const shown = await ask({ path: `${address}/history?lang=fr`, as: SECRETARIAT });
  assert.match(shown.text, /Annulé à la suite d’un incident/);
  assert.match((await ask({ path: '/for-you', as: KENYA })).text, /Taken back after an incident/);
  const [{ revision, changed_by: by } = { revision: 0, changed_by: '' }] = await admin.query<{
    revision: number;
    changed_by: string;
  }>('select revision, changed_by from piracy_incident where id > 0');
  assert.deepEqual([revision, by], [4, 'recovery']);
});

test('[GE1] what honest people wrote on top of an attack keeps its line; a day from which a value holds comes back with it', async () => {
  const registry = await bootRegistry(cluster);
  const { ask } = registry;
  const admin = await cluster.adminOf(registry.database);
  const ship = { name: 'True Name', flag: 'KEN', type: 'container-ship', status: 'in-service' };
  const address = await registry.file('ship', SUPPLIER, { ...ship, imo_number: '9074729', source: 'A list' });
  const change = (revision: number, more: Record<string, string>) =>
    ask({ path: `${address}/change`, as: SUPPLIER, form: { ...ship, ...more, source: 'A list', revision: String(revision) } });
  const named = await change(1, { name: 'Newer Name', 'since.name': '2026-01-10' });
  assert.equal(named.status, 303, /class="faults"[\s\S]*?<\/div>/.exec(named.text)?.[0]);
  assert.equal((await change(2, { name: 'False Name', 'since.name': '2026-02-01' })).status, 303);
  const honest = await change(3, { name: 'False Name', built: '2011' });
  assert.equal(honest.status, 303, /class="faults"[\s\S]*?<\/div>/.exec(honest.text)?.[0]);
  await repair(admin, [`update public.ship set name = 'Newer Name' where id > 0`]);
  const lines = await admin.query<Record<string, unknown>>(
    `select revision, act, field, after, effective_on::text from field_change where revision > 3 order by revision, field`,
  );
  assert.deepEqual(lines, [
    { revision: 4, act: 'change', field: 'built', after: 2011, effective_on: null },
    { revision: 5, act: 'taken-back', field: 'name', after: 'Newer Name', effective_on: '2026-01-10' },
  ]);
  const [{ former } = { former: null }] = await admin.query<{ former: string | null }>(
    'select former_names as former from ship where id > 0',
  );
  assert.equal(former, 'True Name', 'no false name is found by, and none that it bears');
  assert.deepEqual(await brokenChecks(admin), []);
});
