import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdir, readdir, readFile, rename, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { temporaryDirectory, waitUntil } from '@bulkhead/testkit';
import { connectionTo, openAdmin } from '../session/connection.ts';
import { locateBinaries } from './binaries.ts';
import { createCluster } from './create-cluster.ts';
import { isAlive } from './leftover-server.ts';
import { type RunningCluster, startCluster } from './start-cluster.ts';

const PASSWORD = 'superuser of a test';
const isRoot = process.getuid?.() === 0;
const owner = isRoot ? { owner: { uid: 54_321, gid: 54_321 } } : {};

const directory = await temporaryDirectory();
const binaries = await locateBinaries({ mustBeReadableByOthers: isRoot, copyInto: join(directory, 'binaries') });
const running = new Set<RunningCluster>();

after(async () => {
  await Promise.all([...running].map((cluster) => cluster.stop('immediate')));
});

function create(name: string, options: { readonly isDisposable?: boolean } = { isDisposable: true }) {
  const dataDirectory = join(directory, name, 'pg');
  return createCluster({
    binaries,
    dataDirectory,
    templateDirectory: join(directory, 'template'),
    superuserPassword: PASSWORD,
    ...owner,
    ...options,
  });
}

async function start(name: string, options: Partial<Parameters<typeof startCluster>[0]> = {}) {
  const dataDirectory = join(directory, name, 'pg');
  const cluster = await startCluster({
    binaries,
    dataDirectory,
    socketDirectory: join(directory, `${name}-s`),
    ...owner,
    ...options,
  });
  running.add(cluster);
  return cluster;
}

function asSuperuser(name: string, password = PASSWORD) {
  return openAdmin(connectionTo(join(directory, `${name}-s`), { database: 'postgres', role: 'postgres', password }));
}

/** A process that starts the cluster's server and then does nothing; resolves with both processes. */
async function startFromChild(name: string, endsWithParent: boolean) {
  const options = {
    binaries,
    dataDirectory: join(directory, name, 'pg'),
    socketDirectory: join(directory, `${name}-s`),
    ...owner,
    endsWithParent,
  };
  const script = `const { startCluster } = await import(${JSON.stringify(import.meta.resolve('./start-cluster.ts'))});
    console.log((await startCluster(${JSON.stringify(options)})).pid);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [chunk] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  return { child, serverPid: Number(String(chunk)) };
}

test('[P2] two clusters made at once from one template both start, keep their rows, and stop', async () => {
  await Promise.all([create('one'), create('two')]);
  for (const name of ['one', 'two']) {
    const cluster = await start(name);
    const admin = await asSuperuser(name);
    await admin.query('create table kept as select 1 as id');
    assert.deepEqual(await admin.query('show data_checksums'), [{ data_checksums: 'on' }]);
    assert.deepEqual(await admin.query('select datlocprovider, datlocale from pg_database where datname = $1', ['postgres']), [
      { datlocprovider: 'b', datlocale: 'C.UTF-8' },
    ]);
    await admin.close();
    await cluster.stop('fast');
    assert.deepEqual(await cluster.exited, { code: 0, signal: null });
  }
});

test('[P3] two clusters of one template have different system identifiers, which their servers tell too', async () => {
  const identifiers = [(await create('one')).systemIdentifier, (await create('two')).systemIdentifier];
  assert.notEqual(identifiers[0], identifiers[1]);
  const cluster = await start('one');
  const admin = await asSuperuser('one');
  assert.deepEqual(await admin.query('select system_identifier::text from pg_control_system()'), [
    { system_identifier: identifiers[0] },
  ]);
  await admin.close();
  await cluster.stop('fast');
});

test('[P2] an existing cluster is left as it is, other files are not overwritten, and a half-made cluster is cleared away', async () => {
  assert.equal((await create('one')).created, false);
  await mkdir(join(directory, 'three/pg'), { recursive: true });
  await writeFile(join(directory, 'three/pg/letter.txt'), 'precious');
  await assert.rejects(create('three'), { code: 'config.invalid', message: /holds other files \(letter\.txt\)/ });

  const { child } = await startIdleChild();
  child.kill('SIGKILL');
  await once(child, 'exit');
  const abandoned = `.pg-building-${child.pid}-0badcafe`;
  await mkdir(join(directory, 'four', abandoned), { recursive: true });
  await mkdir(join(directory, 'four/pg'));
  assert.equal((await create('four', {})).created, true);
  assert.deepEqual(await readdir(join(directory, 'four')), ['pg']);
  const made = await stat(join(directory, 'four/pg'));
  assert.equal(made.mode & 0o777, 0o700);
  assert.equal(made.uid, isRoot ? 54_321 : process.getuid?.());
});

/** A process that has nothing to do with us. */
async function startIdleChild() {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  await once(child, 'spawn');
  return { child };
}

test('[P4] a server left over from a killed parent is ended, and the next start serves the same rows', async () => {
  const { child, serverPid } = await startFromChild('one', false);
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.ok(isAlive(serverPid));
  const cluster = await start('one');
  assert.ok(!isAlive(serverPid));
  const admin = await asSuperuser('one');
  assert.deepEqual(await admin.query('select id from kept'), [{ id: 1 }]);
  await admin.close();
  await cluster.stop('fast');
});

test('[P4] the pid file of a dead server, even if its number now belongs to another process, does not hinder the start', async () => {
  const { child } = await startIdleChild();
  try {
    for (const pid of [child.pid, 999_999_999]) {
      const path = join(directory, 'one/pg/postmaster.pid');
      await writeFile(path, `${pid}\n${join(directory, 'one/pg')}\n1700000000\n5432\n\n\n\nready\n`);
      if (owner.owner !== undefined) await chown(path, owner.owner.uid, owner.owner.gid);
      const cluster = await start('one');
      await cluster.stop('fast');
      assert.ok(isAlive(child.pid ?? 0), 'a process that is no server of this directory was ended');
    }
  } finally {
    child.kill('SIGKILL');
  }
});

test('[P5] after kill -9 of the server its end is seen, and the next start has every committed row', async () => {
  const cluster = await start('one');
  const admin = await asSuperuser('one');
  await admin.query('create table counted (id int primary key)');
  for (let id = 0; id < 50; id += 1) await admin.query('insert into counted values ($1)', [id]);
  process.kill(cluster.pid, 'SIGKILL');
  assert.deepEqual(await cluster.exited, { code: null, signal: 'SIGKILL' });
  await admin.close().catch(() => undefined);

  const again = await start('one');
  const after = await asSuperuser('one');
  assert.deepEqual(await after.query('select count(*)::int as count from counted'), [{ count: 50 }]);
  await after.close();
  await again.stop('fast');
});

test('[P6] a server ends when the process that started it is killed', async () => {
  const { child, serverPid } = await startFromChild('one', true);
  child.kill('SIGKILL');
  await waitUntil(() => !isAlive(serverPid), { what: 'the server has ended' });
});

test('[P7] configuration that stands in the data directory is replaced: settings, log-in rules, and links that point elsewhere', async () => {
  const data = join(directory, 'two/pg');
  const target = join(directory, 'target.txt');
  await writeFile(target, 'untouched');
  await writeFile(join(data, 'postgresql.auto.conf'), "archive_mode = 'on'\narchive_command = 'touch /tmp/attacked'\n");
  await writeFile(join(data, 'pg_hba.conf'), 'local all all trust\n');
  await symlink(target, join(data, 'bulkhead.conf.link'));
  await rename(join(data, 'bulkhead.conf.link'), join(data, 'bulkhead.conf'));

  const cluster = await start('two');
  assert.equal(await readFile(target, 'utf8'), 'untouched');
  await assert.rejects(asSuperuser('two', 'wrong password'), { code: 'postgres.query_failed' });
  const admin = await asSuperuser('two');
  assert.deepEqual(
    await admin.query("select name, setting from pg_settings where name in ('archive_mode', 'listen_addresses') order by name"),
    [
      { name: 'archive_mode', setting: 'off' },
      { name: 'listen_addresses', setting: '' },
    ],
  );
  await assert.rejects(admin.query("alter system set archive_mode = 'on'"), { code: 'postgres.query_failed' });

  await cluster.reconfigure({ synchronous_standby_names: 'offsite' });
  await waitUntil(
    async () =>
      (await admin.query<{ setting: string }>('select current_setting($1) as setting', ['synchronous_standby_names']))[0]
        ?.setting === 'offsite',
    { what: 'the new setting holds' },
  );
  await admin.close();
  await cluster.stop('fast');
});

test('[P20] the log of a server tells of failed statements without the statement, its values or the row', async () => {
  const lines: string[] = [];
  const write = (fields: object, message: string) => {
    lines.push(`${JSON.stringify(fields)} ${message}`);
  };
  const log = { debug: write, info: write, warn: write, error: write };
  const cluster = await start('one', { log });
  const admin = await asSuperuser('one');
  await admin.query('create table unique_word (word text primary key)');
  await admin.query("insert into unique_word values ('hidden-1')");
  await assert.rejects(admin.query("insert into unique_word values ('hidden-1')"));
  await assert.rejects(admin.query("select 'hidden-2'::int"));
  await assert.rejects(admin.query('select $1::int', ['hidden-3']));
  await admin.close();
  await cluster.stop('fast');
  assert.ok(
    lines.some((line) => line.includes('violates unique constraint')),
    lines.join('\n'),
  );
  assert.ok(lines.some((line) => line.includes('invalid input syntax')));
  assert.doesNotMatch(lines.join('\n'), /hidden/);
});

test('a server that cannot start says why, and a setting that would break out of its line is refused', async () => {
  await assert.rejects(start('one', { settings: { shared_buffers: 'plenty' } }), {
    code: 'postgres.start_failed',
    message: /shared_buffers/,
  });
  await assert.rejects(start('one', { settings: { work_mem: "4MB'\nfsync = 'off" } }), { code: 'config.invalid' });
  await assert.rejects(start('one', { socketDirectory: join(directory, 'x'.repeat(90)) }), { code: 'socket.path_too_long' });
});

test('a server can be awaited as started only, and two starts of one data directory leave one server', async () => {
  const first = await start('one', { waitFor: 'started' });
  const second = await start('one', { waitFor: 'read-only' });
  await first.exited;
  const admin = await asSuperuser('one');
  await admin.close();
  await second.stop('immediate');
});

test('root is told that PostgreSQL needs another uid', { skip: !isRoot }, async () => {
  const dataDirectory = join(directory, 'five/pg');
  await assert.rejects(
    createCluster({ binaries, dataDirectory, templateDirectory: join(directory, 'template'), superuserPassword: PASSWORD }),
    {
      code: 'config.invalid',
    },
  );
});
