import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { EstateError } from '@bulkhead/kernel';
import { generateIdentity } from 'age-encryption';
import { commitBase, findLeaning } from '#archive/base-shelf.actions.ts';
import { BaseWriter, LEANING_AT_MOST } from '#archive/base-writer.actions.ts';
import { Keyring } from '#archive/keyring.actions.ts';
import { Lineage } from '#archive/lineage.actions.ts';
import { makeTar } from '#archive/tests/tar.ts';
import { chooseOrigin, whyWhole } from './base-origin.actions.ts';
import { refused } from './replication.store.ts';

const directory = await mkdtemp(join(tmpdir(), 'bho-'));
after(() => rm(directory, { recursive: true, force: true }));
const now = () => new Date('2026-11-22T12:00:00Z');
const identity = await generateIdentity();
const keys = await Keyring.open({ compartment: 'site', directory, identity, recipients: [], now });
let ranMs = 0;
const lineage = await Lineage.open(directory, '42', { keys, ranMs: () => (ranMs += 1) });

let taken = 0;
async function store(isPutTogether: boolean): Promise<string> {
  taken += 1;
  const id = `202611${String(taken).padStart(2, '0')}T120000Z-00000001-${String(taken).padStart(16, '0')}`;
  const writer = await BaseWriter.begin(lineage.place, id, await findLeaning(lineage), isPutTogether);
  await writer.write(makeTar({ 'base/5/1': Buffer.alloc(8192, 1) }));
  const told = await writer.finish(Buffer.from('{}'));
  const at = now().toISOString();
  const place = { systemId: '42', timeline: 1, startLsn: `0/${taken}000028`, endLsn: `0/${taken}000120` };
  await commitBase(lineage, { id, ...place, startedAt: at, endedAt: at, ...told });
  return id;
}

async function told(timeline = 1, lostUpTo = 0n): Promise<string> {
  const origin = await chooseOrigin({ lineage, tail: { timeline } }, lostUpTo);
  return 'before' in origin ? origin.before.base.id : origin.because;
}

test('[A20] a base is put together from the newest of this timeline, and comes whole where that cannot be, or when it is its turn', async () => {
  assert.equal(await told(), 'no-base-before');
  const first = await store(false);
  assert.equal(await told(), first);
  assert.equal(await told(2), 'no-base-before', 'another timeline was joined');
  assert.equal(await told(1, 0x2000000n), 'no-base-before', 'WAL was lost since');
  for (let left = LEANING_AT_MOST; left > 0; left -= 1) {
    const next = await store(true);
    assert.equal(await told(), left > 1 ? next : 'turn');
  }
  const whole = await store(false);
  assert.equal(await told(), whole);
  await keys.rotate();
  assert.equal(await told(), 'base-before-unusable', 'it lies under an older key');
});

test('[A20] what a whole base would not meet has it come whole; a cut connection or a full disk does not', () => {
  const notice = { severity: 'ERROR', sqlState: '55000', message: 'WAL summaries are required' };
  assert.equal(whyWhole(refused('taking a base backup', notice)), 'refused');
  assert.equal(whyWhole(new EstateError('archive.damaged', 'reading a chunk')), 'base-before-unusable');
  assert.equal(whyWhole(new EstateError('receiver.base_failed', 'putting a base together')), 'did-not-fit');
  for (const code of ['receiver.stream_broken', 'receiver.sealed', 'disk.full'] as const)
    assert.equal(whyWhole(new EstateError(code, 'taking a base backup')), undefined);
});
