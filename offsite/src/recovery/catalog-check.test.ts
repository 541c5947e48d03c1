import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openAdmin } from '@bulkhead/postgres';
import { useCluster } from '@bulkhead/testkit';
import { listCatalogChecks } from './catalog-check.rules.ts';

const NAME = 'reading-room';
const world = await useCluster({ name: NAME });
const inside = await world.adminOf(NAME);

/** The names of the checks that find something, asked as the jail asks them: as the reader, with hostile schemas first. */
async function listAlarms(): Promise<string[]> {
  const reader = await openAdmin(world.connection('reader'));
  try {
    await reader.query('set search_path = public, pg_catalog');
    const alarms = [];
    for (const { name, sql } of listCatalogChecks(NAME)) {
      const [row] = await reader.query<{ count: number }>(`select count(*)::int as count from (${sql}) as violation`);
      if (row?.count !== 0) alarms.push(name);
    }
    return alarms;
  } finally {
    await reader.close();
  }
}

test('[C18] a catalog that nobody tampered with raises no alarm', async () => {
  await inside.query('create extension pg_trgm schema public');
  assert.deepEqual(await listAlarms(), []);
});

const ATTACKS = [
  { statements: ['create role stranger login'], undo: ['drop role stranger'], seen: /^no role in the database/ },
  {
    statements: [`grant pg_execute_server_program to "${NAME}_app"`],
    undo: [`revoke pg_execute_server_program from "${NAME}_app"`],
    seen: /may more than it was given$/,
  },
  {
    statements: [`alter role "${NAME}_reader" bypassrls`],
    undo: [`alter role "${NAME}_reader" nobypassrls`],
    seen: /may more than it was given$/,
  },
  {
    statements: ["alter role postgres set session_preload_libraries = ''"],
    undo: ['alter role postgres reset all'],
    seen: /^no setting follows/,
  },
  {
    statements: [
      "create function come_back() returns event_trigger language plpgsql as 'begin end'",
      `alter function come_back() owner to "${NAME}_owner"`,
      'create event trigger come_back on ddl_command_end execute function come_back()',
    ],
    undo: ['drop event trigger come_back', 'drop function come_back()'],
    seen: /^no event trigger/,
  },
  {
    // In the database that supervisors enter first: seen from the compartment's own all the same.
    in: 'postgres',
    statements: [
      "create function come_back() returns event_trigger language plpgsql as 'begin end'",
      'create event trigger come_back on login execute function come_back()',
    ],
    undo: ['drop event trigger come_back', 'drop function come_back()', 'update pg_database set dathasloginevt = false'],
    seen: /^no event trigger/,
  },
  {
    statements: ["create function come_back() returns int security definer language sql as 'select 1'"],
    undo: ['drop function come_back()'],
    seen: /^every function belongs/,
  },
  {
    statements: [
      "create function bulkhead.come_back() returns int language internal as 'int4pl'",
      `alter function bulkhead.come_back() owner to "${NAME}_owner"`,
    ],
    undo: ['drop function bulkhead.come_back()'],
    seen: /^every function belongs/,
  },
  {
    // An operator of the attacker's own, found before the system's by whoever does not name its schema.
    statements: [
      `create function public.never(oid, oid) returns boolean language sql as 'select false'`,
      `alter function public.never(oid, oid) owner to "${NAME}_owner"`,
      'create operator public.>= (leftarg = oid, rightarg = oid, function = public.never)',
      'create role stranger login',
    ],
    undo: ['drop operator public.>= (oid, oid)', 'drop function public.never(oid, oid)', 'drop role stranger'],
    seen: /^no role in the database/,
  },
] as const;

for (const { statements, undo, seen, ...where } of ATTACKS) {
  test(`[C18] what a superuser left to come back by is seen: ${statements.at(-1)}`, async () => {
    const attacker = 'in' in where ? await world.adminOf(where.in) : inside;
    for (const statement of statements) await attacker.query(statement);
    const alarms = await listAlarms();
    for (const statement of undo) await attacker.query(statement);
    assert.equal(alarms.length, 1, alarms.join(', '));
    assert.match(alarms[0] ?? '', seen);
  });
}
