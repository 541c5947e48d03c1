import assert from 'node:assert/strict';
import { access, constants, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { generateSigningKey, PURPOSES, type Signed, signMessage } from '@bulkhead/contracts';
import { hasCode } from '@bulkhead/kernel';
import { connectionTo } from '@bulkhead/postgres';
import { waitUntil } from '@bulkhead/testkit';
import { callWire } from '@bulkhead/wire';
import { Client } from 'pg';
import { z } from 'zod';
import { Headquarters, hasUids } from './headquarters.ts';

const OPEN = { compartment: 'example', state: 'open' } as const;

async function startOpen(headquarters: Headquarters): Promise<void> {
  await headquarters.offSite.appear();
  headquarters.offSite.order(OPEN);
  headquarters.start();
  await headquarters.untilReady();
}

function isAlive(pid: number): Promise<boolean> {
  return readFile(`/proc/${pid}/stat`, 'utf8').then(
    (text) => !/\) Z /.test(text),
    () => false,
  );
}

function command(headquarters: Headquarters, kind: 'seal' | 'open', nonce: string): Signed {
  return signMessage(headquarters.operator.signing, PURPOSES.command, {
    command: { kind, compartment: 'example', reason: 'a test' },
    nonce,
    issuedAt: new Date().toISOString(),
  });
}

suite('one headquarters, from its first order on', () => {
  let headquarters: Headquarters;
  const ends: (() => Promise<void>)[] = [];
  before(async () => {
    headquarters = await Headquarters.prepare({ after: (end) => ends.push(end) });
  });
  after(async () => {
    for (const end of ends) await end();
  });

  test('[O1] nothing runs before the first order; with it the compartment opens with a role that may write, and off-site is told', async () => {
    await headquarters.offSite.appear();
    headquarters.start();
    const waiting = await headquarters.until(({ processes }) =>
      processes.some(({ name, state }) => name === 'example-pg' && state === 'running'),
    );
    assert.equal(waiting.ready, false);
    assert.deepEqual(waiting.compartments, [
      {
        name: 'example',
        state: 'sealed',
        epoch: 0,
        protection: 'not writing',
        detail: 'waiting for the first order of off-site',
      },
    ]);
    assert.equal(
      waiting.processes.some(({ name }) => name === 'example'),
      false,
    );

    headquarters.offSite.order(OPEN);
    const ready = await headquarters.untilReady();
    assert.deepEqual(ready.compartments, [{ name: 'example', state: 'open', epoch: 1, protection: 'protected', detail: null }]);
    const { mode, role, hasToken } = await headquarters.about();
    assert.deepEqual({ mode, role, hasToken }, { mode: 'open', role: 'example_app', hasToken: true });
    await waitUntil(
      () => headquarters.offSite.applied.some(({ part, ok, epoch }) => part === 'supervisor' && ok && epoch === 1),
      {
        what: 'off-site was told',
      },
    );
    assert.equal(ready.boundary, hasUids ? 'uid' : 'api');
  });

  test('[SU2] as root each process of headquarters has a uid of its own and cannot reach the data of another', async (t) => {
    if (!hasUids) return t.skip('not shown: as an ordinary user all processes share a uid');
    const { processes } = await headquarters.status();
    const uids = processes.map(({ uid }) => uid);
    assert.equal(new Set(uids).size, 3, JSON.stringify(uids));
    assert.equal(uids.includes(0), false);
    const data = join(headquarters.directory, 'd');
    const uidOf = (name: string) => processes.find((one) => one.name === name)?.uid;
    const owners = await Promise.all(['example/pg', 'example/blobs', 'gateway'].map((path) => stat(join(data, path))));
    assert.deepEqual(
      owners.map(({ uid, mode }) => ({ uid, mode: mode & 0o777 })),
      ['example-pg', 'example', 'gateway'].map((name) => ({ uid: uidOf(name), mode: 0o700 })),
    );
    assert.equal((await stat(join(data, 'supervisor'))).mode & 0o777, 0o700);
  });

  test('[SU3] a second start on the same data is told estate.already_running and touches nothing', async () => {
    const { pid } = await headquarters.about();
    const { code, output } = await headquarters.startAnother();
    assert.equal(code, 1);
    assert.match(output, /estate\.already_running|runs this site/);
    assert.equal((await headquarters.about()).pid, pid);
  });

  test('[O2] [O3] an order with a foreign key, an old epoch, another content or for an unknown compartment changes nothing and is a finding', async () => {
    const { offSite } = headquarters;
    const foreign = generateSigningKey('orders-1').signing;
    const sealed = { compartment: 'example', state: 'sealed' } as const;
    const asExpected = [
      () => offSite.order({ ...sealed, epoch: 2 }, foreign),
      () => offSite.order({ ...sealed, epoch: 2 }, generateSigningKey('orders-9').signing),
      () => offSite.order({ ...sealed, epoch: 1 }),
      () => offSite.order({ ...sealed, compartment: 'stranger', epoch: 1 }),
    ];
    for (const [index, give] of asExpected.entries()) {
      give();
      await waitUntil(() => offSite.findings.filter(({ rule }) => rule === 'operator.refused').length === index + 1, {
        what: `refusal ${index + 1} is told`,
      });
    }
    assert.deepEqual(
      offSite.findings.filter(({ rule }) => rule === 'operator.refused').map(({ evidence }) => evidence['code']),
      ['signature.invalid', 'signature.invalid', 'order.stale', 'compartment.unknown'],
    );
    const { compartments } = await headquarters.status();
    assert.deepEqual([compartments[0]?.state, compartments[0]?.epoch], ['open', 1]);
  });

  test('a killed database and a killed process are findings, and both come back', async () => {
    for (const name of ['example-pg', 'example']) {
      const { processes } = await headquarters.status();
      const pid = processes.find((one) => one.name === name)?.pid ?? 0;
      process.kill(pid, 'SIGKILL');
      await waitUntil(
        () =>
          headquarters.offSite.findings.some(
            ({ rule, evidence }) => rule === 'process.killed' && evidence['pid'] === String(pid),
          ),
        {
          what: `the end of ${name} is told`,
        },
      );
      await headquarters.until(({ ready, processes: now }) => ready && now.find((one) => one.name === name)?.pid !== pid);
    }
    assert.deepEqual(await headquarters.listNotes(), []);
  });

  test('[O4] a sealing order ends the process and every session at once, lets nobody in, and tells how long it took', async () => {
    const { pid } = await headquarters.about();
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8');
    const password = /DATABASE_PASSWORD=([0-9a-f]+)/.exec(environment)?.[1] ?? '';
    const asApp = () =>
      new Client(
        connectionTo(join(headquarters.directory, 'r/hq/example-pg'), { database: 'example', role: 'example_app', password }),
      );
    const session = asApp();
    await session.connect();
    const ended = new Promise<void>((resolve) => session.once('end', resolve));
    session.on('error', () => undefined);

    headquarters.offSite.order({ compartment: 'example', state: 'sealed' });
    await ended;
    const status = await headquarters.until(({ ready, compartments }) => ready && compartments[0]?.state === 'sealed');
    assert.equal(status.compartments[0]?.protection, 'not writing');
    assert.equal(await isAlive(pid), false);
    await assert.rejects(asApp().connect(), /not permitted to log in/);
    const applied = await waitUntil(
      () => headquarters.offSite.applied.find(({ part, state }) => part === 'supervisor' && state === 'sealed'),
      {
        what: 'off-site was told of the seal',
      },
    );
    assert.match(applied.detail, /process ended in [\d.]+ ms, database sessions in [\d.]+ ms/);

    headquarters.offSite.order({ compartment: 'example', state: 'read-only' });
    await headquarters.until(({ ready, compartments }) => ready && compartments[0]?.state === 'read-only');
    const { mode, role } = await headquarters.about();
    assert.deepEqual({ mode, role }, { mode: 'read-only', role: 'example_reader' });
    await assert.rejects(headquarters.addNote('not now'), (error) => hasCode(error, 'wire.refused'));
    assert.deepEqual(await headquarters.listNotes(), []);

    headquarters.offSite.order(OPEN);
    await headquarters.until(({ ready, compartments }) => ready && compartments[0]?.state === 'open');
    assert.equal((await headquarters.about()).role, 'example_app');
  });

  test('[O5] a lease that runs out turns writing into reading; when off-site is back writing returns, and it hears of the time between', async () => {
    await headquarters.offSite.vanish();
    await headquarters.until(({ compartments }) => compartments[0]?.state === 'read-only', 'the lease has run out');
    await headquarters.until(({ ready }) => ready);
    assert.equal((await headquarters.about()).role, 'example_reader');
    await headquarters.offSite.appear();
    await headquarters.until(({ ready, compartments }) => ready && compartments[0]?.state === 'open');
    await waitUntil(
      () => headquarters.offSite.findings.some(({ rule, compartment }) => rule === 'lease.run_out' && compartment === 'example'),
      {
        what: 'off-site hears of the lease',
      },
    );
  });

  test('[O5] a lease that leaves a compartment out ends its writing at once', async () => {
    headquarters.offSite.grantsLeases = false;
    await headquarters.until(({ compartments }) => compartments[0]?.state === 'read-only');
    headquarters.offSite.grantsLeases = true;
    await headquarters.until(({ ready, compartments }) => ready && compartments[0]?.state === 'open');
  });

  test('[O5] after a restart nothing is written before off-site gives its leave: the compartment reads only', async () => {
    assert.equal(await headquarters.end(), 0);
    await headquarters.offSite.vanish();
    headquarters.start();
    const status = await headquarters.until(({ ready }) => ready);
    assert.deepEqual(status.compartments[0], {
      name: 'example',
      state: 'read-only',
      epoch: 4,
      protection: 'not writing',
      detail: 'reading only: off-site is out of reach',
    });
    assert.equal((await headquarters.about()).mode, 'read-only');
    await headquarters.offSite.appear();
    await headquarters.until(({ ready, compartments }) => ready && compartments[0]?.state === 'open');
  });

  test('[SU1] headquarters killed with -9 leaves no process behind, and starts again with its orders and data', async () => {
    headquarters.offSite.order({ compartment: 'example', state: 'sealed' });
    const before = await headquarters.until(({ ready, compartments }) => ready && compartments[0]?.state === 'sealed');
    const pids = before.processes.flatMap(({ pid }) => (pid === null ? [] : [pid]));
    await headquarters.end('SIGKILL');
    for (const pid of pids) await waitUntil(async () => !(await isAlive(pid)), { what: `process ${pid} ended` });

    await headquarters.offSite.vanish();
    headquarters.start();
    const after = await headquarters.until(({ ready }) => ready);
    assert.deepEqual([after.compartments[0]?.state, after.compartments[0]?.epoch], ['sealed', 5]);
    assert.equal(
      after.processes.find(({ name }) => name === 'example'),
      undefined,
      'what was sealed stays sealed without off-site',
    );

    await headquarters.offSite.appear();
    headquarters.offSite.order(OPEN);
    await headquarters.until(({ ready, compartments }) => ready && compartments[0]?.state === 'open');
  });

  test('[O7] an operator may seal here without off-site, once with each command; nobody may open here; off-site hears of it', async () => {
    await headquarters.offSite.vanish();
    const post = (signed: Signed) =>
      callWire(headquarters.control, { method: 'POST', path: '/commands', body: signed }, z.looseObject({}));
    const seal = command(headquarters, 'seal', 'nonce-number-one-1');
    const { seal: told } = z
      .object({ seal: z.object({ compartment: z.string(), epoch: z.number(), detail: z.string(), gateway: z.string() }) })
      .parse(await post(seal));
    assert.deepEqual([told.compartment, told.epoch, told.gateway], ['example', 6, 'closed'], headquarters.output);
    assert.match(told.detail, /process ended/);
    await headquarters.until(({ ready, compartments }) => ready && compartments[0]?.state === 'sealed');
    for (const refused of [
      seal,
      command(headquarters, 'open', 'nonce-number-two-2'),
      { ...seal, signature: `${'A'.repeat(86)}` },
    ]) {
      await assert.rejects(post(refused), (error) => hasCode(error, 'wire.refused'));
    }
    await headquarters.end('SIGKILL');
    headquarters.start();
    await headquarters.until(
      ({ ready, compartments }) => ready && compartments[0]?.state === 'sealed',
      'sealed after a restart too',
    );

    await headquarters.offSite.appear();
    const applied = await waitUntil(
      () => headquarters.offSite.applied.find(({ part, detail }) => part === 'supervisor' && /sealed here/.test(detail)),
      {
        what: 'off-site hears of the seal',
      },
    );
    assert.match(applied.detail, /sealed here by operator:test: a test/);
    headquarters.offSite.order(OPEN);
    await headquarters.until(({ ready, compartments }) => ready && compartments[0]?.state === 'open', 'off-site opens');
  });

  test('asked to stop, by signal or by command, headquarters ends everything and leaves with 0, though off-site is gone', async () => {
    await headquarters.offSite.vanish();
    await callWire(headquarters.control, { method: 'POST', path: '/stop' }, z.unknown());
    assert.equal(await headquarters.untilEnded(), 0);
    const left = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    const commands = await Promise.all(left.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
    assert.equal(
      commands.some((line) => line.includes(join(headquarters.directory, 'd'))),
      false,
    );
    await headquarters.offSite.appear();
    headquarters.start();
    await headquarters.untilReady();
  });

  test('deleted blobs are found', async () => {
    await rm(join(headquarters.directory, 'd/example/blobs'), { recursive: true });
    await waitUntil(
      () => headquarters.offSite.findings.some(({ rule, summary }) => rule === 'storage.lost' && /blob/.test(summary)),
      {
        what: 'the loss is told',
      },
    );
  });
});

test('[O6] with "degrade" writing goes on without off-site, and the window is told when protection is whole again', async (t) => {
  const headquarters = await Headquarters.prepare(t, { seal: { unreachable: { degradeMinutes: 30 }, automatic: [] } });
  await startOpen(headquarters);
  const receiver = await headquarters.receive();
  await headquarters.addNote('protected');
  await receiver.stop();
  await headquarters.offSite.vanish();
  await headquarters.until(({ compartments }) => compartments[0]?.protection === 'unprotected', 'unprotected');
  await headquarters.addNote('saved here alone');
  await headquarters.offSite.appear();
  await waitUntil(() => headquarters.offSite.windows.length === 1, { what: 'off-site hears that a window is open' });
  assert.equal((await headquarters.status()).compartments[0]?.protection, 'unprotected', 'nobody receives yet');
  const again = await headquarters.receive();
  await headquarters.until(({ compartments }) => compartments[0]?.protection === 'protected', 'protected again');
  await waitUntil(() => headquarters.offSite.windows.length === 2, { what: 'off-site hears that the window has ended' });
  const [begun, ended] = headquarters.offSite.windows;
  assert.deepEqual([begun?.toAt, ended?.fromAt], [null, begun?.fromAt]);
  assert.ok(ended?.toAt);
  const lines = (await readFile(join(headquarters.directory, 'd/supervisor/windows.jsonl'), 'utf8')).trim().split('\n');
  assert.equal(lines.length, 2);
  await headquarters.addNote('protected again');
  assert.deepEqual(await headquarters.listNotes(), ['protected', 'saved here alone', 'protected again']);
  await again.stop();
});

test('wiped data are found, the compartment is ended, and a later start does not put an empty database in their place', async (t) => {
  const headquarters = await Headquarters.prepare(t);
  await startOpen(headquarters);
  await rm(join(headquarters.directory, 'd/example/pg'), { recursive: true, force: true, maxRetries: 5 }).catch(() => undefined);
  await waitUntil(() => headquarters.offSite.findings.some(({ rule }) => rule === 'storage.lost'), { what: 'the loss is told' });
  await headquarters.until(
    ({ processes }) => processes.every(({ name, pid }) => name === 'gateway' || pid === null),
    'nothing runs on lost data',
  );
  assert.match((await headquarters.status()).compartments[0]?.detail ?? '', /lost/);
  await headquarters.end('SIGKILL');
  await rm(join(headquarters.directory, 'd/example'), { recursive: true, force: true });
  headquarters.start();
  const status = await headquarters.until(({ processes }) =>
    processes.some(({ name, state }) => name === 'gateway' && state === 'running'),
  );
  assert.match(status.compartments[0]?.detail ?? '', /lost/);
  await assert.rejects(access(join(headquarters.directory, 'd/example/pg'), constants.F_OK));
});

test('data that are missing at a start are a finding, not a new database', async (t) => {
  const headquarters = await Headquarters.prepare(t);
  await startOpen(headquarters);
  assert.equal(await headquarters.end(), 0);
  await rm(join(headquarters.directory, 'd/example/pg'), { recursive: true });
  headquarters.start();
  await waitUntil(() => headquarters.offSite.findings.some(({ rule }) => rule === 'storage.lost'), { what: 'the loss is told' });
  await assert.rejects(access(join(headquarters.directory, 'd/example/pg'), constants.F_OK));
});

test('a headquarters that lost every trace does not take a later order for the beginning of an estate', async (t) => {
  const headquarters = await Headquarters.prepare(t);
  await headquarters.offSite.appear();
  headquarters.offSite.order({ ...OPEN, epoch: 7 });
  headquarters.start();
  await waitUntil(() => headquarters.offSite.findings.some(({ rule }) => rule === 'storage.lost'), { what: 'the loss is told' });
  assert.match((await headquarters.status()).compartments[0]?.detail ?? '', /lost/);
});
