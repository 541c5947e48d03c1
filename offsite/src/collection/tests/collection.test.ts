import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { type Collection, collectionSchema, collectionsSchema, findingSchema } from '@bulkhead/contracts';
import { hasCode, sha256Hex } from '@bulkhead/kernel';
import { startScratchCluster } from '@bulkhead/postgres';
import { waitUntil } from '@bulkhead/testkit';
import { callWire, openWire } from '@bulkhead/wire';
import { z } from 'zod';
import { SECRET } from '#recovery/tests/peers.ts';
import { World } from '#recovery/tests/world.ts';

const cluster = await startScratchCluster();
after(() => cluster.stop());
const world = await World.open({ cluster });
after(() => world.close());
before(async () => {
  await world.start();
  await world.untilOpen();
});

const digestOf = (content: string) => sha256Hex(Buffer.from(content));
const vault = { socket: world.peers.socket('vault'), secret: SECRET };
const put = (content: string) =>
  openWire(vault, { method: 'PUT', path: `/blobs/${digestOf(content)}`, stream: Readable.from([Buffer.from(content)]) });

/** The vault's register, read and changed beside it: as if nobody had asked for anything for long. */
function register<Row>(sql: string): Row[] {
  const db = new DatabaseSync(join(world.directory, 'vault/.keyring/register.sqlite'));
  try {
    return db.prepare(sql).all() as Row[];
  } finally {
    db.close();
  }
}
const growOld = () => void register("update blob set leased_at = -1000000000 where state = 'here'");
const isHere = (content: string) => register(`select 1 from blob where sha256 = '${digestOf(content)}'`).length === 1;

async function order(isPreview: boolean): Promise<string> {
  const command = { kind: 'collect', compartment: 'website', isPreview, reason: 'a test' } as const;
  return (await world.command('alice', command)).collection ?? '';
}
const untilEnded = (id: string): Promise<Collection> =>
  waitUntil(
    async () => {
      const found = await callWire(world.deskPeer, { method: 'GET', path: `/collections/${id}` }, collectionSchema);
      return found.endedAt === null ? undefined : found;
    },
    { what: `${id} has ended:\n${world.output().slice(-2000)}`, timeoutMs: 60_000 },
  );
async function carryOut(isPreview = false) {
  const { outcome, failure } = await untilEnded(await order(isPreview));
  assert.ok(outcome, failure ?? '');
  const { judged, named, marked, taken } = outcome;
  return { judged, named, marked: marked.blobs, taken: taken.blobs };
}
const collected = async () => (await world.entries()).filter(({ kind }) => kind === 'blob.collected');

test('[V17] [V20] contents go that nothing names: in two rounds, behind what a drill proved, told in the ledger once, also through a kill', async () => {
  const contents = ['of a row now', 'of history', 'of the archive', 'of nothing'];
  for (const content of contents) (await put(content)).body.resume();
  world.peers.verification = { blobs: [digestOf('of a row now')] };
  world.peers.history.names = [digestOf('of history')];
  world.peers.receiver.names = [digestOf('of the archive'), digestOf('of a row now')];
  assert.equal((await carryOut()).judged, 0, 'everything was asked for not long ago');
  growOld();
  assert.deepEqual(await carryOut(true), { judged: 4, named: 3, marked: 1, taken: 0 });
  assert.deepEqual(register('select 1 from blob where doomed_lsn is not null'), [], 'a preview changes nothing');
  assert.deepEqual(await carryOut(), { judged: 4, named: 3, marked: 1, taken: 0 });
  growOld();
  assert.deepEqual(await carryOut(), { judged: 4, named: 3, marked: 0, taken: 0 }, 'no drill has proved anything');
  world.peers.receiver.proofs.push({ lsn: '0/4000000', timeline: 1, drill: 'd1' });
  growOld();
  assert.deepEqual(await carryOut(true), { judged: 4, named: 3, marked: 0, taken: 1 });
  let kills = 0;
  world.peers.hook = async (call, phase) => {
    if (call !== 'receiver.named' || phase !== 'after') return;
    world.peers.hook = () => undefined;
    await world.kill();
    kills += 1;
  };
  const id = await order(false);
  await waitUntil(() => kills > 0, { what: 'killed while names are looked for', timeoutMs: 60_000 });
  await world.start();
  const { outcome } = await untilEnded(id);
  assert.deepEqual([outcome?.taken, outcome?.locked, outcome?.controls], [{ blobs: 1, bytes: 10 }, 0, 1]);
  assert.deepEqual(contents.map(isHere), [true, true, true, false]);
  const [entry, ...more] = await collected();
  assert.deepEqual(more, []);
  const { compartment, by, blobs, bytes, namesSha256 } = entry?.body ?? {};
  assert.deepEqual([compartment, by, blobs, bytes], ['website', 'operator:alice', 1, 10]);
  assert.equal(namesSha256, digestOf(`${digestOf('of nothing')}\n`));
});

test('[V18] a search that does not find what rows name now is not believed: nothing goes, and it is a finding', async () => {
  world.peers.receiver.names = [];
  growOld();
  const { outcome, failure } = await untilEnded(await order(false));
  assert.equal(outcome, null);
  assert.match(failure ?? '', /1 of 1 names that rows have now were not found/);
  assert.deepEqual(register('select 1 from blob where doomed_lsn is not null'), []);
  const found = async () => {
    const path = '/findings?after=0&limit=1000';
    const { findings } = await callWire(world.deskPeer, { method: 'GET', path }, z.object({ findings: z.array(findingSchema) }));
    return findings.some(({ rule, compartment }) => rule === 'vault.collection_refused' && compartment === 'website');
  };
  await waitUntil(found, { what: 'it is a finding', timeoutMs: 30_000 });
});

test('[V18] without a row that names anything the search cannot be tried: it marks, and takes nothing', async () => {
  world.peers.verification = {};
  world.peers.history.names = [];
  growOld();
  for (const marked of [3, 0]) {
    assert.deepEqual(await carryOut(), { judged: 3, named: 0, marked, taken: 0 });
    world.peers.receiver.proofs.push({ lsn: '0/5000000', timeline: 1, drill: `d${marked}` });
  }
});

test('rounds are asked for by themselves, one at a time, of compartments that keep contents', async () => {
  const identity = { kind: 'collect', compartment: 'identity', isPreview: true, reason: 'a test' } as const;
  await assert.rejects(
    world.command('alice', identity),
    (error) => hasCode(error, 'compartment.unknown') || assert.fail(String(error)),
  );
  const { collections, compartments } = await callWire(
    world.deskPeer,
    { method: 'GET', path: '/collections' },
    collectionsSchema,
  );
  assert.deepEqual(
    compartments.map(({ name }) => name),
    ['website'],
  );
  const scheduled = collections.filter(({ requestedBy }) => requestedBy === 'schedule');
  assert.equal(scheduled.length, 1);
  assert.ok(Date.parse(compartments[0]?.nextAt ?? '') - Date.parse(scheduled[0]?.requestedAt ?? '') === 7 * 86_400_000);
});
