import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory, useCluster, waitUntil } from '@bulkhead/testkit';
import { sql } from 'kysely';
import { writeOut } from './literal.ts';

type Schema = { note: { id: number; text: string | null } };

const directory = await temporaryDirectory();
const migrations = join(directory, 'migrations');
await mkdir(migrations);
await writeFile(join(migrations, '0001-create-note.sql'), 'create table note (id bigint primary key, text text);');
const world = await useCluster({ name: 'notes', migrations });
const db = world.database.open<Schema>();
const admin = await world.adminOf('notes');

const AWKWARD = [
  `O'Hara`,
  String.raw`back\slash \' \\`,
  `'; drop table note; --`,
  `$1 $$ $tag$`,
  'Ærøskøbing “船”',
  `a "quoted", comma`,
  'two\nlines\r\n',
  '{"a",b}',
  '',
];

async function readAll(texts: { readonly pieces: readonly Buffer[] }): Promise<string> {
  return Buffer.concat(texts.pieces).toString('utf8');
}

test('[P22] values of a copied query are values, whatever they hold', async () => {
  for (const text of AWKWARD) {
    const { rows } = await sql<{
      text: string;
      list: string[];
    }>`select ${text}::text as text, ${[text, 'b']}::text[] as list`.execute(db.read);
    assert.deepEqual(rows, [{ text, list: [text, 'b'] }], 'a parameter');
    const written = writeOut(
      sql`select ${text}::text as text, ${[text, null]}::text[] as list, ${-5}::int - ${-5}::int as number, ${null}::int as nothing, ${true}::boolean as yes`,
    );
    assert.deepEqual(await admin.query(written), [{ text, list: [text, null], number: 0, nothing: null, yes: true }]);
  }
  const at = new Date('2026-03-02T09:00:00.123Z');
  assert.deepEqual(await admin.query(writeOut(sql`select ${at}::timestamptz as at`)), [{ at }]);
  assert.throws(() => writeOut(sql`select ${'a\0b'}::text`), { code: 'postgres.query_failed' });
  assert.throws(() => writeOut(sql`select ${{ a: 1 }}::jsonb`), { code: 'postgres.query_failed' });
});

test('[P22] lines are copied as the database writes them, without their key, and the session goes on as before', async () => {
  await admin.query('truncate note');
  for (const [at, text] of AWKWARD.entries()) await admin.query('insert into note values ($1, $2)', [at + 1, text]);
  await admin.query('insert into note values (100, null)');
  const copied = await db.copyLines(
    sql`select id, text, id::text || '.' from note where text is distinct from ${'b'} order by id`,
    { mostBytes: 10_000 },
  );
  const text = await readAll(copied);
  assert.ok(text.startsWith("O'Hara,1.\r\n"));
  assert.ok(text.includes('"a ""quoted"", comma",6.\r\n"two\nlines\r\n",7.\r\n'));
  assert.ok(text.endsWith('"",9.\r\n,100.\r\n'));
  assert.deepEqual([copied.count, copied.last, copied.isWhole, copied.bytes], [10, '100', true, Buffer.byteLength(text)]);
  const none = await db.copyLines(sql`select id, text from note where false`, { mostBytes: 10_000 });
  assert.deepEqual([none.count, none.last, none.isWhole, none.pieces.length], [0, null, true, 0]);
  await assert.rejects(db.copyLines(sql`select 1 / (id - 100), text from note order by id`, { mostBytes: 10_000 }), {
    code: 'postgres.query_failed',
  });
  for (let turn = 0; turn < 10; turn += 1) {
    const { rows } = await sql`select count(*)::int as count from note`.execute(db.read);
    assert.deepEqual(rows, [{ count: 10 }]);
  }
});

test('[P22] many lines and long ones come whole, and what goes beyond the bytes asked for is left out', async () => {
  await admin.query('truncate note');
  await admin.query('insert into note select n, repeat(chr(97 + n % 26), 1 + n % 300) from generate_series(1, 30000) n');
  await admin.query("insert into note values (30001, repeat('é', 400000)), (30002, 'the last')");
  const line = (n: number) => `${String.fromCodePoint(97 + (n % 26)).repeat(1 + (n % 300))}\r\n`;
  const wanted = `${Array.from({ length: 30_000 }, (_, at) => line(at + 1)).join('')}${'é'.repeat(400_000)}\r\nthe last\r\n`;
  const whole = await db.copyLines(sql`select id, text from note order by id`, { mostBytes: 100_000_000 });
  assert.ok((await readAll(whole)) === wanted);
  assert.deepEqual([whole.count, whole.last, whole.isWhole], [30_002, '30002', true]);
  const part = await db.copyLines(sql`select id, text from note order by id`, { mostBytes: 100_000 });
  assert.ok(wanted.startsWith(await readAll(part)) && part.bytes <= 100_000 && part.bytes > 99_000);
  assert.equal(part.isWhole, false);
  const rest = await db.copyLines(sql`select id, text from note where id > ${part.last} order by id`, { mostBytes: 100_000_000 });
  assert.ok((await readAll(part)) + (await readAll(rest)) === wanted, 'goes on after the last');
  const first = await db.copyLines(sql`select id, text from note where id >= 30001 order by id`, { mostBytes: 10 });
  assert.deepEqual([first.count, first.last, first.isWhole], [1, '30001', false]);
});

test('[P22] a session that is lost while lines come is told, and the next one works', async () => {
  const ended = db.copyLines(sql`select n, pg_sleep(case when n > 5 then 600 else 0 end)::text from generate_series(1, 10) n`, {
    mostBytes: 10_000,
  });
  ended.catch(() => undefined);
  const ending = `select pg_terminate_backend(pid) as ended from pg_stat_activity where query like 'copy (select n, pg_sleep%' and wait_event = 'PgSleep'`;
  await waitUntil(async () => (await admin.query(ending)).length > 0, { what: 'the copy is under way' });
  await assert.rejects(ended, { code: 'postgres.unreachable' });
  assert.equal((await db.copyLines(sql`select id, text from note where id < 3`, { mostBytes: 10_000 })).count, 2);
  await assert.rejects(db.copyLines(sql`insert into note values (7, 'b') returning id`, { mostBytes: 10_000 }), {
    code: 'postgres.read_only',
  });
});

test('[P22] an instant among the cells is written as JavaScript writes it, and what is none stays as it is', async () => {
  const instants = [
    '2026-01-02 03:04:05',
    '2026-01-02 03:04:05.1',
    '1999-12-31 23:59:59.999999',
    '0044-03-15 12:00:00.25',
    '2026-01-02 03:04:05.123456',
  ];
  const read = async (query: Parameters<typeof db.copyLines>[0], instantAt: number) =>
    (await readAll(await db.copyLines(query, { mostBytes: 10_000, instantAt }))).split('\r\n').slice(0, -1);
  for (const instant of instants) {
    const at = new Date(`${instant.replace(' ', 'T')}Z`).toISOString();
    const query = sql`select 7, 'a, "b"', ${instant}::timestamp at time zone 'UTC', 'c'`;
    assert.deepEqual(await read(query, 1), [`"a, ""b""",${at},c`]);
    assert.deepEqual(await read(sql`select 7, ${instant}::timestamp at time zone 'UTC'`, 0), [at]);
  }
  for (const other of ['infinity', '0044-03-15 12:00:00+00 BC', '12026-01-02 03:04:05+00'])
    assert.deepEqual(await read(sql`select 7, 'a', ${other}::timestamptz, 'c'`, 1), [`a,${other},c`]);
  const none = sql`select 7, 'a', null::timestamptz, '2026-01-02 03:04:05+01'`;
  assert.deepEqual(await read(none, 1), ['a,,2026-01-02 03:04:05+01']);
  assert.deepEqual(await read(none, 2), ['a,,2026-01-02 03:04:05+01'], 'not in UTC');
  assert.deepEqual(await read(sql`select 7, 'a'`, 3), ['a'], 'a line without that cell');
});
