import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import {
  jailImageSchema,
  jailPositionSchema,
  tableDigestsSchema,
  type VerifyRequest,
  verificationSchema,
} from '@bulkhead/contracts';
import { hasCode, sleepMs } from '@bulkhead/kernel';
import { findIsolation } from '@bulkhead/supervision';
import { waitUntil } from '@bulkhead/testkit';
import { callWire, openWire } from '@bulkhead/wire';
import { z } from 'zod';
import { JAIL_OWNER, JailProcess } from './tests/jail.ts';
import { idsIn, Quarantines, seal } from './tests/quarantines.ts';

const quarantines = await Quarantines.open();
const ISOLATION = await findIsolation(join(quarantines.place.root, 'mounts'), JAIL_OWNER);
const makeEstate = (name: string) => quarantines.makeEstate(name);
const restore = (...asked: Parameters<Quarantines['restore']>) => quarantines.restore(...asked);
after(() => quarantines.end());

const verify = (jail: JailProcess, request: Partial<VerifyRequest> = {}) =>
  callWire(
    jail.peer,
    {
      method: 'POST',
      path: '/verify',
      body: { checks: [], expectedMigrations: [], blobColumns: [], ...request },
      timeoutMs: 120_000,
    },
    verificationSchema,
  );

test('[A7] headquarters killed and wiped while it writes: every acknowledged commit is in the restored copy', () =>
  quarantines.killAndWipe(1));

test('a restored copy tells whether it is sound, what its tables hold, and gives its rows and its image', async (t) => {
  const { headquarters, receiver, root } = await makeEstate('sound');
  const digest = 'ab'.repeat(32);
  await headquarters.run('site', [
    // An administrator's session would not wait for the archive, and the seal could come first.
    'set synchronous_commit = on',
    'create table public.bulkhead_migration (name text primary key, sha256 text not null)',
    `insert into public.bulkhead_migration values ('0001-create-note.sql', '${'1'.repeat(64)}')`,
    'grant select on public.bulkhead_migration to site_reader',
    `insert into note select id, 'note ' || id, case when id % 2 = 0 then '${digest}' end from generate_series(1, 1200) id`,
    "insert into note values (5000, E'line\\nbreak', null)",
  ]);
  await seal(receiver);
  const { jail, health } = await restore(root, receiver, 'q');
  assert.equal(health.state, 'ready', health.message);
  const call = (path: string, body: object) => openWire(jail.peer, { method: 'POST', path, body, timeoutMs: 60_000 });
  const migration = { name: '0001-create-note.sql', sha256: '1'.repeat(64) };

  await t.test('a sound copy passes', async () => {
    const verification = await verify(jail, {
      checks: [{ name: 'notes have texts', sql: "select 1 from note where text = '';" }],
      expectedMigrations: [migration],
      blobColumns: [{ table: 'note', column: 'file' }],
    });
    assert.deepEqual(verification.blobs, [digest]);
    assert.deepEqual([verification.checksums, verification.amcheck.failures], [{ isOk: true, failures: [] }, []]);
    assert.ok(verification.amcheck.tables > 50 && verification.amcheck.indexes > 50);
    assert.equal(verification.isSound, true);
    assert.deepEqual(await jail.query("select 1 from pg_extension where extname = 'amcheck'"), []);
  });

  await t.test('a violated check, a check that fails, other migrations and bad digests do not pass', async () => {
    const verification = await verify(jail, {
      checks: [
        { name: 'no note 7', sql: 'select 1 from note where id = 7' },
        { name: 'broken', sql: 'select 1 from nowhere' },
        { name: 'writes', sql: 'delete from note returning 1' },
        { name: 'sleeps', sql: 'select 1; drop table note' },
      ],
      expectedMigrations: [
        { ...migration, sha256: '2'.repeat(64) },
        { name: '0002-x.sql', sha256: '3'.repeat(64) },
      ],
      blobColumns: [{ table: 'note', column: 'text' }],
    });
    assert.deepEqual(
      verification.checks.map(({ violations, failure }) => [violations, failure !== null]),
      [
        [1, false],
        [0, true],
        [0, true],
        [0, true],
      ],
    );
    assert.deepEqual(verification.migrations, {
      isOk: false,
      missing: ['0002-x.sql'],
      changed: [migration.name],
      unexpected: [],
    });
    assert.ok(verification.badBlobs.length > 0 && verification.badBlobs.length <= 1000);
    assert.equal(verification.isSound, false);
    assert.equal((await idsIn(jail)).size, 1201);
  });

  await t.test('rows come in order of the primary key, one a line, with an end', async () => {
    const lines = await readLines(await call('/rows', { tables: ['note', 'public.bulkhead_migration'] }));
    assert.match(lines[0] ?? '', /^\{"lsn":"0\/[0-9A-F]+"\}$/);
    assert.deepEqual(JSON.parse(lines[1] ?? ''), { table: 'note', row: { id: 1, text: 'note 1', file: null } });
    assert.deepEqual(JSON.parse(lines[1201] ?? ''), { table: 'note', row: { id: 5000, text: 'line\nbreak', file: null } });
    assert.equal(lines.at(-1), '{"end":true,"rows":1202}');
    await jail.query(`create table kind (id numeric primary key, flag boolean, bytes bytea, list text[], at timestamptz,
      double numeric generated always as (id * 2) stored)`);
    await jail.query(
      String.raw`insert into kind values (12345678901234567890.10, true, '\x00ff', '{"a,b",null}', '2026-01-01 00:00+00')`,
    );
    await jail.query('grant select on kind to site_reader');
    const typed = await readLines(await call('/rows', { tables: ['public.kind'], asText: true }));
    assert.deepEqual(JSON.parse(typed[1] ?? '').row, {
      id: '12345678901234567890.10',
      flag: 't',
      bytes: String.raw`\x00ff`,
      list: '{"a,b",NULL}',
      at: '2026-01-01 00:00:00+00',
    });
    const plain = await readLines(await call('/rows', { tables: ['note'], asText: true }));
    assert.deepEqual(JSON.parse(plain[1] ?? '').row, { id: '1', text: 'note 1', file: null });
    const limited = await readLines(await call('/rows', { tables: ['note'], maxRows: 600 }));
    assert.match(limited.at(-1) ?? '', /^\{"error":\{"code":"input.too_large"/);
    const unknown = await readLines(await call('/rows', { tables: ['nothing'] }));
    assert.match(unknown.at(-1) ?? '', /^\{"error":\{"code":"postgres.query_failed"/);
    await assert.rejects(call('/rows', { tables: ['note; drop table note'] }), (error) => hasCode(error, 'input.invalid'));
    await assert.rejects(call('/rows', { tables: [] }), (error) => hasCode(error, 'input.invalid'));
  });

  await t.test('since a mark only what was written later comes, with counts that tell of deletions', async () => {
    const ask = async (since?: string) => {
      const lines = await readLines(await call('/rows', { tables: ['note'], marked: true, ...(since ? { since } : {}) }));
      return { head: JSON.parse(lines[0] ?? ''), rows: lines.slice(1, -1), end: JSON.parse(lines.at(-1) ?? '') };
    };
    const first = await ask();
    assert.deepEqual([first.head.isWhole, first.rows.length, first.end.counts], [true, 1201, { note: 1201 }]);
    assert.deepEqual(first.head.keys, { note: ['id'] });
    const same = await ask(first.head.mark);
    assert.deepEqual([same.head.isWhole, same.rows.length], [false, 0]);
    await jail.query("insert into note (id, text) values (9001, 'late'), (9002, 'later')");
    await jail.query('delete from note where id = 9001');
    const later = await ask(first.head.mark);
    assert.deepEqual([later.rows.length, later.end.counts], [1, { note: 1202 }]);
    await jail.query('delete from note where id = 9002');
    const other = await ask(first.head.mark.replace(/^\d+/, '1'));
    assert.deepEqual([other.head.isWhole, other.rows.length], [true, 1201], 'a mark of another cluster says nothing here');
  });

  await t.test('equal contents have equal digests, changed ones have others', async () => {
    const ask = () =>
      callWire(jail.peer, { method: 'POST', path: '/digest', body: { tables: ['note'] } }, tableDigestsSchema).then(
        ({ tables }) => tables[0],
      );
    const first = await ask();
    assert.equal(first?.rows, 1201);
    assert.deepEqual(await ask(), first);
    await jail.query("update note set text = 'other' where id = 3");
    assert.notEqual((await ask())?.sha256, first?.sha256);
  });

  await t.test('its image is of a cluster that was stopped, and nothing is asked of it afterwards', async () => {
    await assert.rejects(openWire(jail.peer, { method: 'GET', path: '/image' }), (error) =>
      hasCode(error, 'compartment.wrong_state'),
    );
    const image = await callWire(jail.peer, { method: 'POST', path: '/image', timeoutMs: 60_000 }, jailImageSchema);
    assert.equal(image.timeline, health.timeline);
    assert.deepEqual(await callWire(jail.peer, { method: 'POST', path: '/image' }, jailImageSchema), image);
    const reply = await openWire(jail.peer, { method: 'GET', path: '/image', timeoutMs: 60_000 });
    let bytes = 0;
    for await (const chunk of reply.body) bytes += Buffer.from(chunk).length;
    assert.equal(bytes, image.bytes);
    await assert.rejects(call('/digest', { tables: ['note'] }), (error) => hasCode(error, 'compartment.wrong_state'));
  });

  await t.test('who does not know the secret is sent away', async () => {
    for (const path of ['/health', '/image']) {
      const stranger = { socket: jail.peer.socket, secret: 'x'.repeat(20) };
      await assert.rejects(callWire(stranger, { method: 'GET', path }, z.unknown()), (error) =>
        hasCode(error, 'request.unauthenticated'),
      );
    }
  });
  await jail.kill();
  await receiver.kill();
});

test('[A5] a copy restored to an earlier position has what was committed before it, on the timeline it was given', async () => {
  const { headquarters, receiver, root } = await makeEstate('target');
  await headquarters.run('site', ['set synchronous_commit = on', "insert into note values (1, 'before')"]);
  const client = await headquarters.connect();
  const { rows } = await client.query<{ lsn: string }>('select pg_current_wal_flush_lsn()::text as lsn');
  await client.query("insert into note values (2, 'after')");
  await client.end();
  await seal(receiver);
  const target = rows[0]?.lsn ?? '';
  const { jail, health } = await restore(root, receiver, 'q', { TARGET_LSN: target, NEW_TIMELINE: '9' });
  assert.equal(health.state, 'ready', health.message);
  assert.equal(health.timeline, 9);
  assert.deepEqual([...(await idsIn(jail))], [1]);
  const histories = await jail.query<{ name: string }>("select name from pg_ls_waldir() where name like '%.history'");
  assert.deepEqual(
    histories.map(({ name }) => name),
    ['00000009.history'],
  );
  await jail.kill();
  await receiver.kill();
});

test('[A8] what an attacker with all rights at headquarters laid in wait does not run in a jail', async () => {
  const { headquarters, receiver, root } = await makeEstate('hostile');
  const trap = join(root, 'trap');
  await mkdir(trap, { mode: 0o700 });
  if (JAIL_OWNER) await chown(trap, JAIL_OWNER.uid, JAIL_OWNER.gid);
  await headquarters.run('site', [
    // An administrator's session would not wait for the archive, and the seal could come first.
    'set synchronous_commit = on',
    "alter database postgres set session_preload_libraries = 'no_such_library'",
    'alter database site set event_triggers = on',
    `create function public.spring() returns event_trigger language plpgsql security definer as $$
       begin execute 'copy (select 1) to program ''touch ${trap}/sprung'''; end $$`,
    'create event trigger lie_in_wait on login execute function public.spring()',
    'alter event trigger lie_in_wait enable always',
  ]);
  await seal(receiver);
  const { jail, health } = await restore(root, receiver, 'q');
  assert.equal(health.state, 'ready', health.message);
  await callWire(jail.peer, { method: 'GET', path: '/position' }, jailPositionSchema);
  const digests = await callWire(jail.peer, { method: 'POST', path: '/digest', body: { tables: ['note'] } }, tableDigestsSchema);
  assert.equal(digests.tables.length, 1);
  assert.equal((await verify(jail)).amcheck.isOk, true);
  assert.deepEqual(await readdir(trap), []);
  // Ordinary sessions spring the trap: it was set well.
  const spring = async () => {
    await jail.query('select 1').catch(() => undefined);
    return (await readdir(trap)).length > 0;
  };
  await waitUntil(spring, { what: 'an ordinary session springs the trap' });
  assert.deepEqual(await readdir(trap), ['sprung']);
  await jail.kill();
  await receiver.kill();
});

test('[SU6] what a login trigger starts in an isolated jail sees no archive, no keys and no port of this machine', {
  skip: ISOLATION ? false : 'needs root and a system that gives namespaces',
}, async (t) => {
  const { headquarters, receiver, root } = await makeEstate('isolated');
  const mine = join(root, 'q', 'told');
  const keys = join(root, 'keys');
  await mkdir(keys, { mode: 0o755 });
  await writeFile(join(keys, 'order-key.json'), 'readable by all: nothing but the namespace is in the way', { mode: 0o644 });
  const open = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
  t.after(() => open.close());
  await once(open, 'listening');
  const { port } = z.object({ port: z.number() }).parse(open.address());
  const connect = `require("net").connect(${port},"127.0.0.1").on("connect",()=>{console.log("CONNECTED");process.exit()}).on("error",(e)=>console.log(e.code))`;
  const look = `(ls ${receiver.directory}; ls ${keys}; ls ${receiver.walSocketDirectory}; ${process.execPath} -e '${connect}') > ${mine} 2>&1; mv ${mine} ${mine}.whole`;
  await headquarters.run('site', [
    'set synchronous_commit = on',
    'alter database site set event_triggers = on',
    `create function public.spring() returns event_trigger language plpgsql security definer as $body$
       begin execute $program$copy (select 1) to program $$${look}$$ $program$; end $body$`,
    'create event trigger lie_in_wait on login execute function public.spring()',
    'alter event trigger lie_in_wait enable always',
  ]);
  await seal(receiver);
  const { jail, health } = await restore(root, receiver, 'q', {}, ISOLATION);
  assert.equal(health.state, 'ready', health.message);
  assert.equal((await verify(jail)).amcheck.isOk, true);
  const told = await waitUntil(
    async () => {
      await jail.query('select 1').catch(() => undefined);
      return readFile(`${mine}.whole`, 'utf8').catch(() => undefined);
    },
    { what: 'an ordinary session springs the trap' },
  );
  assert.match(told, new RegExp(`${receiver.directory}.*No such file`));
  assert.match(told, new RegExp(`${keys}.*No such file`));
  assert.match(told, /ENETUNREACH/);
  assert.doesNotMatch(told, /CONNECTED|order-key/);
  // The same user sees both outside: it is the namespaces that hold it.
  const outside = await promisify(execFile)('/bin/sh', ['-c', `ls ${keys}; ${process.execPath} -e '${connect}'`], {
    ...JAIL_OWNER,
  });
  assert.match(outside.stdout, /order-key[^]*CONNECTED/);
  await jail.kill();
  await receiver.kill();
});

test('[A4] a restore from a damaged archive fails and says so', async () => {
  const { headquarters, receiver, root } = await makeEstate('damaged');
  await headquarters.run('site', [
    "insert into note values (1, 'first')",
    'select pg_switch_wal()',
    "insert into note values (2, 'second')",
  ]);
  await receiver.until((status) => status.lagBytes === 0, 'all is received');
  const { systemId } = await receiver.status();
  const directory = join(receiver.directory, 'site', systemId ?? '');
  const wal = join(directory, 'wal');
  for (let waitedMs = 0; waitedMs < 30_000 && (await listRaw(wal)).length > 0; waitedMs += 50) await sleepMs(50);
  await seal(receiver);
  await receiver.kill();
  const base = join(directory, 'pack', (await readdir(join(directory, 'pack')))[0] ?? '');
  const packed = join(
    wal,
    (await readdir(wal))
      .filter((name) => name.endsWith('.zst.enc'))
      .toSorted()
      .at(-1) ?? '',
  );
  const growing = join(wal, (await readdir(wal)).find((name) => name.endsWith('.partial')) ?? '');
  for (const [name, path] of Object.entries({ base, packed, growing })) {
    const sound = await readFile(path);
    await writeFile(path, flip(sound));
    await receiver.start();
    const { jail, health } = await restore(root, receiver, `q-${name}`);
    assert.deepEqual([health.state, health.code], ['failed', 'archive.damaged'], `${name}: ${health.message}`);
    await jail.kill();
    await receiver.kill();
    await writeFile(path, sound);
  }
  await receiver.start();
  const { jail, health } = await restore(root, receiver, 'q-sound');
  assert.equal(health.state, 'ready', health.message);
  assert.deepEqual([...(await idsIn(jail))], [1, 2]);
  await jail.kill();
  await receiver.kill();
});

test('[A9] a flipped bit in a page of the restored copy is found by the verification', async () => {
  const { headquarters, receiver, root } = await makeEstate('page');
  await headquarters.run('site', [
    'set synchronous_commit = on',
    "insert into note select id, 'note ' || id from generate_series(1, 2000) id",
  ]);
  await seal(receiver);
  const { jail, health } = await restore(root, receiver, 'q');
  assert.equal(health.state, 'ready', health.message);
  const [found] = await jail.query<{ path: string }>("select pg_relation_filepath('note') as path");
  const path = join(jail.directory, 'pg', found?.path ?? '');
  await jail.query('checkpoint');
  const owner = await stat(path);
  await writeFile(path, flip(await readFile(path)));
  await chown(path, owner.uid, owner.gid);
  const verification = await verify(jail);
  assert.equal(verification.checksums.isOk, false);
  assert.equal(verification.amcheck.isOk, false);
  assert.ok(verification.amcheck.failures.some(({ relation }) => /note/.test(relation)));
  assert.equal(verification.isSound, false);
  await jail.kill();
  await receiver.kill();
});

const listRaw = async (wal: string) => (await readdir(wal)).filter((name) => /^[0-9A-F]{24}$/.test(name));

function flip(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  const at = copy.length >> 1;
  copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
  return copy;
}

async function readLines(reply: { readonly body: AsyncIterable<unknown> }): Promise<string[]> {
  let text = '';
  for await (const chunk of reply.body) text += String(chunk);
  return text.trimEnd().split('\n');
}
