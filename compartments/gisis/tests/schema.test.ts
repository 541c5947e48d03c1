import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { describeSchema, describeTypes, migrate } from '@bulkhead/postgres';
import { manifest } from '#compartment.ts';
import { MODULES } from '#modules/modules.ts';
import { writeCanary } from '#schema-writer/canary.rules.ts';
import { differenceBetween } from '#schema-writer/difference.rules.ts';
import { writeSchema } from '#schema-writer/schema.rules.ts';
import { bootRegistry, KENYA, SECRETARIAT, useRegistryCluster } from './booted-registry.ts';

const cluster = await useRegistryCluster();
const read = (path: string) => readFile(new URL(path, import.meta.url), 'utf8');

test('[GR16] the schema is what the declarations ask for: a field that was added without a migration is told', async () => {
  const owner = cluster.database.connection('owner');
  const stands = await describeSchema(owner);
  assert.equal(stands, await read('../schema.sql'), 'schema.sql is not what the migrations make');
  assert.equal(await describeTypes(owner), await read('../src/schema.ts'));
  const declared = await describeDeclared();
  const { statements, byHand } = differenceBetween(stands, declared);
  assert.deepEqual(
    { statements, byHand },
    { statements: [], byHand: [] },
    'run tools/write-migration.ts, then tools/dump-schema.ts',
  );
  const lacking = stands.replace('  ship_was text,\n', '');
  assert.match(
    differenceBetween(lacking, declared).statements.join('\n'),
    /alter table piracy_incident add column ship_was text;/,
  );
});

test('[GR16] a module and a field that were declared since: the next migration makes what a new database would have', async () => {
  const of = (wanted: string) => MODULES.filter(({ name }) => name === wanted);
  const [port, region] = [of('port'), of('search-and-rescue')];
  const anchorage = { kind: 'position', title: 'Anchorage' } as const;
  const later = writeSchema([...port.map((module) => ({ ...module, fields: { ...module.fields, anchorage } })), ...region]);
  const first = writeSchema(port);
  const declared = await describeMigrated('declared_later', [later]);
  const { statements, byHand } = differenceBetween(await describeMigrated('declared_first', [first]), declared, later);
  assert.deepEqual(byHand, []);
  const next = [...statements, ...region.map(writeCanary)].join('\n');
  assert.match(next, /add column anchorage_lat double precision;[\s\S]*anchorage_lat between -90 and 90/);
  const migrated = await describeMigrated('declared_next', [first, next]);
  assert.deepEqual(differenceBetween(migrated, declared).statements, []);
  assert.deepEqual(differenceBetween(declared, migrated).statements, []);
});

function describeDeclared(): Promise<string> {
  return describeMigrated('declared', [writeSchema(MODULES)]);
}

/** The schema of a new database after these migrations. */
async function describeMigrated(name: string, migrations: readonly string[]): Promise<string> {
  const { prepareDatabase } = await import('@bulkhead/postgres');
  const directory = await mkdtemp(join(tmpdir(), 'declared-'));
  try {
    for (const [at, sql] of migrations.entries()) await writeFile(join(directory, `000${at + 1}-make-schema.sql`), sql);
    await prepareDatabase({ admin: cluster.admin, name, passwords: cluster.passwords, extensions: ['pg_trgm'] });
    const connection = { ...cluster.connection('owner', name), user: `${name}_owner` };
    await migrate({ connection, directory });
    return await describeSchema(connection);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

test('[GR17] what routes write is what the manifest says of them', async () => {
  const { ask, database } = await bootRegistry(cluster);
  const admin = await cluster.adminOf(database);
  const tables = [...new Set(manifest.routes.flatMap(({ writes }) => writes))];
  await admin.query('create table noted (xid text, tab text)');
  await admin.query(`create function note() returns trigger language plpgsql security definer as
    $$ begin insert into noted values (pg_current_xact_id()::text, tg_table_name); return null; end $$`);
  for (const table of tables)
    await admin.query(`create trigger noting after insert or update or delete on ${table} for each row execute function note()`);
  const written = async (route: string, asked: Parameters<typeof ask>[0]) => {
    const answer = await ask(asked);
    const xids = String(answer.headers['bulkhead-commits'] ?? '')
      .split(',')
      .filter(Boolean);
    assert.equal(xids.length, 1, `${route} was answered with ${answer.status}`);
    const rows = await admin.query<{ tab: string }>('select distinct tab from noted where xid = any($1)', [xids]);
    const declared = manifest.routes.find(({ id }) => id === route)?.writes ?? [];
    assert.deepEqual(rows.map(({ tab }) => tab).toSorted(), [...declared].toSorted(), route);
    return String(answer.headers.location).replace('?done=saved', '');
  };
  const incident = { happened_at: '2026-02-11 04:20 UTC', act: 'boarded', area: 'west-africa', reporting_state: 'KEN' };
  const address = await written('piracy.create', { path: '/piracy/new', as: KENYA, form: incident });
  await written('piracy.change', {
    path: `${address}/change`,
    as: KENYA,
    form: { ...incident, revision: '1', source: 'A report', place: 'Lagos' },
  });
  await written('piracy.act', {
    path: `${address}/acts/confirm`,
    as: SECRETARIAT,
    form: { act: 'boarded', area: 'west-africa', revision: '2', source: 'A circular' },
  });
  const api = (json: unknown, ifMatch: string) => ({
    body: Buffer.from(JSON.stringify(json)),
    headers: {
      'content-type': 'application/json',
      'if-match': ifMatch,
      'idempotency-key': JSON.stringify(json).length.toString(),
    },
  });
  const { happened_at: _at, ...rest } = incident;
  const filed = { fields: { ...rest, happened_at: '2026-02-12 04:20 UTC' }, sure: true };
  await written('piracy.api-file', { method: 'POST', path: '/api/piracy', as: KENYA, ...api(filed, '') });
  const place = `/api${address.replace(/\d+$/, (number) => String(Number(number) + 1).padStart(number.length, '0'))}`;
  const changed = api({ fields: { place: 'Lagos' }, source: 'A report' }, '"1"');
  await written('piracy.api-change', { method: 'PATCH', path: place, as: KENYA, ...changed });
  const confirmed = api({ source: 'A circular' }, '"2"');
  await written('piracy.api-act', { method: 'POST', path: `${place}/acts/confirm`, as: SECRETARIAT, ...confirmed });
  await written('search.save', {
    path: '/searches',
    as: KENYA,
    form: { name: 'Boarded', module: 'piracy', query: 'act=boarded' },
  });
  const hook = { module: 'piracy', query: '', url: 'https://example.org/registry' };
  await written('webhook.register', { path: '/webhooks', as: KENYA, form: hook });
});
