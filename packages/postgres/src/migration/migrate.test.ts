import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { EstateError, FakeClock } from '@bulkhead/kernel';
import { type TestDatabase, temporaryDirectory, useCluster } from '@bulkhead/testkit';
import { openAdmin } from '../session/connection.ts';
import { sqlState } from '../session/query-error.ts';
import { migrate } from './migrate.ts';
import { listMigrations } from './migration-file.ts';

const world = await useCluster({ name: 'moving' });
const base = await temporaryDirectory();
let made = 0;

async function writeMigrations(files: Readonly<Record<string, string>>): Promise<string> {
  made += 1;
  const directory = join(base, `migrations-${made}`);
  await mkdir(directory);
  for (const [name, content] of Object.entries(files)) await writeFile(join(directory, name), content);
  return directory;
}

async function ask(database: TestDatabase, sql: string, role: 'owner' | 'app' = 'owner'): Promise<unknown[]> {
  const session = await openAdmin(database.connection(role));
  try {
    return await session.query(sql);
  } finally {
    await session.close();
  }
}

const FIRST = {
  '0001-create-room.sql': 'create table room (id int primary key);',
  '0002-add-name.sql': 'alter table room add column name text;',
};

test('[P18] what is missing is applied in order, once, and recorded with the instant that was given', async () => {
  const database = await world.cloneDatabase();
  const directory = await writeMigrations({ ...FIRST, 'README.md': 'no migration' });
  const connection = database.connection('owner');
  const { now } = new FakeClock(new Date('2020-10-02T14:00:00Z'));
  assert.deepEqual(await migrate({ connection, directory, now }), Object.keys(FIRST));
  assert.deepEqual(await migrate({ connection, directory }), []);
  await writeFile(join(directory, '0003-add-row.sql'), 'insert into room values (1, $$one$$);');
  assert.deepEqual(await migrate({ connection, directory }), ['0003-add-row.sql']);
  assert.deepEqual(await ask(database, 'select * from room'), [{ id: 1, name: 'one' }]);
  assert.deepEqual(await ask(database, "select applied_at from bulkhead_migration where name = '0001-create-room.sql'"), [
    { applied_at: now() },
  ]);
});

test('[P18] a migration that fails leaves nothing of itself, keeps what came before, and is tried again', async () => {
  const database = await world.cloneDatabase();
  const connection = database.connection('owner');
  const directory = await writeMigrations({ ...FIRST, '0003-break.sql': 'create table half (id int);\nselect 1 / 0;' });
  const failure = await migrate({ connection, directory }).catch((error: unknown) => error);
  assert.ok(failure instanceof EstateError && failure.code === 'migration.failed');
  assert.match(failure.message, /0003-break\.sql/);
  assert.equal(sqlState(failure), '22012');
  assert.deepEqual(await ask(database, "select to_regclass('half') as half, to_regclass('room')::text as room"), [
    { half: null, room: 'room' },
  ]);
  await writeFile(join(directory, '0003-break.sql'), 'create table half (id int);');
  assert.deepEqual(await migrate({ connection, directory }), ['0003-break.sql']);
});

test('[P18] an applied file that was changed, removed or overtaken is refused', async () => {
  const database = await world.cloneDatabase();
  const connection = database.connection('owner');
  await migrate({ connection, directory: await writeMigrations(FIRST) });
  const changed = await writeMigrations({ ...FIRST, '0001-create-room.sql': 'create table room (id bigint primary key);' });
  await assert.rejects(migrate({ connection, directory: changed }), {
    code: 'migration.changed',
    message: /0001-create-room\.sql was changed/,
  });
  const removed = await writeMigrations({ '0002-add-name.sql': FIRST['0002-add-name.sql'] });
  await assert.rejects(migrate({ connection, directory: removed }), { code: 'migration.changed', message: /its file is gone/ });
  const late = await writeMigrations({
    '0001-create-room.sql': FIRST['0001-create-room.sql'],
    '0002-add-name.sql': FIRST['0002-add-name.sql'],
    '0000-prepare.sql': 'select 1;',
  });
  await assert.rejects(migrate({ connection, directory: late }), { code: 'migration.failed', message: /higher number/ });
});

test('[P18] an older version runs with a newer schema, unless that is marked as breaking', async () => {
  const database = await world.cloneDatabase();
  const connection = database.connection('owner');
  const old = await writeMigrations(FIRST);
  await migrate({
    connection,
    directory: await writeMigrations({ ...FIRST, '0003-add-floor.sql': 'alter table room add column floor int;' }),
  });
  assert.deepEqual(await migrate({ connection, directory: old }), []);
  const newer = {
    ...FIRST,
    '0003-add-floor.sql': 'alter table room add column floor int;',
    '0004-drop-name.sql': '--! breaking\nalter table room drop column name;',
  };
  await migrate({ connection, directory: await writeMigrations(newer) });
  await assert.rejects(migrate({ connection, directory: old }), {
    code: 'migration.newer_schema',
    message: /0004-drop-name\.sql/,
  });
});

test('[P18] of two runners at once each migration is applied by one', async () => {
  const database = await world.cloneDatabase();
  const directory = await writeMigrations({ ...FIRST, '0003-wait.sql': 'select pg_sleep(0.2);' });
  const runs = await Promise.all([1, 2, 3].map(() => migrate({ connection: database.connection('owner'), directory })));
  assert.deepEqual(runs.flat().sort(), [...Object.keys(FIRST), '0003-wait.sql']);
});

test('[P18] files that are misnamed, numbered twice, too large or that end their transaction are refused before anything runs', async () => {
  const refused: [Record<string, string>, RegExp][] = [
    [{ '1-create.sql': '' }, /call it NNNN-verb-noun\.sql/],
    [{ '0001-Create_Room.sql': '' }, /call it NNNN-verb-noun\.sql/],
    [{ '0001-one.sql': '', '0001-two.sql': '' }, /the same number/],
    [{ '0001-large.sql': `--${'x'.repeat(1_048_576)}` }, /larger than/],
    [{ '0001-end.sql': 'create table a (id int);\ncommit;\ncreate table b (id int);' }, /one transaction already/],
  ];
  for (const [files, message] of refused) {
    await assert.rejects(listMigrations(await writeMigrations(files)), { code: 'migration.failed', message });
  }
  await assert.rejects(listMigrations(join(base, 'none')), { code: 'migration.failed' });
  const body = 'create function f() returns int language plpgsql as $body$\nbegin\n  begin;\n  return 1;\nend\n$body$;';
  assert.equal(
    (await listMigrations(await writeMigrations({ '0001-body.sql': body, '0002-last.sql': '--! breaking\nselect 1;' })))[1]
      ?.isBreaking,
    true,
  );
});

test('[P18] the application reads the record of migrations and cannot rewrite it', async () => {
  const database = await world.cloneDatabase();
  await migrate({ connection: database.connection('owner'), directory: await writeMigrations(FIRST) });
  await assert.rejects(ask(database, 'delete from bulkhead_migration', 'app'), (error) => sqlState(error) === '42501');
  assert.equal((await ask(database, 'select name from bulkhead_migration', 'app')).length, 2);
});

test('[P10] migrations carry the token that they are given, each transaction once', async () => {
  const database = await world.cloneDatabase();
  const inside = await world.adminOf(database.name);
  await inside.query("select pg_create_logical_replication_slot('migrating', 'test_decoding')");
  await migrate({
    connection: database.connection('owner'),
    directory: await writeMigrations(FIRST),
    token: 'token of the migration',
  });
  const rows = await inside.query<{ data: string }>("select data from pg_logical_slot_get_changes('migrating', null, null)");
  await inside.query("select pg_drop_replication_slot('migrating')");
  const transactions = rows
    .map(({ data }) => data)
    .join('\n')
    .split(/^COMMIT \d+$/m)
    .filter((text) => text.trim() !== '');
  assert.equal(transactions.length, 3);
  for (const transaction of transactions)
    assert.match(transaction.trim(), /^BEGIN \d+\nmessage: .* prefix: bulkhead\.token, sz: 22 content:token of the migration\n/);
});
