import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { access, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { SiteStatus } from '@bulkhead/contracts';
import { hasCode } from '@bulkhead/kernel';
import { isRoot } from '@bulkhead/supervision';
import { waitUntil } from '@bulkhead/testkit';
import { callWire } from '@bulkhead/wire';
import { z } from 'zod';
import { BootedOffsite } from './booted-offsite.ts';

const offsite = await BootedOffsite.prepare();
after(() => offsite.remove());
offsite.start();

const quarantineSchema = z.object({ socket: z.string(), secret: z.string() });
const post = <Schema extends z.ZodType>(path: string, body: unknown, schema: Schema) =>
  callWire(offsite.control, { method: 'POST', path, body, timeoutMs: 60_000 }, schema);
const processOf = ({ processes }: SiteStatus, name: string) => processes.find((one) => one.name === name);
const isReady = ({ ready }: SiteStatus) => ready;

function isAlive(pid: number): Promise<boolean> {
  return readFile(`/proc/${pid}/stat`, 'utf8').then(
    (text) => !/\) Z /.test(text),
    () => false,
  );
}

/** Tries to connect to a socket as somebody; the answer is "connected" or the error's code. */
function connectAs(owner: { readonly uid: number; readonly gid: number }, socket: string): string {
  const code = `const s=require('net').connect(process.argv[1]);s.on('connect',()=>{console.log('connected');process.exit()});s.on('error',e=>console.log(e.code))`;
  return spawnSync(process.execPath, ['-e', code, socket], { ...owner, encoding: 'utf8' }).stdout.trim();
}

test('off-site comes up without headquarters: every process, its database and a standby for each compartment', async () => {
  const status = await offsite.until(isReady, 'off-site is ready');
  assert.deepEqual(status.processes.map(({ name }) => name).toSorted(), [
    'database',
    'history',
    'ledger',
    'publisher',
    'receiver',
    'recovery',
    'standby-alpha',
    'standby-beta',
    'status',
    'vault',
  ]);
  assert.equal(status.boundary, isRoot() ? 'uid' : 'api');
});

test('[SU2] as root each process of off-site has a uid of its own, and each key is readable by the one process that signs with it', async (t) => {
  if (!isRoot()) return t.skip('not shown: as an ordinary user all processes share a uid');
  const status = await offsite.until(isReady, 'off-site is ready');
  const uids = status.processes.map(({ uid }) => uid);
  assert.equal(new Set(uids).size, uids.length, JSON.stringify(uids));
  assert.equal(uids.includes(0), false);
  for (const name of ['recovery', 'publisher', 'ledger']) {
    const key = await stat(join(offsite.directory, 'd', name, 'secrets/signing-key.json'));
    assert.deepEqual([key.uid, key.mode & 0o777], [processOf(status, name)?.uid, 0o400]);
  }
  assert.equal((await stat(join(offsite.directory, 'given/order-key.json'))).uid, 0, 'what root was given stays as it is');
});

test('[SU4] headquarters reaches the doors meant for it and no other; a jail reaches the receiver and its own WAL only', async (t) => {
  if (!isRoot()) return t.skip('not shown: as an ordinary user all processes share a uid');
  const status = await offsite.until(isReady, 'off-site is ready');
  await waitUntil(() => access(join(offsite.directory, 'r/offsite/wal-alpha/.s.PGSQL.5432')).then(() => true), {
    what: 'WAL is served',
  });
  const at = (path: string) => join(offsite.directory, 'r/offsite', path);
  const headquarters = { uid: 61_999, gid: 61_999 };
  for (const door of ['recovery.sock', 'publisher.sock', 'vault.sock', 'desk.sock'])
    assert.equal(connectAs(headquarters, at(door)), 'connected', door);
  const inner = [
    'internal/recovery/recovery.sock',
    'internal/ledger/ledger.sock',
    'internal/supervisor.sock',
    'internal/database/.s.PGSQL.5432',
  ];
  for (const door of [...inner, 'wal-alpha/.s.PGSQL.5432', 'j/s-alpha/control.sock', 'supervisor.sock']) {
    assert.equal(connectAs(headquarters, at(door)), 'EACCES', door);
  }
  const uid = processOf(status, 'standby-alpha')?.uid ?? 0;
  const { gid } = await stat(join(offsite.directory, 'd/standby/alpha'));
  const jail = { uid, gid };
  assert.equal(connectAs(jail, at('receiver/receiver.sock')), 'connected');
  assert.equal(connectAs(jail, at('wal-alpha/.s.PGSQL.5432')), 'connected');
  for (const door of [...inner, 'wal-beta/.s.PGSQL.5432', 'j/s-beta/control.sock', 'supervisor.sock']) {
    assert.equal(connectAs(jail, at(door)), 'EACCES', door);
  }
});

test('a quarantine is started once however often it is asked for, under a fresh uid, and nothing of it stays when it is given back', async () => {
  await offsite.until(isReady, 'off-site is ready');
  const asked = { compartment: 'alpha', id: 'r1234' };
  const [first, again] = await Promise.all([
    post('/quarantines', asked, quarantineSchema),
    post('/quarantines', asked, quarantineSchema),
  ]);
  assert.deepEqual(first, again);
  await callWire(first, { method: 'GET', path: '/health' }, z.unknown()).catch(() => undefined);
  const answers = () => callWire(first, { method: 'GET', path: '/health' }, z.looseObject({})).then(() => true);
  await waitUntil(answers, { what: 'the quarantine answers' });
  const status = await offsite.status();
  const uid = processOf(status, 'quarantine-r1234')?.uid;
  if (isRoot()) assert.equal(status.processes.filter((one) => one.uid === uid).length, 1);
  await assert.rejects(post('/quarantines', { compartment: 'gamma', id: 'r5' }, z.unknown()), (error) =>
    hasCode(error, 'compartment.unknown'),
  );
  for (const id of ['../x', 'x'.repeat(30), 'UPPER']) {
    await assert.rejects(post('/quarantines', { compartment: 'alpha', id }, z.unknown()), (error) =>
      hasCode(error, 'input.invalid'),
    );
  }
  await callWire(offsite.control, { method: 'DELETE', path: '/quarantines/r1234', timeoutMs: 60_000 }, z.unknown());
  assert.equal(processOf(await offsite.status(), 'quarantine-r1234'), undefined);
  for (const path of ['d/quarantine/r1234', 'r/offsite/j/q-r1234']) await assert.rejects(access(join(offsite.directory, path)));
  await callWire(offsite.control, { method: 'DELETE', path: '/quarantines/r1234', timeoutMs: 60_000 }, z.unknown());
});

test("[DR2] who reads a copy of an archive to a drill has the receiver's uid, and its end leaves the receiver alone", async () => {
  const before = await offsite.until(isReady, 'off-site is ready');
  const receiver = processOf(before, 'receiver');
  await post('/archive-reader', { compartment: 'beta', copy: 'd-test' }, z.unknown());
  const during = await offsite.until((status) => typeof processOf(status, 'reader')?.pid === 'number', 'the reader was started');
  assert.equal(processOf(during, 'reader')?.uid, receiver?.uid);
  await callWire(offsite.control, { method: 'DELETE', path: '/archive-reader', timeoutMs: 30_000 }, z.unknown());
  const later = await offsite.until((status) => processOf(status, 'reader') === undefined, 'the reader is gone');
  assert.equal(processOf(later, 'receiver')?.pid, receiver?.pid);
});

test('a standby is thrown away and begun again on demand', async () => {
  const before = processOf(await offsite.until(isReady, 'off-site is ready'), 'standby-beta')?.pid;
  await post('/standbys/beta/rebuild', {}, z.unknown());
  await offsite.until((status) => {
    const found = processOf(status, 'standby-beta');
    return found?.pid !== undefined && found.pid !== null && found.pid !== before;
  }, 'the standby runs anew');
  await assert.rejects(post('/standbys/gamma/rebuild', {}, z.unknown()), (error) => hasCode(error, 'compartment.unknown'));
});

test('[SU3] a second off-site on the same data is told estate.already_running', async () => {
  await offsite.until(isReady, 'off-site is ready');
  const { code, output } = await offsite.startAnother();
  assert.equal(code, 1);
  assert.match(output, /runs this site/);
  assert.equal((await offsite.status()).ready, true);
});

test('a killed database and a killed process come back by themselves', async () => {
  for (const name of ['vault', 'database']) {
    const before = processOf(await offsite.until(isReady, 'off-site is ready'), name)?.pid ?? 0;
    process.kill(before, 'SIGKILL');
    await offsite.until((status) => isReady(status) && processOf(status, name)?.pid !== before, `${name} is back`);
  }
});

test('[SU1] off-site killed with -9 leaves no process behind and starts again; asked to stop, it leaves with 0', async () => {
  const status = await offsite.until(isReady, 'off-site is ready');
  const pids = status.processes.flatMap(({ pid }) => (pid === null ? [] : [pid]));
  await offsite.end('SIGKILL');
  for (const pid of pids) await waitUntil(async () => !(await isAlive(pid)), { what: `process ${pid} has ended` });
  offsite.start();
  await offsite.until(isReady, 'off-site is ready again');
  assert.equal(await offsite.end(), 0);
});
