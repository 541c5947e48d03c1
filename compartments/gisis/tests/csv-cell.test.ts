import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Admin } from '@bulkhead/postgres';
import type { Module } from '#declaration/module.rules.ts';
import { CSV } from '#export/csv.rules.ts';
import { CHANGED_AT, csvCells } from '#export/csv-cell.rules.ts';
import { type Context, exportColumns } from '#export/export.rules.ts';
import { type LineSource, readLines } from '#list/line.actions.ts';
import { readBatch } from '#list/list.actions.ts';
import { readQuery } from '#list/query.rules.ts';
import { MODULES } from '#modules/modules.ts';
import type { Schema } from '#schema.ts';
import { PUBLIC, type Viewer } from '#sight/viewer.rules.ts';
import { bootRegistry, useRegistryCluster } from './booted-registry.ts';
import { insertWhole } from './whole-records.ts';

const cluster = await useRegistryCluster();
const ORIGIN = "https://registry.example.int/o'clock";
const SECRETARIAT: Viewer = { ...PUBLIC, accountId: 'a', delegation: 'secretariat', isSecretariat: true, roles: ['secretariat'] };
const KENYA: Viewer = { ...PUBLIC, accountId: 'a', delegation: 'state-ken', state: 'KEN', partyTo: ['BWM', 'NAIROBI', 'MARPOL'] };
const NORWAY: Viewer = { ...KENYA, delegation: 'state-nor', state: 'NOR' };
const ORGANIZATION: Viewer = { ...PUBLIC, accountId: 'a', delegation: "class-o'hara", roles: ['casualty-officer'] };
const VIEWERS: readonly Viewer[] = [
  PUBLIC,
  SECRETARIAT,
  KENYA,
  { ...KENYA, roles: ['audit-officer'] },
  NORWAY,
  { ...NORWAY, roles: ['piracy-officer'] },
  ORGANIZATION,
  { ...ORGANIZATION, delegation: 'class-other' },
  { ...ORGANIZATION, roles: ['data-supplier'] },
];
const query = (module: Module, viewer: Viewer) => readQuery(module, new URLSearchParams(), viewer, { now: new Date() });

/** What decides who sees a field of a record, each way that the module knows. */
function* waysToStand({ owner, organizations, release }: Module): Generator<string> {
  yield 'revision = revision';
  if (owner !== 'secretariat') yield `${owner.stateIn} = 'NOR'`;
  if (owner !== 'secretariat') yield `${owner.stateIn} = null`;
  if (organizations) yield `${organizations.filedBy} = 'class-o''hara'`;
  for (const [part] of Object.entries(release?.opens ?? {}))
    for (const to of ['public', 'members']) yield `${release?.choose} = '{${part}}', ${release?.to} = '${to}'`;
  if (release) yield `${release.choose} = null, ${release.to} = null`;
}

/** @returns the line that the kinds write of the module's record, if this viewer sees it; the database writes the same */
async function compare(source: LineSource, module: Module, viewer: Viewer, way: string): Promise<string> {
  const context: Context = { module, viewer, origin: ORIGIN, columns: exportColumns(module, viewer) };
  const asked = { cells: csvCells(context, context.columns), instantAt: CHANGED_AT, viewer, afterReference: null };
  const pieces: Buffer[] = [];
  for await (const piece of readLines(source, module, query(module, viewer), asked)) pieces.push(piece);
  let written = '';
  for await (const records of readBatch({ db: source.read }, module, query(module, viewer), viewer, null))
    for (const record of records) written += CSV.write(context, record);
  assert.equal(Buffer.concat(pieces).toString('utf8'), written, `${module.name}, ${way}, seen by ${JSON.stringify(viewer)}`);
  return written;
}

async function stand(admin: Admin, module: Module, at: number): Promise<void> {
  const seconds = ['00', '00.25', '07.123456', '59.5'];
  await insertWhole(admin, module, `2026-01-01T00:00:${seconds[at % seconds.length]}Z`);
  // A part is seen where its whole is, which stands as the record of the other module.
  if (module.partOf !== undefined) await admin.query(`update ${module.table} set ${module.partOf} = 'R-1' where id > 0`);
}

test('[GE5] the line of CSV that the database writes of a record is the one that its kinds write, for whoever looks and whoever it belongs to', async () => {
  const database = await cluster.cloneDatabase();
  const admin = await cluster.adminOf(database.name);
  await admin.query('set session_replication_role = replica');
  for (const [at, module] of MODULES.entries()) await stand(admin, module, at);
  const source = database.open<Schema>();
  const lines = new Set<string>();
  const seen = new Map<string, Set<string>>();
  for (const module of MODULES)
    for (const way of waysToStand(module)) {
      await admin.query(`update ${module.table} set ${way} where id > 0`);
      for (const viewer of VIEWERS) {
        const line = await compare(source, module, viewer, way);
        if (line !== '') lines.add(`${module.name} ${line}`);
        seen.set(module.name, (seen.get(module.name) ?? new Set()).add(line));
      }
    }
  assert.equal(new Set([...lines].map((line) => line.split(' ')[0])).size, MODULES.length, 'of each module');
  assert.ok((seen.get('audit')?.size ?? 0) > 6, 'an audit is seen in several ways');
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
