import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useCluster } from '@bulkhead/testkit';
import { Assembler, type Commit } from './assembler.rules.ts';

const world = await useCluster({ name: 'site' });

async function hear(statements: readonly string[]): Promise<Commit[]> {
  const admin = await world.adminOf('site');
  await admin.query("select pg_create_logical_replication_slot('heard', 'test_decoding')");
  for (const statement of statements) await admin.query(statement);
  const rows = await admin.query<{ lsn: string; data: string }>(
    "select lsn::text, data from pg_logical_slot_get_changes('heard', null, null, 'include-timestamp', '1', 'skip-empty-xacts', '0')",
  );
  await admin.query("select pg_drop_replication_slot('heard')");
  const assembler = new Assembler();
  return rows.flatMap(({ lsn, data }) => assembler.take({ lsn, data })?.commit ?? []);
}

test('commands that name no object, such as a grant, are told whole like every other change of the schema', async () => {
  const commits = await hear([
    'create table page (id int)',
    'grant select on page to site_reader',
    'revoke select on page from site_reader',
    'alter default privileges for role site_owner in schema public grant select on tables to site_reader',
  ]);
  assert.deepEqual(
    commits.flatMap(({ faults }) => faults),
    [],
  );
  const told = commits.flatMap(({ ddl }) => ddl.map(({ command, identity }) => `${command} ${identity}`.trim()));
  assert.deepEqual(told, ['CREATE TABLE public.page', 'ALTER TABLE public.page', 'GRANT', 'REVOKE', 'ALTER DEFAULT PRIVILEGES']);
});
