import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createLog, hasCode, sleepMs } from '@bulkhead/kernel';
import { makeDirectory } from '#file/directory.ts';
import { endLeftovers } from '#leftover/pid-registry.ts';
import { isRoot } from '#owner/owner.ts';
import { createUidAllocator } from '#owner/uid-allocator.ts';
import { answersSignal, identifyProcess } from '#process/identity.ts';
import { MEMORY_VARIABLES, type ProcessChange } from '#process/supervised-process.ts';
import type { Supervision } from '#supervision.ts';
import { askAbout, exampleSpec, superviseIn, temporaryDirectory } from './estate-of-examples.ts';

const LONG_MS = 60_000;

function untilChange(supervision: Supervision, isWanted: (change: ProcessChange) => boolean): Promise<ProcessChange> {
  return new Promise((resolve) => {
    const forget = supervision.onChange((change) => {
      if (!isWanted(change)) return;
      forget();
      resolve(change);
    });
  });
}

test('a process starts with nothing of our environment, without files of others and without code from strings', async (t) => {
  const directory = await temporaryDirectory(t);
  const supervision = await superviseIn(t, directory);
  await supervision.start(await exampleSpec(directory, 'one'));
  await supervision.untilHealthy('one', LONG_MS);
  const about = await askAbout(directory, 'one');
  assert.deepEqual(about.environment, ['BULKHEAD_SUPERVISED', ...Object.keys(MEMORY_VARIABLES), 'SECRET', 'SOCKET']);
  assert.equal(about.passwd, 'ERR_ACCESS_DENIED');
  assert.match(about.code, /EvalError/);
  const [status] = supervision.status();
  assert.equal(status?.state, 'running');
  assert.equal(status?.pid, about.pid);
  assert.equal(status?.restarts, 0);
});

test('a process may use its whole directory, though a file in it is named once more', async (t) => {
  const directory = await temporaryDirectory(t);
  const supervision = await superviseIn(t, directory);
  const spec = await exampleSpec(directory, 'one', { environment: { DIRECTORY: join(directory, 'one') } });
  await supervision.start({ ...spec, read: [...spec.read, join(directory, 'one/s.sock')] });
  await supervision.untilHealthy('one', LONG_MS);
  assert.equal((await askAbout(directory, 'one')).ownDirectory, 'got secret.txt');
});

test('a stopped process ends by itself, and its last words stand in its log', async (t) => {
  const directory = await temporaryDirectory(t);
  const supervision = await superviseIn(t, directory);
  await supervision.start(await exampleSpec(directory, 'one'));
  await supervision.untilHealthy('one', LONG_MS);
  await supervision.stop('one');
  assert.equal(supervision.statusOf('one')?.state, 'stopped');
  assert.match(await readFile(join(directory, 'logs/one.log'), 'utf8'), /example process stops/);
});

test('a killed process is started again, and its end is told', async (t) => {
  const directory = await temporaryDirectory(t);
  const supervision = await superviseIn(t, directory);
  await supervision.start(await exampleSpec(directory, 'one'));
  await supervision.untilHealthy('one', LONG_MS);
  const { pid } = await askAbout(directory, 'one');
  const ended = untilChange(supervision, (change) => change.exit !== undefined);
  const backingOff = untilChange(supervision, (change) => change.status.state === 'backing-off');
  process.kill(pid, 'SIGKILL');
  assert.deepEqual((await ended).exit, { pid, code: null, signal: 'SIGKILL', asked: false });
  await backingOff;
  await supervision.untilHealthy('one', LONG_MS);
  assert.notEqual((await askAbout(directory, 'one')).pid, pid);
  assert.equal(supervision.statusOf('one')?.restarts, 1);
});

test('a process that fails again and again is started again ever later, and says why', async (t) => {
  const directory = await temporaryDirectory(t);
  const supervision = await superviseIn(t, directory);
  const pauses: number[] = [];
  let backingOffAt = 0;
  supervision.onChange(({ status }) => {
    if (status.state === 'backing-off') backingOffAt = performance.now();
    if (status.state === 'starting' && backingOffAt > 0) {
      pauses.push(performance.now() - backingOffAt);
      backingOffAt = 0;
    }
  });
  const spec = await exampleSpec(directory, 'one', { environment: { SECRET: '' } });
  await supervision.start(spec);
  const { status } = await untilChange(supervision, () => pauses.length >= 3);
  assert.ok((pauses[1] ?? 0) > (pauses[0] ?? 0), `pauses ${pauses.join(', ')}`);
  assert.ok((pauses[2] ?? 0) > (pauses[1] ?? 0), `pauses ${pauses.join(', ')}`);
  assert.ok(status.restarts >= 3);
  await supervision.stop('one');
});

test('a process that does not stop in time is killed', async (t) => {
  const directory = await temporaryDirectory(t);
  const supervision = await superviseIn(t, directory);
  await supervision.start(await exampleSpec(directory, 'one', { environment: { IGNORES_SIGTERM: '1' }, graceMs: 300 }));
  await supervision.untilHealthy('one', LONG_MS);
  const { pid } = await askAbout(directory, 'one');
  await supervision.stop('one');
  assert.equal(answersSignal(pid), false);
});

test('a kill wins over a start that still waits for the old process to stop', async (t) => {
  const directory = await temporaryDirectory(t);
  const supervision = await superviseIn(t, directory);
  const spec = await exampleSpec(directory, 'one', { environment: { IGNORES_SIGTERM: '1' }, graceMs: LONG_MS });
  await supervision.start(spec);
  await supervision.untilHealthy('one', LONG_MS);
  const again = supervision.start(spec);
  await supervision.kill('one');
  await again;
  assert.equal(supervision.statusOf('one')?.state, 'stopped');
});

test('a process that says it is unwell is not called running', async (t) => {
  const directory = await temporaryDirectory(t);
  const supervision = await superviseIn(t, directory);
  await supervision.start(await exampleSpec(directory, 'one', { environment: { IS_UNWELL: '1' } }));
  const { status } = await untilChange(supervision, (change) => change.status.detail !== null);
  assert.equal(status.state, 'starting');
  await assert.rejects(supervision.untilHealthy('one', 200), (error) => hasCode(error, 'process.unhealthy'));
});

test('a process that answers nobody is killed and started again', async (t) => {
  const directory = await temporaryDirectory(t);
  const supervision = await superviseIn(t, directory, 1_500);
  await supervision.start(await exampleSpec(directory, 'one'));
  await supervision.untilHealthy('one', LONG_MS);
  const { pid } = await askAbout(directory, 'one');
  const ended = untilChange(supervision, (change) => change.exit?.pid === pid);
  process.kill(pid, 'SIGSTOP');
  assert.equal((await ended).exit?.signal, 'SIGKILL');
});

test('what a process says fills neither memory nor disk', async (t) => {
  const directory = await temporaryDirectory(t);
  const { createLogFile } = await import('#process/log-file.ts');
  const { Readable } = await import('node:stream');
  const path = join(directory, 'flood.log');
  const log = createLogFile({ path, limitBytes: 50_000, failed: (error) => assert.fail(String(error)) });
  const line = `${'x'.repeat(999)}\n`;
  await log.follow(Readable.from(Array.from({ length: 400 }, () => Buffer.from(line))));
  await log.follow(Readable.from(Array.from({ length: 400 }, () => Buffer.from('no line end '.repeat(1000)))));
  const kept = (await readFile(path)).length + (await readFile(`${path}.1`)).length;
  assert.ok(kept <= 2 * (50_000 + 20_000), `kept ${kept} bytes`);
});

test('[SU1] a supervisor killed with -9 takes its processes with it, and the next one ends what stays', async (t) => {
  const directory = await temporaryDirectory(t);
  const supervisor = spawn(process.execPath, [join(import.meta.dirname, 'example-supervisor.ts'), directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => supervisor.kill('SIGKILL'));
  const line = await new Promise<string>((resolve) => supervisor.stdout.once('data', (data) => resolve(String(data))));
  const [good, stubborn] = line.trim().split(' ').map(Number);
  assert.ok(good !== undefined && stubborn !== undefined && answersSignal(good) && answersSignal(stubborn));
  supervisor.kill('SIGKILL');
  while (identifyProcess(good) !== undefined) await sleepMs(20);
  assert.ok(identifyProcess(stubborn) !== undefined, 'the stubborn one ignores the end of its standard input');
  await endLeftovers(join(directory, 'pids.json'), createLog('test', 'silent'));
  while (identifyProcess(stubborn) !== undefined) await sleepMs(20);
});

test('a process number that was given to somebody else meanwhile is left alone', async (t) => {
  const directory = await temporaryDirectory(t);
  const bystander = spawn('sleep', ['600']);
  t.after(() => bystander.kill('SIGKILL'));
  const file = join(directory, 'pids.json');
  const record = { name: 'one', pid: bystander.pid, startTime: 'another boot:1', entry: 'sleep' };
  await writeFile(file, JSON.stringify([record]));
  await endLeftovers(file, createLog('test', 'silent'));
  assert.equal(answersSignal(bystander.pid ?? 0), true);
});

test('[SU2] as root each process has a uid of its own, no supplementary groups, and cannot read the files of another', async (t) => {
  if (!isRoot()) return t.skip('not shown: as an ordinary user all processes share a uid');
  const directory = await temporaryDirectory(t);
  const uids = createUidAllocator({ file: join(directory, 'uids.json'), base: 63_100, count: 10 });
  const supervision = await superviseIn(t, directory);
  const foreign = join(directory, 'one/secret.txt');
  const one = await exampleSpec(directory, 'one', {
    owner: await uids.ownerOf('one'),
    environment: { DIRECTORY: join(directory, 'one') },
  });
  const two = await exampleSpec(directory, 'two', { owner: await uids.ownerOf('two'), environment: { FOREIGN_FILE: foreign } });
  await supervision.start(one);
  await supervision.start({ ...two, read: [...two.read, foreign] });
  await Promise.all(['one', 'two'].map((name) => supervision.untilHealthy(name, LONG_MS)));
  const about = [await askAbout(directory, 'one'), await askAbout(directory, 'two')];
  assert.deepEqual(
    about.map(({ uid, gid, groups }) => ({ uid, gid, groups })),
    [63_100, 63_101].map((uid) => ({ uid, gid: uid, groups: [uid] })),
  );
  assert.equal(about[1]?.foreign, 'EACCES', 'the permission model would let it, the uid does not');
});

test('as root the end of a process ends whatever runs under its uid, but not what another estate runs under the same', async (t) => {
  if (!isRoot()) return t.skip('not shown: as an ordinary user all processes share a uid');
  const directory = await temporaryDirectory(t);
  const supervision = await superviseIn(t, directory);
  const owner = { uid: 63_150, gid: 63_150 };
  await supervision.start(await exampleSpec(directory, 'one', { owner }));
  await supervision.untilHealthy('one', LONG_MS);
  const other = join(directory, 'other');
  await makeDirectory(other, { mode: 0o711 });
  const estate = spawn(process.execPath, [join(import.meta.dirname, 'example-supervisor.ts'), other, '63150'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const line = await new Promise<string>((resolve) => estate.stdout.once('data', (data) => resolve(String(data))));
  const [spared = 0, stubborn = 0] = line.trim().split(' ').map(Number);
  t.after(() => {
    estate.kill('SIGKILL');
    process.kill(stubborn, 'SIGKILL');
  });
  // Its parent, a shell, ends at once: it is adopted by an ancestor of ours.
  spawn('setsid', ['sh', '-c', 'sleep 600 & echo escaped'], { ...owner, stdio: 'ignore', detached: true });
  const escaped = await waitForSleeper(owner.uid);
  await supervision.kill('one');
  assert.equal(identifyProcess(escaped), undefined);
  assert.ok(identifyProcess(spared) !== undefined, 'the process of the other estate lives');
});

async function waitForSleeper(uid: number): Promise<number> {
  for (;;) {
    for (const name of await readdir('/proc')) {
      const found = await stat(`/proc/${name}/comm`).catch(() => undefined);
      if (found?.uid === uid && (await readFile(`/proc/${name}/comm`, 'utf8').catch(() => '')) === 'sleep\n') return Number(name);
    }
    await sleepMs(20);
  }
}
