import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csvLine } from '#export/csv-line.rules.ts';
import { exportColumns } from '#export/export.rules.ts';
import { formatsOf } from '#export/formats.rules.ts';
import { readBatch } from '#list/list.actions.ts';
import { readQuery } from '#list/query.rules.ts';
import { MODULES } from '#modules/modules.ts';
import type { Schema } from '#schema.ts';
import { PUBLIC, type Viewer } from '#sight/viewer.rules.ts';
import { bootRegistry, useRegistryCluster } from './booted-registry.ts';
import { insertWhole } from './whole-records.ts';

const cluster = await useRegistryCluster();
const SECRETARIAT: Viewer = { ...PUBLIC, accountId: 'a', delegation: 'secretariat', isSecretariat: true, roles: ['secretariat'] };
const KENYA: Viewer = { ...PUBLIC, accountId: 'a', delegation: 'state-ken', state: 'KEN' };
const NORWAY: Viewer = { ...KENYA, delegation: 'state-nor', state: 'NOR' };

test('[GE5] the line of CSV that the database writes of a record is the one that its kinds write, for whoever looks', async () => {
  const database = await cluster.cloneDatabase();
  const admin = await cluster.adminOf(database.name);
  await admin.query('set session_replication_role = replica');
  const seconds = ['00', '00.25', '07.123456', '59.5'];
  for (const [at, module] of MODULES.entries())
    await insertWhole(admin, module, `2026-01-01T00:00:${seconds[at % seconds.length]}Z`);
  const { read: db } = database.open<Schema>();
  let compared = 0;
  for (const module of MODULES)
    for (const viewer of [PUBLIC, SECRETARIAT, KENYA, NORWAY]) {
      const csv = formatsOf({}).find(({ name }) => name === 'csv');
      const columns = exportColumns(module, viewer);
      const line = csvLine(module, viewer, columns);
      if (line === null || !csv) continue;
      const query = readQuery(module, new URLSearchParams(), viewer, { now: new Date() });
      for await (const records of readBatch({ db }, module, query, viewer, null))
        for (const record of records) {
          const written = csv.write({ module, viewer, origin: '', columns }, record);
          const rows: readonly { line: string }[] = await admin.query(
            `select ${line} as line from ${module.table} where id = $1`,
            [record.id],
          );
          assert.equal(rows[0]?.line, written, module.name);
          compared += 1;
        }
    }
  assert.ok(compared > MODULES.length, `${compared} lines`);
});

test('[GE5] an export of several batches holds each record once, and goes on after any of them', async () => {
  const { ask, database } = await bootRegistry(cluster);
  const admin = await cluster.adminOf(database);
  await admin.query(`insert into company (reference, state, revision, created_at, changed_at, changed_by, company_number, name, country)
    select lpad(n::text, 7, '0'), 'current', 1, now(), now(), 'a', lpad(n::text, 7, '0'), 'Company ' || n, 'KEN' from generate_series(1, 8100) n`);
  const { text } = await ask({ path: '/company/export.csv' });
  const references = text
    .split('\r\n')
    .slice(1, -1)
    .map((line) => line.slice(0, 7));
  assert.deepEqual(
    [references.length, new Set(references).size, references[0], references.at(-1)],
    [8100, 8100, '0000001', '0008100'],
  );
  const rest = (await ask({ path: '/company/export.csv?after_reference=0008098' })).text.split('\r\n');
  assert.deepEqual(
    rest.slice(0, -1).map((line) => line.slice(0, 7)),
    ['0008099', '0008100'],
  );
});
