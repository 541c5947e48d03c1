import assert from 'node:assert/strict';
import { createServer, request, type Server } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { sleepMs } from '@bulkhead/kernel';
import type { WirePeer } from '@bulkhead/wire';
import { parseLsn } from '#archive/wal.rules.ts';
import { commit, JOBS, makeDirectory, makeWorld, mint, until } from './tests/world.ts';

const world = await makeWorld();
const { headquarters, standby } = world;
const directory = makeDirectory();
const servers: Server[] = [];

before(() => world.start());
after(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  await world.stop();
});

test('[H8] every commit of the WAL stands in the index, however many, with rollbacks, maintenance and other databases between', async () => {
  const { chronicle, findings, close } = world.openChronicle(directory);
  chronicle.start();
  for (let round = 0; round < 20; round += 1) {
    await commit(headquarters, [await mint()], [`insert into note (id, text) values (${round}, repeat('x', ${round * 1000}))`]);
    await headquarters.run('site', ['begin', `insert into note (id, text) values (${1000 + round}, 'undone')`, 'rollback']);
    if (round === 10)
      await headquarters.run('postgres', [
        'create table elsewhere (id int)',
        'insert into elsewhere values (1)',
        'select pg_switch_wal()',
      ]);
  }
  await headquarters.run('site', ['analyze note', 'vacuum note']);
  const target = await headquartersLsn();
  await until(() => (chronicle.status().reconciledLsn ?? '') >= target, 'the WAL is compared');
  assert.deepEqual([chronicle.status().unknown, chronicle.status().gaps, findings], [0, [], []]);
  await close();
});

test('[H8] commits that a jail keeps silent about are unknown, and a finding', async () => {
  const silenced = await silence(standby.peer, 'kept secret');
  const { chronicle, findings, seen, close, reader } = world.openChronicle(directory, silenced);
  chronicle.start();
  await commit(headquarters, [await mint()], ["insert into note (id, text) values (5001, 'kept secret')"]);
  await commit(headquarters, [await mint()], ["insert into note (id, text) values (5002, 'told')"]);
  await until(() => chronicle.status().unknown === 1, 'one is unknown');
  await until(() => findings.some(({ rule }) => rule === 'history.gap'), 'it is a finding');
  const unknown = reader.listAfter(0, 500).find(({ state }) => state === 'unknown');
  const told = seen.find(({ changes }) => changes[0]?.after?.['text'] === 'told');
  assert.ok(unknown && told && Number(unknown.xid) === Number(told.transaction.xid) - 1);
  assert.deepEqual(findings.find(({ rule }) => rule === 'history.gap')?.evidence['xids'], unknown.xid);
  assert.equal(chronicle.status().gaps.length, 1);
  assert.ok(Math.abs(Date.parse(unknown.committedAt) - Date.parse(told.transaction.committedAt)) < 60_000);
  await close();
});

test('[H8] a jail that tells from further on than it was asked for: where nobody wrote nothing is missed, what was written is', async () => {
  const own = makeDirectory();
  const told = (text: string) => `select 1 as found from change where payload like '%${text}%'`;
  const openBehind = async (lsn: string) => world.openChronicle(own, await silence(standby.peer, 'never said', behind(lsn)));
  const first = world.openChronicle(own);
  first.chronicle.start();
  await commit(headquarters, [await mint()], ["insert into note (id, text) values (8001, 'before it')"]);
  await until(() => first.reader.all(told('before it')).length > 0, 'it is told');
  await first.close();

  await headquarters.run('postgres', ['create table aside (id int)', 'insert into aside values (1)', 'drop table aside']);
  const quietLsn = await flushedLsn();
  const second = await openBehind(quietLsn);
  second.chronicle.start();
  await commit(headquarters, [await mint()], ["insert into note (id, text) values (8002, 'behind it')"]);
  const endLsn = await flushedLsn();
  await until(() => second.reader.all(told('behind it')).length > 0, 'it is told');
  await until(() => parseLsn(second.chronicle.status().reconciledLsn ?? '0/0') >= parseLsn(quietLsn), 'the WAL is compared');
  assert.deepEqual([second.chronicle.status().unknown, second.chronicle.status().gaps, second.findings], [0, [], []]);
  await until(() => parseLsn(second.chronicle.status().indexedLsn ?? '0/0') >= parseLsn(endLsn), 'history has come to the end');
  await second.close();

  await commit(headquarters, [await mint()], ["insert into note (id, text) values (8003, 'passed over')"]);
  const third = await openBehind(await flushedLsn());
  third.chronicle.start();
  await commit(headquarters, [await mint()], ["insert into note (id, text) values (8004, 'last of all')"]);
  await until(() => third.findings.some(({ rule }) => rule === 'history.gap'), 'it is a finding');
  assert.deepEqual([third.chronicle.status().unknown, third.chronicle.status().gaps.length], [1, 1]);
  assert.equal(third.reader.all(told('passed over')).length, 0);
  await third.close();
});

test('[H9] setval, a lowered replica identity and code slipped into the catalog are findings', async () => {
  const { chronicle, findings, close } = world.openChronicle(directory);
  chronicle.start();
  await headquarters.run('site', ['create sequence counter', "select nextval('counter')"]);
  await headquarters.run('site', ["select setval('counter', 12345)"]);
  await until(() => findings.some(({ rule }) => rule === 'sequence.set'), 'setval is found');
  await headquarters.run('site', ['alter table note replica identity default', "update note set text = 'blind' where id = 1"]);
  await until(() => findings.some(({ rule }) => rule === 'history.lost'), 'the replica identity is found');
  await headquarters.run('site', ['create function slipped() returns int language sql return 1']);
  await until(
    () => findings.some(({ rule, evidence }) => rule === 'catalog.changed' && /pg_proc/.test(evidence['catalogs'] ?? '')),
    'code is found',
  );
  await headquarters.run('site', ['alter table note replica identity full']);
  await close();
});

test('[H12] roles, memberships and settings changed by anybody but the supervisor are findings; its token vouches once', async () => {
  const { chronicle, findings, close } = world.openChronicle(directory);
  chronicle.start();
  const roleToken = await mint({ route: 'job:site.roles' }, { key: JOBS });
  const tagged = (token: string, statement: string) =>
    headquarters.run('postgres', [
      'begin',
      `select pg_logical_emit_message(true, 'bulkhead.token', '${token}')`,
      statement,
      'commit',
    ]);
  const found = async (rule: string, catalogs: RegExp, count: number) => {
    const isIt = (one: (typeof findings)[number]) => one.rule === rule && catalogs.test(one.evidence['catalogs'] ?? '');
    await until(() => findings.filter(isIt).length === count, `${rule} ${catalogs} is found ${count} times`);
  };
  await tagged(roleToken, 'create role servant login');
  await tagged(await mint({ route: 'job:site.roles' }, { key: JOBS }), 'alter database site set lock_timeout = 1000');
  await headquarters.run('site', ['create role "between" nologin']);
  await found('role.granted', /pg_authid/, 1);
  assert.equal(findings.length, 1, 'the supervisor raises none');
  await tagged(roleToken, 'alter role servant superuser');
  await tagged(await mint({ route: 'job:site.roles' }), 'alter role servant createrole');
  await tagged(await mint({ route: 'job:site.prepare' }, { key: JOBS }), 'alter role servant createdb');
  await found('role.granted', /pg_authid/, 4);
  await headquarters.run('site', ['grant pg_read_all_data to servant']);
  await found('role.granted', /pg_auth_members/, 1);
  await headquarters.run('site', [
    'alter role servant set search_path = elsewhere',
    'alter database site set search_path = elsewhere',
  ]);
  await found('catalog.changed', /pg_db_role_setting/, 2);
  await headquarters.run('postgres', ['vacuum full pg_authid']);
  await found('catalog.changed', /1260/, 1);
  await headquarters.run('postgres', ['alter role servant nosuperuser']);
  await found('role.granted', /pg_authid/, 5);
  await headquarters.run('postgres', ['alter role servant reset all', 'alter database site reset all']);
  assert.deepEqual([chronicle.status().unknown, chronicle.status().gaps.length], [1, 1], 'only what was kept silent above');
  await close();
});

test('[H13] a transaction that nothing can decode is passed over, unknown and a finding; what comes after is told', async () => {
  const { chronicle, findings, reader, close } = world.openChronicle(directory);
  chronicle.start();
  await headquarters.run('site', [
    "create type mood as enum ('calm', 'cross')",
    'create table poison (id int primary key, mood mood)',
    "insert into poison values (1, 'cross')",
    "delete from pg_enum where enumlabel = 'cross'",
  ]);
  const { unknown } = chronicle.status();
  await commit(
    headquarters,
    [await mint()],
    ['insert into poison select 2, mood from poison', "insert into note (id, text) values (6001, 'hidden')"],
  );
  await commit(headquarters, [await mint()], ["insert into note (id, text) values (6002, 'told all the same')"]);
  const isTold = () => reader.all("select 1 as found from change where payload like '%told all the same%'").length > 0;
  await until(isTold, 'what comes after is told');
  await until(() => chronicle.status().unknown === unknown + 1, 'one is unknown');
  assert.ok(findings.some(({ rule, summary }) => rule === 'history.gap' && /cannot be decoded; history goes on/.test(summary)));
  assert.equal(reader.all("select 1 as found from change where payload like '%hidden%'").length, 0);
  await headquarters.run('site', ['drop table poison', 'drop type mood']);
  await close();
});

test('[H9] a lowered wal_level is a finding, and so is what was committed meanwhile; history goes on afterwards', async () => {
  const { chronicle, findings, reader, close } = world.openChronicle(directory);
  chronicle.start();
  const before = chronicle.status();
  await headquarters.stop('fast');
  await headquarters.start({ wal_level: 'replica' });
  await headquarters.run('site', ["insert into note (id, text) values (7001, 'in the dark')"]);
  await until(
    () => findings.some(({ rule, evidence }) => rule === 'history.lost' && evidence['walLevel'] === 'replica'),
    'it is found',
  );
  await headquarters.stop('fast');
  await headquarters.start();
  await headquarters.protect();
  await until(
    async () => {
      await headquarters.run('postgres', ['select pg_log_standby_snapshot()']);
      return chronicle.status().fault === null;
    },
    'history goes on',
    180_000,
  );
  const isTold = () => reader.all("select 1 as found from change where payload like '%in the light%'").length > 0;
  // The jail may have to begin again first, and then begins behind what was written meanwhile.
  let id = 7001;
  const writeAgain = async () => {
    if (isTold()) return true;
    id += 1;
    await commit(headquarters, [await mint()], [`insert into note (id, text) values (${id}, 'in the light')`]);
    await sleepMs(1000);
    return false;
  };
  await until(writeAgain, 'what was written in the light is told', 180_000);
  await until(() => chronicle.status().unknown > before.unknown, 'what was dark is unknown');
  assert.ok(chronicle.status().gaps.length > before.gaps.length);
  assert.equal(reader.all("select 1 as found from change where payload like '%in the dark%'").length, 0);
  await close();
});

async function flushedLsn(): Promise<string> {
  const client = await headquarters.connect();
  const { rows } = await client.query<{ lsn: string }>('select pg_current_wal_flush_lsn()::text as lsn');
  await client.end();
  return rows[0]?.lsn ?? '';
}

/** Whatever is asked for, nothing before this position is. */
const behind = (lsn: string) => (url: string) =>
  url.replace(/after=([^&]*)/, (same, asked) =>
    parseLsn(decodeURIComponent(asked)) < parseLsn(lsn) ? `after=${encodeURIComponent(lsn)}` : same,
  );

async function headquartersLsn(): Promise<string> {
  const client = await headquarters.connect();
  await client.query("select pg_logical_emit_message(true, 'end', 'x')");
  const { rows } = await client.query<{ lsn: string }>('select pg_current_wal_flush_lsn()::text as lsn');
  await client.end();
  return rows[0]?.lsn ?? '';
}

/** A jail that leaves out transactions whose lines hold a text, and is asked for something else than it is asked for. */
async function silence(peer: WirePeer, text: string, ask = (url: string) => url): Promise<WirePeer> {
  const socket = join(makeDirectory(), 'silent.sock');
  const server = createServer((incoming, outgoing) => {
    const asked = request(
      {
        socketPath: peer.socket,
        method: incoming.method,
        path: ask(incoming.url ?? ''),
        headers: { ...incoming.headers, authorization: `Bearer ${peer.secret}` },
      },
      (reply) => {
        outgoing.writeHead(reply.statusCode ?? 500, reply.headers);
        reply.on('error', () => outgoing.destroy());
        outgoing.on('close', () => reply.destroy());
        if (!incoming.url?.startsWith('/decoding?')) return void reply.pipe(outgoing);
        let rest = '';
        let held: string[] = [];
        reply.setEncoding('utf8').on('data', (chunk: string) => {
          const lines = (rest + chunk).split('\n');
          rest = lines.pop() ?? '';
          for (const line of lines) {
            held.push(line);
            if (/"data":"(?!COMMIT)/.test(line)) continue;
            if (!held.some((one) => one.includes(text))) outgoing.write(`${held.join('\n')}\n`);
            held = [];
          }
        });
        reply.on('end', () => outgoing.end());
      },
    );
    asked.on('error', () => outgoing.destroy());
    incoming.pipe(asked);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return { socket, secret: peer.secret ?? '' };
}
