import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RowImage } from '@bulkhead/contracts';
import { hasCode } from '@bulkhead/kernel';
import { useCluster } from '@bulkhead/testkit';
import { Assembler, type Commit } from './assembler.rules.ts';
import { type Decoded, parseDecoded, toChange } from './decoded.rules.ts';

const { admin, adminOf } = await useCluster({ name: 'site', settings: { wal_level: 'logical', max_replication_slots: '4' } });
await admin.query(
  "set datestyle to 'ISO, YMD'; set intervalstyle to postgres; set timezone to 'UTC'; set bytea_output to hex; set extra_float_digits to 1",
);
await admin.query("select pg_create_logical_replication_slot('lines', 'test_decoding')");

/** What the slot tells of everything committed since the last call. */
async function readLines(): Promise<Decoded[]> {
  const rows = await admin.query<{ data: string }>(
    "select data from pg_logical_slot_get_changes('lines', null, null, 'include-xids', 'on', 'include-timestamp', 'on', 'skip-empty-xacts', 'off')",
  );
  return rows.map(({ data }) => parseDecoded(data));
}

async function readChanges(columns?: readonly string[]) {
  return (await readLines()).flatMap((line) => (line.kind === 'change' ? [toChange(line, true, columns)] : []));
}

const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** The row as `::text` gives it. */
async function readRow(table: string, columns: readonly string[], where = 'true'): Promise<RowImage> {
  const list = columns.map((name, at) => `${quote(name)}::text as c${at}`).join(', ');
  const [row] = await admin.query<RowImage>(`select ${list} from ${table} where ${where}`);
  return Object.fromEntries(columns.map((name, at) => [name, row?.[`c${at}`] ?? null]));
}

test('[H1] a row of every common type is read back exactly as its text', async () => {
  await admin.query("create type mood as enum ('calm', 'it''s \"odd\"'); create domain short as text check (length(value) < 99)");
  await admin.query('create schema "My.Schema"; create type "My.Schema"."a]:b[] c" as (one int, two text)');
  await admin.query(`create table kinds (
    id bigint primary key, small smallint, amount numeric(30, 5), ratio real, exact double precision, yes boolean, bits bit(5), vary bit varying,
    words text, vc varchar(40), letter "char", bytes bytea, day date, at timestamptz, plain timestamp, clock time, length interval, who uuid,
    doc json, docb jsonb, list text[], grid int[][], m mood, moods mood[], d short, odd "My.Schema"."a]:b[] c", odds "My.Schema"."a]:b[] c"[],
    ip inet, span int4range, spans int4multirange, place point, search tsvector, o oid, up int generated always as (small * 2) stored)`);
  await admin.query('alter table kinds replica identity full');
  const columns = (
    await admin.query<{ name: string }>(
      "select attname::text as name from pg_attribute where attrelid = 'kinds'::regclass and attnum > 0 order by attnum",
    )
  ).map(({ name }) => name);
  await readLines();
  await admin.query(`insert into kinds values (9223372036854775807, -3, 'NaN', 'Infinity', -1.5e-300, true, B'10101', B'',
    'it''s ''quoted'' null', 'new-tuple: x[text]:''y''', '''', '\\x00ff27', '0044-03-15 BC', '2020-10-02 14:00:00.123456+01', 'infinity', '23:59:60', '-1 year 2 days 03:04:05.6',
    '0f8fad5b-d9cb-469f-a165-70867728950e', '{"a" : "it''s"}', '{"a": [1, null]}', array['a,b', 'c''d', null, '"e\\\\'], '{{1,2},{3,4}}', 'it''s "odd"', '{calm,"it''s \\"odd\\""}',
    'kept', row(1, 'x'' y'), array[row(1, 'a]: b')::"My.Schema"."a]:b[] c"], '192.0.2.1/24', '[1,5)', '{[1,3),[5,8)}', '(1,-2)', '''it''''s'':1', 4294967295)`);
  await admin.query('insert into kinds (id) values (1)');
  const [full, empty] = await readChanges();
  assert.deepEqual(full?.after, await readRow('kinds', columns, 'id > 1'));
  assert.deepEqual(empty?.after, await readRow('kinds', columns, 'id = 1'));
  const before = full?.after;
  await admin.query("update kinds set words = null, yes = false, vc = E'line\\nbreak\\ttab \\\\ ' where id > 1");
  const [update] = await readChanges();
  assert.deepEqual(update?.before, before);
  assert.deepEqual(update?.after, await readRow('kinds', columns, 'id > 1'));
  await admin.query('delete from kinds where id = 1');
  const [deletion] = await readChanges(columns);
  assert.deepEqual(deletion, { kind: 'delete', table: 'public.kinds', before: empty?.after, after: null, unresolved: [] });
});

test('[H1] names of tables and columns chosen by an attacker are taken by their quotes', async () => {
  const names = [
    'plain',
    'Mixed Case',
    'a"b',
    'new-tuple:',
    'old-key:',
    "it's",
    ' lead',
    'x[text]',
    ":'",
    'naïve',
    'select',
    '__proto__',
    'constructor',
    'line\nbreak',
    'a$b',
    'null',
  ];
  const schema = 'ODD. "INSERT:" sch[e]ma';
  const table = `${quote(schema)}.${quote('table: INSERT: "x", public.y')}`;
  await admin.query(`create schema ${quote(schema)}`);
  await admin.query(`create table ${table} (${names.map((name) => `${quote(name)} text`).join(', ')})`);
  await admin.query(`alter table ${table} replica identity full`);
  await readLines();
  await admin.query(
    `insert into ${table} values (${names.map((_, at) => (at === 3 ? 'null' : `'v''${at} null [text]:'`)).join(', ')})`,
  );
  const [insert] = await readChanges();
  const expected = names.map((_, at) => (at === 3 ? null : `v'${at} null [text]:`));
  assert.equal(insert?.table, `${schema}.table: INSERT: "x", public.y`);
  assert.deepEqual(Object.keys(insert.after ?? {}), names);
  assert.deepEqual(Object.values(insert.after ?? {}), expected);
  await admin.query(`update ${table} set plain = 'other'`);
  const [update] = await readChanges();
  assert.deepEqual(Object.values(update?.before ?? {}), expected);
  assert.deepEqual(Object.values(update?.after ?? {}), ['other', ...expected.slice(1)]);
  await admin.query(`truncate ${table}, kinds restart identity cascade`);
  const truncate = (await readLines()).find(({ kind }) => kind === 'truncate');
  assert.deepEqual(truncate, { kind: 'truncate', tables: [`${schema}.table: INSERT: "x", public.y`, 'public.kinds'] });
});

test('[H2] a value stored out of line that did not change is taken from the old row, and listed where there is none', async () => {
  await admin.query(
    'create table large (id int primary key, content text, note text); alter table large alter content set storage external',
  );
  await admin.query("insert into large values (1, repeat('it''s ', 5000), null)");
  await readLines();
  await admin.query("update large set note = 'a' where id = 1");
  const [keyless] = await readChanges();
  assert.deepEqual(keyless, {
    kind: 'update',
    table: 'public.large',
    before: null,
    after: { id: '1', note: 'a' },
    unresolved: ['content'],
  });
  await admin.query('alter table large replica identity full');
  await readLines();
  await admin.query("update large set note = 'b' where id = 1");
  const [whole] = await readChanges();
  assert.deepEqual(whole?.unresolved, []);
  assert.equal(whole?.after?.['content'], "it's ".repeat(5000));
  assert.equal(whole?.before?.['content'], "it's ".repeat(5000));
  assert.deepEqual([whole?.before?.['note'], whole?.after?.['note']], ['a', 'b']);
});

test('messages within transactions and outside of them, and times, are told', async () => {
  await readLines();
  await admin.query(`begin; select pg_logical_emit_message(true, 'bulkhead.token', 'a.b.c');
    select pg_logical_emit_message(true, 'odd, sz: 5 content:odd, sz: 3 content:x', 'naïve'); commit`);
  await admin.query("select pg_logical_emit_message(false, 'bulkhead.token', 'outside')");
  await admin.query("select pg_logical_emit_message(true, 'bytes', '\\xff00fe'::bytea)");
  const lines = await readLines();
  assert.deepEqual(
    lines.map(({ kind }) => kind),
    ['begin', 'message', 'message', 'commit', 'message', 'begin', 'message', 'commit'],
  );
  assert.deepEqual(lines[1], { kind: 'message', isTransactional: true, prefix: 'bulkhead.token', content: 'a.b.c' });
  assert.deepEqual(lines[2], {
    kind: 'message',
    isTransactional: true,
    prefix: 'odd, sz: 5 content:odd, sz: 3 content:x',
    content: 'naïve',
  });
  assert.deepEqual(lines[4], { kind: 'message', isTransactional: false, prefix: 'bulkhead.token', content: 'outside' });
  const commit = lines[3];
  assert.ok(commit?.kind === 'commit' && Math.abs(Date.parse(commit.committedAt) - Date.now()) < 60_000);
});

test('[H1] random rows of random tables are read back exactly', async () => {
  const random = createRandom(20_201_002);
  const pieces = [
    "'",
    "''",
    '"',
    '[',
    ']',
    ':',
    ' ',
    'null',
    'new-tuple:',
    '\n',
    '\\',
    'é',
    '船',
    'B',
    ',',
    'true',
    '(no-tuple-data)',
    'unchanged-toast-datum',
    '🚢',
    '%s',
  ];
  const text = () => Array.from({ length: random(8) }, () => pieces[random(pieces.length)] ?? '').join('');
  for (let round = 0; round < 40; round += 1) {
    const columns = Array.from({ length: 1 + random(6) }, (_, at) => `${text()}${at}`.slice(0, 12));
    const types = columns.map(() => ['text', 'text[]', 'varchar', 'jsonb', 'bool', 'int'][random(6)] ?? 'text');
    const table = quote(`t ${round} ${text()}`.slice(0, 15));
    await admin.query(`create table ${table} (${columns.map((name, at) => `${quote(name)} ${types[at]}`).join(', ')})`);
    await admin.query(`alter table ${table} replica identity full`);
    await readLines();
    const values = () =>
      types.map((type) => {
        if (random(5) === 0) return null;
        if (type === 'text[]') return [text(), text()];
        if (type === 'jsonb') return JSON.stringify({ [text()]: text() });
        return type === 'bool' ? random(2) === 0 : type === 'int' ? random(1000) - 500 : text();
      });
    const marks = columns.map((_, at) => `$${at + 1}`).join(', ');
    await admin.query(`insert into ${table} values (${marks})`, values());
    const first = await readRow(table, columns);
    await admin.query(
      `update ${table} set (${columns.map(quote).join(', ')}) = row(${columns.map((_, at) => `$${at + 1}::${types[at]}`).join(', ')})`,
      values(),
    );
    const second = await readRow(table, columns);
    await admin.query(`delete from ${table}`);
    const [insert, update, deletion] = await readChanges(columns);
    assert.deepEqual([insert?.before, insert?.after], [null, first]);
    assert.deepEqual([update?.before, update?.after], [first, second]);
    assert.deepEqual([deletion?.before, deletion?.after], [second, null]);
  }
});

test('[H1] a line that PostgreSQL would not print is refused with a code, whatever it holds', () => {
  const good = `table public."a ""b": UPDATE: old-key: id[integer]:1 t[text]:'x' new-tuple: id[integer]:1 t[text]:'it''s' b[bit]:B'101'`;
  assert.equal(parseDecoded(good).kind, 'change');
  const random = createRandom(7);
  const noise = ['', "'", '"', '[', ']', ' ', ':', ',', '.', '\0', 'table ', 'x'.repeat(100)];
  for (let round = 0; round < 5_000; round += 1) {
    const at = random(good.length);
    const line = good.slice(0, at) + (noise[random(noise.length)] ?? '') + good.slice(at + random(3));
    try {
      parseDecoded(line);
    } catch (error) {
      assert.ok(hasCode(error, 'history.unreadable'), String(error));
    }
  }
  for (const line of [
    '',
    'table',
    'table a',
    'COMMIT 1',
    'COMMIT 1 (at infinity)',
    'BEGIN x',
    'message: transactional: 2',
    'FETCH 1',
    'table a.b: INSERT: c[text',
    `table a.b: INSERT:${' c[int]:1'.repeat(2000)}`,
  ]) {
    assert.throws(
      () => parseDecoded(line),
      (error) => hasCode(error, 'history.unreadable'),
    );
  }
});

/** Numbers below a bound, the same for the same seed. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

async function hear(statements: readonly string[]): Promise<Commit[]> {
  const inside = await adminOf('site');
  await inside.query("select pg_create_logical_replication_slot('heard', 'test_decoding')");
  for (const statement of statements) await inside.query(statement);
  const rows = await inside.query<{ lsn: string; data: string }>(
    "select lsn::text, data from pg_logical_slot_get_changes('heard', null, null, 'include-timestamp', '1', 'skip-empty-xacts', '0')",
  );
  await inside.query("select pg_drop_replication_slot('heard')");
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
