import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import {
  type Drill,
  type DrillWithReceipt,
  drillsSchema,
  drillWithReceiptSchema,
  findingSchema,
  openSigned,
  PURPOSES,
} from '@bulkhead/contracts';
import { sha256Hex, sleepMs } from '@bulkhead/kernel';
import { type ScratchCluster, startScratchCluster } from '@bulkhead/postgres';
import { waitUntil } from '@bulkhead/testkit';
import { callWire, openWire } from '@bulkhead/wire';
import { z } from 'zod';
import { SECRET } from '#recovery/tests/peers.ts';
import { orderKeys, World } from '#recovery/tests/world.ts';

let cluster: ScratchCluster;
let world: World;
before(async () => {
  cluster = await startScratchCluster();
  world = await World.open({ cluster });
  await world.start();
  await world.untilOpen();
});
after(async () => {
  await world?.close();
  await cluster?.stop();
});

const desk = <Schema extends z.ZodType>(path: string, schema: Schema) =>
  callWire(world.deskPeer, { method: 'GET', path }, schema);
const findDrill = (id: string): Promise<DrillWithReceipt> => desk(`/drills/${id}`, drillWithReceiptSchema);
const untilEnded = (id: string): Promise<DrillWithReceipt> =>
  waitUntil(
    async () => {
      const found = await findDrill(id);
      return found.drill.result === null ? undefined : found;
    },
    { what: `drill ${id} has ended:\n${world.output().slice(-2000)}`, timeoutMs: 60_000 },
  );

async function ask(mode: Drill['mode'] = 'full'): Promise<string> {
  const { drill } = await world.command('alice', { kind: 'drill', compartment: 'website', mode, reason: 'a test' });
  assert.ok(drill);
  return drill;
}

async function addBlob(): Promise<string> {
  const bytes = randomBytes(5000);
  const digest = sha256Hex(bytes);
  const vault = { socket: world.peers.socket('vault'), secret: SECRET };
  const { body } = await openWire(vault, { method: 'PUT', path: `/blobs/${digest}`, body: undefined, stream: streamOf(bytes) });
  body.resume();
  return digest;
}

async function* pieces(bytes: Buffer) {
  yield bytes;
}
function streamOf(bytes: Buffer) {
  return Readable.from(pieces(bytes));
}

test('[DR3] a drill restores apart, reads every file, plants damage, and throws everything away', async () => {
  const digest = await addBlob();
  world.peers.verification = { blobs: [digest] };
  const id = await ask();
  const { drill, receipt } = await untilEnded(id);
  assert.equal(drill.result, 'passed', drill.sentence ?? '');
  assert.deepEqual(drill.outcome?.blobs, { named: 1, read: 1, bytes: 5000 });
  assert.equal(drill.outcome?.rpoBytes, 0);
  const controls = drill.outcome?.controls.map(({ kind, outcome }) => `${kind} ${outcome}`);
  assert.deepEqual(controls, ['segment refused', 'base refused', 'index refused', 'key absent', 'blob refused']);
  assert.deepEqual([...world.peers.jails.keys()], [], 'no quarantine stands');
  assert.deepEqual([...world.peers.receiver.copies.keys()], [], 'no copy stands');
  assert.deepEqual(world.peers.receiver.proofs.at(-1), { lsn: '0/4000000', timeline: 1, drill: id });
  assert.ok(receipt);
  const opened = openSigned(receipt, {
    purpose: PURPOSES.drill,
    keys: orderKeys,
    schema: z.looseObject({ 'assessment-results': z.looseObject({ uuid: z.string() }) }),
  });
  assert.equal(opened.keyId, orderKeys[0]?.keyId);
  const entry = await waitUntil(async () => (await world.entries()).find(({ kind }) => kind === 'drill.receipt'), {
    what: 'the receipt is in the ledger',
  });
  assert.deepEqual([entry.body['drill'], entry.body['result']], [id, 'passed']);
  const shown = await waitUntil(
    async () => world.peers.status.at(-1)?.compartments.find(({ name }) => name === 'website')?.lastRestoreAt ?? undefined,
    { what: 'the public page tells when a restore was last proved', timeoutMs: 30_000 },
  );
  assert.equal(shown, drill.endedAt);
});

test('[DR4] damage that goes unseen in a copy makes the drill unbelieved, a finding, and proves nothing', async () => {
  const before = world.peers.receiver.proofs.length;
  world.peers.blindTo = 'base';
  const { drill } = await untilEnded(await ask());
  world.peers.blindTo = undefined;
  assert.equal(drill.result, 'not-believed');
  assert.match(drill.sentence ?? '', /went unseen \(base\)/);
  assert.equal(world.peers.receiver.proofs.length, before);
  const found = async () => {
    const { findings } = await desk('/findings?after=0&limit=1000', z.object({ findings: z.array(findingSchema) }));
    return findings.some(({ rule, compartment }) => rule === 'drill.failed' && compartment === 'website');
  };
  await waitUntil(found, { what: 'it is a finding', timeoutMs: 30_000 });
});

test('[DR3] a copy with a page that is wrong, or a file that the vault lacks, fails its drill, in either mode', async () => {
  world.peers.verification = { checksums: false };
  assert.match((await untilEnded(await ask())).drill.sentence ?? '', /page checksums/);
  world.peers.verification = { blobs: ['ab'.repeat(32)] };
  const { drill } = await untilEnded(await ask('random'));
  world.peers.verification = {};
  assert.equal(drill.result, 'failed');
  assert.match(drill.sentence ?? '', /the vault has every blob that a row names/);
  assert.ok(drill.outcome?.targetLsn, 'a random drill goes to a position of its own');
  assert.equal(world.peers.quarantines.at(-1)?.targetLsn, drill.outcome.targetLsn);
});

test('[DR1] a drill that a kill interrupts begins anew and leaves nothing behind; they run one at a time', async () => {
  let kills = 0;
  for (const call of ['jail.verify', 'supervisor.reader']) {
    world.peers.hook = async (seen, phase) => {
      if (seen !== call || phase !== 'after') return;
      world.peers.hook = () => undefined;
      await world.kill();
      kills += 1;
    };
    const [first, second] = [await ask(), await ask('random')];
    await waitUntil(() => kills > 0, { what: `killed at ${call}`, timeoutMs: 60_000 });
    kills = 0;
    await world.start();
    const [one, other] = [await untilEnded(first), await untilEnded(second)];
    assert.deepEqual([one.drill.result, other.drill.result], ['passed', 'passed'], one.drill.sentence ?? '');
    assert.ok((one.drill.endedAt ?? '') <= (other.drill.startedAt ?? ''), 'one after the other');
    assert.deepEqual([...world.peers.jails.keys(), ...world.peers.receiver.copies.keys()], []);
  }
});

test('[DR2] a drill gives way to a recovery, and is carried out when that is over', async () => {
  let recovery = '';
  world.peers.hook = async (seen, phase) => {
    if (seen !== 'jail.verify' || phase !== 'before') return;
    world.peers.hook = () => undefined;
    recovery = (await world.command('alice', { kind: 'restore', compartment: 'website', reason: 'a test' })).recovery ?? '';
    // It looks once a second whether a recovery runs.
    await sleepMs(1500);
  };
  const id = await ask();
  const { awaiting } = await world.untilStep(
    (await waitUntil(async () => recovery || undefined, { what: 'asked' })) || '',
    'approve',
  );
  await waitUntil(async () => (await findDrill(id)).drill.startedAt === null, { what: 'it waits', timeoutMs: 30_000 });
  assert.ok(!world.peers.jails.has(id));
  await world.command('bob', { kind: 'refuse', request: recovery, reason: 'a test' });
  await world.untilStep(recovery, 'refused');
  assert.equal(awaiting === null, false);
  assert.equal((await untilEnded(id)).drill.result, 'passed');
});

test('[DR1] what is due is asked for by itself, and what was not proved for too long is a finding', async () => {
  const other = await World.open({ cluster, drillEveryMs: 60_000 });
  try {
    await other.admin.query('select 1');
    await other.start();
    await other.admin.query("update drill_owed set since_at = since_at - interval '10 minutes'");
    const { drills } = await waitUntil(
      async () => {
        const told = await callWire(other.deskPeer, { method: 'GET', path: '/drills' }, drillsSchema);
        return told.drills.length === 2 ? told : undefined;
      },
      { what: 'both compartments are drilled', timeoutMs: 60_000 },
    );
    assert.deepEqual(drills.map(({ compartment, mode }) => `${compartment} ${mode}`).toSorted(), [
      'identity full',
      'website full',
    ]);
    const late = await waitUntil(
      async () => {
        const path = '/findings?after=0&limit=1000';
        const { findings } = await callWire(
          other.deskPeer,
          { method: 'GET', path },
          z.object({ findings: z.array(findingSchema) }),
        );
        return findings.find(({ rule }) => rule === 'drill.overdue');
      },
      { what: 'it is late', timeoutMs: 30_000 },
    );
    assert.match(late.summary, /was not proved for too long \(last: never\)/);
  } finally {
    await other.close();
  }
});
