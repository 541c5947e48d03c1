import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cp, lchown, lstat, mkdir, readdir, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, beforeEach, test } from 'node:test';
import { basesSchema, joinedStreamSchema } from '@bulkhead/contracts';
import { hasCode, sleepMs } from '@bulkhead/kernel';
import { callWire, openWire } from '@bulkhead/wire';
import { z } from 'zod';
import { parseLsn } from '#archive/wal.rules.ts';
import { HEADQUARTERS_OWNER, Headquarters, makePlace, ReceiverProcess } from './tests/headquarters.ts';

const place = await makePlace();
let headquarters: Headquarters;
let receiver: ReceiverProcess;
let rounds = 0;

beforeEach(async () => {
  const root = join(place.root, `r${(rounds += 1)}`);
  headquarters = new Headquarters(root);
  await headquarters.create();
  receiver = new ReceiverProcess(root, headquarters.socketDirectory);
  await receiver.start();
  await receiver.until((status) => status.state === 'streaming', 'it streams');
  await untilBases(1);
});
afterEach(async () => {
  await receiver.kill();
  await headquarters.stop();
});
after(() => place.remove());

async function untilBases(wanted: number): Promise<void> {
  for (let waitedMs = 0; waitedMs < 60_000; waitedMs += 50) {
    const { bases } = await callWire(receiver.peer, { method: 'GET', path: '/compartments/site/bases' }, basesSchema);
    if (bases.length >= wanted) return;
    await sleepMs(50);
  }
  throw new Error(`fewer than ${wanted} bases\n${receiver.output}`);
}

const switchWal = ['select pg_switch_wal()', 'checkpoint'];
const change = (text: string) => `insert into note (id, text) select max(id) + 1, '${text}' from note`;
const join_ = (body: object) =>
  callWire(receiver.peer, { method: 'POST', path: '/compartments/site/join', body }, joinedStreamSchema);
const walDirectory = async () => join(receiver.directory, 'site', (await receiver.status()).systemId ?? '', 'wal');

test('[A1] [R11] WAL that headquarters no longer has is a gap until a join leaves it behind, with a new base; a new password comes with the join, and the one before is tried too', async () => {
  await headquarters.run('site', ["insert into note values (1, 'first')"]);
  await receiver.kill();
  await headquarters.reconfigure({ wal_keep_size: '0' });
  await headquarters.run('site', ["select pg_drop_replication_slot('offsite')"]);
  for (let segment = 0; segment < 6; segment += 1) await headquarters.run('site', [change('lost'), ...switchWal]);
  await receiver.start();
  const broken = await receiver.until((status) => status.state === 'broken', 'it is broken');
  assert.equal(broken.fault?.code, 'archive.gap');

  const order = { systemId: broken.systemId, timeline: 1, epoch: 1 };
  await assert.rejects(join_(order), (error) => hasCode(error, 'compartment.wrong_state'));
  const password = 'a password that replaced the one of the joining';
  await headquarters.run('postgres', [`alter role offsite password '${password}'`]);
  await join_({ ...order, acceptGap: true, password });
  const status = await receiver.until((one) => one.state === 'streaming', 'it streams past the gap');
  assert.equal(status.gaps.length, 1);
  assert.equal(status.gaps[0]?.fromLsn, broken.flushedLsn);
  await untilBases(2);
  const path = (from: string | undefined) => `/compartments/site/wal?from=${from}`;
  await assert.rejects(callWire(receiver.peer, { method: 'GET', path: path('0/2000028') }, z.unknown()), (error) =>
    hasCode(error, 'archive.gap'),
  );
  await callWire(receiver.peer, { method: 'GET', path: path(status.gaps[0]?.toLsn) }, z.unknown());
  await receiver.kill();
  await receiver.start();
  await receiver.until((one) => one.state === 'streaming', 'it streams after a restart, with the password that it kept');
  await receiver.kill();
  await headquarters.run('postgres', ["alter role offsite password 'fixture-offsite'"]);
  await receiver.start();
  await receiver.until((one) => one.state === 'streaming', 'it streams though headquarters stands before the change');
  assert.ok(!JSON.stringify(await receiver.status()).includes(password));
});

test('[R10] a commit that could not be restored, for want of a base backup, is not acknowledged', async () => {
  await receiver.kill();
  await rm(join(receiver.directory, 'site'), { recursive: true });
  // Whoever may stream but not take base backups: what is received could not be restored.
  await headquarters.run('site', [`create tablespace elsewhere location '${await makeTablespace()}'`]);
  await receiver.start();
  const broken = await receiver.until((status) => status.state === 'broken', 'it is broken');
  assert.equal(broken.fault?.code, 'receiver.base_failed');
  await headquarters.protect();
  const acknowledged: number[] = [];
  const writing = headquarters.writeNotes(acknowledged, { from: 1, until: () => acknowledged.length === 5 });
  const { flushedLsn } = await receiver.until((status) => status.flushedLsn !== null && status.lagBytes === 0, 'all is received');
  assert.ok(flushedLsn);
  await sleepMs(500);
  assert.deepEqual(acknowledged, []);
  await headquarters.run('site', ['drop tablespace elsewhere']);
  await callWire(receiver.peer, { method: 'POST', path: '/compartments/site/base', timeoutMs: 60_000 }, z.unknown());
  await writing;
  assert.equal(acknowledged.length, 5);
  assert.equal((await receiver.status()).state, 'streaming');
});

test('[R8] headquarters set back to an earlier state is not followed, and nothing is acknowledged', async () => {
  await headquarters.stop('fast');
  const copy = `${headquarters.dataDirectory}-earlier`;
  await copyTree(headquarters.dataDirectory, copy);
  await headquarters.start();
  await receiver.until((status) => status.state === 'streaming', 'it streams');
  await headquarters.run('site', ["insert into note values (1, 'will be gone')"]);
  const { flushedLsn } = await receiver.until((status) => status.lagBytes === 0, 'all is received');
  await headquarters.stop('fast');
  await rm(headquarters.dataDirectory, { recursive: true });
  await copyTree(copy, headquarters.dataDirectory);
  await headquarters.start();
  const status = await receiver.until((one) => one.state === 'broken', 'it is broken');
  assert.ok(['receiver.wrong_cluster', 'archive.damaged'].includes(status.fault?.code ?? ''), status.fault?.code);
  assert.ok(parseLsn(status.flushedLsn ?? '0/0') >= parseLsn(flushedLsn ?? '0/0'));
  for (let id = 2; id < 40; id += 1) await headquarters.run('site', [`insert into note values (${id}, 'rewritten')`]);
  await headquarters.protect();
  const client = await headquarters.connect();
  await client.query("set statement_timeout = '1s'");
  const waits = client.query("insert into note values (1000, 'must wait')");
  assert.equal(await Promise.race([waits.then(() => 'acknowledged'), sleepMs(3000).then(() => 'waiting')]), 'waiting');
  assert.equal((await receiver.status()).state, 'broken');
  await headquarters.stop();
  await waits.catch(() => undefined);
  await client.end().catch(() => undefined);
});

test('[R8] another cluster in the place of the joined one is not followed', async () => {
  await headquarters.stop('fast');
  await rm(headquarters.dataDirectory, { recursive: true });
  await headquarters.create();
  const status = await receiver.until((one) => one.state === 'broken', 'it is broken');
  assert.equal(status.fault?.code, 'receiver.wrong_cluster');
});

test('[A4] a flipped bit in an archived segment, or in the growing one, is told to whoever reads it', async () => {
  await headquarters.run('site', ["insert into note values (1, 'first')", ...switchWal, change('second')]);
  await receiver.until((status) => status.lagBytes === 0, 'all is received');
  const wal = await walDirectory();
  const packed = await untilPacked(wal);
  const growing =
    (await readdir(wal))
      .filter((name) => name.endsWith('.partial'))
      .toSorted()
      .at(-1) ?? '';
  const name = (file: string) => file.replace(/\..*$/, '');
  const read = async (file: string) => {
    const reply = await openWire(receiver.peer, {
      method: 'GET',
      path: `/compartments/site/wal/${name(file)}`,
      timeoutMs: 120_000,
    });
    for await (const chunk of reply.body) assert.ok(chunk);
  };
  await read(packed);
  await read(growing);
  await flip(join(wal, growing));
  await assert.rejects(read(growing), (error) => hasCode(error, 'archive.damaged'));
  await receiver.kill();
  await flip(join(wal, packed));
  await receiver.start();
  await assert.rejects(read(packed), (error) => hasCode(error, 'archive.damaged'));
  // The growing segment differs from what headquarters has, and so nothing of it is acknowledged any more [R3].
  const status = await receiver.until((one) => one.state === 'broken', 'it is broken');
  assert.equal(status.fault?.code, 'archive.damaged');
});

test('[R5] an archive whose record is gone or unreadable is not taken for one that was never sealed', async () => {
  await receiver.kill();
  const path = join(receiver.directory, 'site/state.json');
  const record = await readFile(path);
  for (const content of [undefined, Buffer.from('{"epoch":0}'), record.subarray(0, 40)]) {
    if (content) await writeFile(path, content);
    else await unlink(path);
    await receiver.start();
    const status = await receiver.status();
    assert.deepEqual([status.state, status.fault?.code], ['broken', 'archive.damaged']);
    await receiver.kill();
  }
  await writeFile(path, record);
  await receiver.start();
  await receiver.until((status) => status.state === 'streaming', 'it streams again');
});

test('[R6] while the disk is full commits wait; when there is room they go on, and a seal is recorded even then', async (t) => {
  const small = join(place.root, 'small');
  try {
    if (process.getuid?.() !== 0) throw new Error('only root can mount');
    execFileSync('mkdir', ['-p', small]);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=120m', 'tmpfs', small], { stdio: 'ignore' });
  } catch {
    return t.skip('needs the right to mount a small file system');
  }
  await receiver.kill();
  receiver = new ReceiverProcess(join(place.root, `r${rounds}`), headquarters.socketDirectory, join(small, 'archive'));
  try {
    await receiver.start();
    await receiver.until((status) => status.state === 'streaming', 'it streams');
    await untilBases(1);
    await headquarters.protect();
    await fill(small);
    const acknowledged: number[] = [];
    const writing = headquarters.writeNotes(acknowledged, { from: 1, until: () => acknowledged.length >= 40_000, bytes: 5000 });
    await receiver.until((status) => status.fault?.code === 'disk.full', 'the disk is full');
    // What was laid out before the disk was full may fill up yet.
    const whileFull = await untilStill(acknowledged);
    await sleepMs(1000);
    assert.equal(acknowledged.length, whileFull);
    await unlink(join(small, 'ballast'));
    while (acknowledged.length < whileFull + 50) await sleepMs(50);
    await fill(small);
    await receiver.until((status) => status.fault?.code === 'disk.full', 'the disk is full again');
    const sealed = await callWire(
      receiver.peer,
      { method: 'POST', path: '/compartments/site/seal', body: { epoch: 1 } },
      z.unknown(),
    );
    assert.ok(sealed);
    await receiver.kill();
    await receiver.start();
    assert.equal((await receiver.status()).state, 'sealed');
    await headquarters.stop('immediate');
    await writing;
  } finally {
    await receiver.kill();
    execFileSync('umount', [small]);
  }
});

/** How many there are when for a second none was added. */
async function untilStill(acknowledged: readonly number[]): Promise<number> {
  for (let round = 0; round < 60; round += 1) {
    const before = acknowledged.length;
    await sleepMs(1000);
    if (acknowledged.length === before) return before;
  }
  throw new Error('commits go on though the disk is full');
}

/** Writes until the disk is full, but for what the archive already has. */
async function fill(directory: string): Promise<void> {
  const path = join(directory, 'ballast');
  const piece = Buffer.alloc(65_536, 1);
  const full = await writeFile(path, repeat(piece)).then(
    () => false,
    (error: NodeJS.ErrnoException) => error.code === 'ENOSPC',
  );
  assert.ok(full);
}

function* repeat(piece: Buffer): Generator<Buffer> {
  for (let pieces = 0; pieces < 10_000; pieces += 1) yield piece;
}

async function makeTablespace(): Promise<string> {
  const path = join(place.root, `tablespace-${rounds}`);
  await mkdir(path, { mode: 0o700 });
  if (HEADQUARTERS_OWNER) await lchown(path, HEADQUARTERS_OWNER.uid, HEADQUARTERS_OWNER.gid);
  return path;
}

async function untilPacked(wal: string): Promise<string> {
  for (let waitedMs = 0; waitedMs < 30_000; waitedMs += 50) {
    const names = await readdir(wal);
    // Packed for good: the raw segment is gone, so that no restart packs it again.
    const found = names
      .filter((name) => name.endsWith('.zst.enc') && !names.includes(name.slice(0, -8)))
      .toSorted()
      .at(-1);
    if (found) return found;
    await sleepMs(50);
  }
  throw new Error('no segment was packed');
}

async function flip(path: string): Promise<void> {
  const bytes = await readFile(path);
  const at = bytes.length >> 1;
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  await writeFile(path, bytes);
}

async function copyTree(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true, verbatimSymlinks: true });
  if (HEADQUARTERS_OWNER) await give(to, HEADQUARTERS_OWNER.uid, HEADQUARTERS_OWNER.gid);
}

async function give(path: string, uid: number, gid: number): Promise<void> {
  await lchown(path, uid, gid);
  if ((await lstat(path)).isDirectory()) for (const name of await readdir(path)) await give(join(path, name), uid, gid);
}
