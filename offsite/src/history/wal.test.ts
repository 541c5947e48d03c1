import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { hasCode } from '@bulkhead/kernel';
import { allowLogin, forbidLogin, prepareDatabase, runTagged, setPasswords } from '@bulkhead/postgres';
import { useCluster } from '@bulkhead/testkit';
import { parseLsn, segmentName } from '#archive/wal.rules.ts';
import type { WalRecord } from '#archive/wal-record.rules.ts';
import { WalWalker } from '#archive/wal-walk.rules.ts';
import { SequenceWatch } from './sequence.rules.ts';
import { CommitReader, type WalCommit } from './wal-commit.rules.ts';

const SEGMENT = 16_777_216;
const cluster = await useCluster({
  name: 'site',
  settings: {
    wal_level: 'logical',
    max_prepared_transactions: '4',
    wal_keep_size: '1GB',
    full_page_writes: 'on',
    wal_compression: 'pglz',
    autovacuum: 'off',
  },
});
const { admin, dataDirectory, adminOf, database } = cluster;
await admin.query('create extension pg_walinspect');
const site = await adminOf(database.name);
const [{ oid } = { oid: 0 }] = await site.query<{ oid: number }>(
  'select oid::int4 as oid from pg_database where datname = current_database()',
);

async function here(): Promise<number> {
  await admin.query('checkpoint');
  await admin.query("select pg_logical_emit_message(false, 'flush', 'x', true)");
  const [row] = await admin.query<{ lsn: string }>('select pg_current_wal_flush_lsn()::text as lsn');
  return Number(parseLsn(row?.lsn ?? ''));
}

/** Walks the server's own files, giving the bytes in pieces of any size. */
function walkFiles(from: number, to: number, pieceBytes: number): WalRecord[] {
  const walker = new WalWalker(from);
  const records: WalRecord[] = [];
  for (let segmentLsn = from - (from % SEGMENT); segmentLsn < to; segmentLsn += SEGMENT) {
    const bytes = readFileSync(join(dataDirectory, 'pg_wal', segmentName(1, BigInt(segmentLsn))));
    const end = Math.min(SEGMENT, to - segmentLsn);
    for (let until = Math.max(0, from - segmentLsn); until < end; ) {
      until = Math.min(end, until + pieceBytes);
      records.push(...walker.walk(segmentLsn, bytes.subarray(0, until)));
    }
  }
  assert.equal(walker.atLsn, to);
  return records;
}

function readCommits(records: readonly WalRecord[]): WalCommit[] {
  const reader = new CommitReader(oid);
  return records.flatMap((record) => {
    const fact = reader.take(record);
    return fact?.kind === 'commit' ? [fact.commit] : [];
  });
}

test('[H8] every record of the WAL is found where the server itself finds it, however the bytes arrive', async () => {
  const from = await here();
  await site.query('create table wide (id serial primary key, body text); alter table wide replica identity full');
  await site.query('insert into wide (body) select repeat(md5(n::text), (n % 400)) from generate_series(1, 6000) n');
  await site.query('update wide set body = body || id where id % 3 = 0');
  await site.query('select pg_switch_wal()');
  await site.query("insert into wide (body) select repeat('x', 9000) from generate_series(1, 500)");
  await site.query('truncate wide');
  await site.query(
    'do $$ begin for n in 1..50 loop begin insert into wide (body) values (n::text); if n % 2 = 0 then raise exception $x$no$x$; end if; exception when others then null; end; end loop; end $$',
  );
  await site.query("begin; insert into wide (body) values ('prepared'); prepare transaction 'p'");
  await site.query("commit prepared 'p'");
  await site.query("begin; insert into wide (body) values ('undone'); rollback");
  const to = await here();
  const expected = await admin.query<{ start: string; end: string; xid: string; manager: string }>(
    `select start_lsn::text as start, end_lsn::text as "end", xid::text as xid, resource_manager as manager
       from pg_get_wal_records_info('${text(from)}', '${text(to)}')`,
  );
  for (const pieceBytes of [SEGMENT, 100_003, 8_192]) {
    const records = walkFiles(from, to, pieceBytes);
    assert.equal(records.length, expected.length, `pieces of ${pieceBytes}`);
    const found = records.map(({ startLsn, endLsn, xid }) => `${text(startLsn)} ${text(endLsn)} ${xid}`);
    const first = expected.findIndex(({ start, end, xid }, at) => `${start} ${end} ${xid}` !== found[at]);
    assert.equal(found[first], first < 0 ? undefined : JSON.stringify(expected[first]));
  }
});

test('[H8] commits, prepared ones and those with subtransactions too, stand where decoding tells them', async () => {
  await admin.query('select pg_drop_replication_slot(slot_name) from pg_replication_slots');
  await site.query("select pg_create_logical_replication_slot('told', 'test_decoding')");
  const from = await here();
  await site.query('create table plain (id int primary key, t text); alter table plain replica identity full');
  for (let n = 1; n <= 20; n += 1) await site.query(`insert into plain values (${n}, 'x'); `);
  await site.query(
    'begin; savepoint a; insert into plain values (100); savepoint b; insert into plain values (101); release b; rollback to a; insert into plain values (102); commit',
  );
  await site.query("begin; update plain set t = 'p'; prepare transaction 'q'");
  await site.query("commit prepared 'q'");
  await site.query("select pg_logical_emit_message(true, 'only', 'this')");
  await site.query('truncate plain');
  await site.query('begin; select pg_current_xact_id(); commit');
  await site.query('analyze plain');
  await admin.query('create table elsewhere (id int); insert into elsewhere values (1)');
  const to = await here();
  const commits = readCommits(walkFiles(from, to, SEGMENT));
  const told = await site.query<{ lsn: string; data: string }>(
    "select lsn::text as lsn, data from pg_logical_slot_get_changes('told', null, null, 'skip-empty-xacts', 'off', 'include-timestamp', 'on') where data like 'COMMIT%'",
  );
  const places = told.map(({ lsn, data }) => `${lsn} ${data.split(' ')[1]}`);
  assert.deepEqual(
    commits
      .filter(({ isDecodable }) => isDecodable)
      .map(({ lsn, xid }) => `${text(lsn)} ${xid}`)
      .filter((place) => !places.includes(place)),
    [],
    'whatever must be told is told',
  );
  const all = new Set(commits.map(({ lsn, xid }) => `${text(lsn)} ${xid}`));
  assert.deepEqual(
    places.filter((place) => !all.has(place)),
    [],
    'whatever is told is found',
  );
  assert.equal(commits.filter(({ isDecodable }) => isDecodable).length, 25);
  const time = told[0]?.data.match(/\(at (.*)\+00\)/)?.[1];
  assert.ok(commits.some(({ committedAt }) => time?.replace(' ', 'T').startsWith(committedAt.slice(0, -1))));
});

test('[H9] old rows that are logged in part, and catalogs that run code, are seen in the WAL', async () => {
  await site.query(
    'create table partly (id int primary key, t text); alter table partly replica identity default; insert into partly values (1, $$a$$)',
  );
  await site.query(
    'create table wholly (id int primary key, t text); alter table wholly replica identity full; insert into wholly values (1, $$a$$)',
  );
  const from = await here();
  await site.query("update partly set t = 'b'");
  await site.query("update wholly set t = 'b'");
  await site.query('delete from partly');
  await site.query('delete from wholly');
  await site.query('create function sneak() returns int language sql return 1');
  const commits = readCommits(walkFiles(from, await here(), SEGMENT)).filter(
    ({ isDecodable, catalogs }) => isDecodable || catalogs.length > 0,
  );
  assert.deepEqual(
    commits.map(({ isKeyOnly }) => isKeyOnly),
    [true, false, true, false, false],
  );
  assert.ok(commits.at(-1)?.catalogs.includes(1255));
});

test('[H9] setval is told from nextval, also after a crash, with increments and caches', async () => {
  await site.query('create sequence one; create sequence ten increment 10 cache 5; create sequence down increment -1');
  const watch = new SequenceWatch();
  const sequences = await site.query<{ sequence: string; file: number; increment: string; cache: string; isCycling: boolean }>(
    `select seqrelid::regclass::text as sequence, pg_relation_filenode(seqrelid)::int4 as file, seqincrement::text as increment, seqcache::text as cache, seqcycle as "isCycling" from pg_sequence`,
  );
  watch.keepCatalog({ sequences });
  let from = await here();
  const look = async () => {
    const to = await here();
    const sets = readCommits(walkFiles(from, to, SEGMENT)).flatMap((commit) =>
      commit.sequences.flatMap((write) => watch.take(write) ?? []),
    );
    from = to;
    return sets.map(({ sequence, to: value }) => `${sequence} ${value}`);
  };
  for (const name of ['one', 'ten', 'down']) await site.query(`select nextval('${name}')`);
  for (let n = 0; n < 300; n += 1) {
    for (const name of ['one', 'ten', 'down']) await site.query(`select nextval('${name}')`);
    if (n % 50 === 0) await admin.query('checkpoint');
  }
  assert.deepEqual(await look(), []);
  await site.query("select setval('one', 5)");
  assert.deepEqual(await look(), ['one 5']);
  await site.query("select setval('one', 1000000, false)");
  await site.query("select setval('down', -7)");
  assert.deepEqual(await look(), ['one 1000000', 'down -7']);
  await site.query("select nextval('one'), nextval('ten')");
  assert.deepEqual(await look(), []);
});

test('[H12] whatever the supervisor changes of roles carries one token of its own, and every such change is seen', async () => {
  const from = await here();
  const token = (name: string) => `token of ${name}`;
  const { passwords } = cluster;
  await prepareDatabase({ admin, name: 'site', passwords, token: 'inside', rolesToken: token('start') });
  await setPasswords(admin, 'site', { app: passwords.app }, token('rotation'));
  await forbidLogin(admin, ['site_app', 'site_reader'], token('seal'));
  await allowLogin(admin, ['site_app', 'site_reader'], token('opening'));
  await runTagged(admin, token('restore'), ["alter role postgres password 'of a test'"]);
  await site.query('create table of_site (id int); alter table of_site owner to site_owner; analyze of_site');
  await admin.query('grant site_owner to site_app');
  await admin.query('revoke site_owner from site_app');
  await admin.query("alter role site_app set lock_timeout = '6s'");
  const commits = readCommits(walkFiles(from, await here(), SEGMENT));
  const shared = commits.map(({ shared: tables, tokens }) => ({
    tables: tables.filter((table) => [1260, 1261, 1262, 2964].includes(table)).toSorted((left, right) => left - right),
    tokens,
  }));
  assert.deepEqual(
    shared.filter(({ tables }) => tables.length > 0),
    [
      { tables: [1260, 1262, 2964], tokens: [token('start')] },
      { tables: [1260], tokens: [token('rotation')] },
      { tables: [1260], tokens: [token('seal')] },
      { tables: [1260], tokens: [token('opening')] },
      { tables: [1260], tokens: [token('restore')] },
      { tables: [1261], tokens: [] },
      { tables: [1261], tokens: [] },
      { tables: [2964], tokens: [] },
    ],
  );
  await admin.query('alter role site_app reset all');
});

test('[H8] bytes that are no WAL end the walk with a code, whatever they are', async () => {
  const from = await here();
  await site.query("create table noise as select repeat('y', 500) from generate_series(1, 2000)");
  const to = await here();
  const segmentLsn = from - (from % SEGMENT);
  const whole = readFileSync(join(dataDirectory, 'pg_wal', segmentName(1, BigInt(from)))).subarray(
    0,
    Math.min(SEGMENT, to - segmentLsn),
  );
  let state = 11;
  const random = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  for (let round = 0; round < 300; round += 1) {
    const bytes = Buffer.from(whole);
    for (let flips = 1 + random(20); flips > 0; flips -= 1)
      bytes[from - segmentLsn + random(bytes.length - (from - segmentLsn))] = random(256);
    try {
      readCommits([...new WalWalker(from).walk(segmentLsn, bytes)]);
    } catch (error) {
      assert.ok(hasCode(error, 'archive.damaged'), String(error));
    }
  }
});

function text(lsn: number): string {
  return `${Math.floor(lsn / 2 ** 32)
    .toString(16)
    .toUpperCase()}/${(lsn % 2 ** 32).toString(16).toUpperCase()}`;
}
