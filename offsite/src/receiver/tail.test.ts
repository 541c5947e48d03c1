import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { sha256Hex } from '@bulkhead/kernel';
import { Lineage } from '#archive/lineage.actions.ts';
import { endOfRun } from '#archive/plan.rules.ts';
import { type Lsn, parseLsn, SEGMENT_BYTES } from '#archive/wal.rules.ts';
import { readWalFile } from './reading.actions.ts';
import { WalTail } from './tail.actions.ts';

const root = await mkdtemp(join(tmpdir(), 'bht-'));
after(() => rm(root, { recursive: true, force: true }));

const START = parseLsn('0/1000000');
const FIRST = '000000010000000000000001';
const WAL = Buffer.concat([randomBytes(1_000_000), Buffer.alloc(SEGMENT_BYTES - 1_000_000, 7), randomBytes(200_000)]);

type Held = { readonly lineage: Lineage; readonly tail: WalTail; readonly durable: Lsn[]; readonly failures: Error[] };

/** A tail as it stands after a start of the process. */
async function hold(directory: string): Promise<Held> {
  const lineage = await Lineage.open(directory, '42');
  const durable: Lsn[] = [];
  const failures: Error[] = [];
  const tail = new WalTail({
    lineage,
    timeline: 1,
    endLsn: endOfRun(1, START, lineage.entries),
    onDurable: (lsn) => durable.push(lsn),
    onFailure: (error) => failures.push(error),
    onComplete: () => undefined,
  });
  return { lineage, tail, durable, failures };
}

/** Sends bytes of WAL as headquarters does, in messages of uneven length. */
function send(tail: WalTail, from: number, to: number, wal = WAL): void {
  for (let at = from; at < to; ) {
    const piece = wal.subarray(at, Math.min(to, at + 1 + ((at * 7919) % 131_072)));
    tail.append(START + BigInt(at), piece);
    at += piece.length;
  }
}

const partial = ({ lineage }: Held, name = FIRST) => join(lineage.walDirectory, `${name}.partial`);

test('[R1] a position can be acknowledged when its bytes are durable, and not before', async () => {
  const held = await hold(join(root, 'durable'));
  const { tail, durable } = held;
  assert.equal(tail.beginSession(), START);
  send(tail, 0, 5000);
  assert.equal(tail.writtenLsn, START + 5000n);
  assert.equal(tail.confirmableLsn, START);
  assert.equal(await tail.flush(), undefined);
  assert.equal(tail.confirmableLsn, START + 5000n);
  assert.equal(durable.at(-1), START + 5000n);
  assert.ok(WAL.subarray(0, 5000).equals(await readFile(partial(held))));
  await tail.close();
});

test('[R2] bytes stand once and in order, over segment boundaries and restarts', async () => {
  const directory = join(root, 'order');
  for (const [from, to] of [
    [0, 3000],
    [3000, 900_001],
    [900_001, SEGMENT_BYTES + 100],
    [SEGMENT_BYTES + 100, WAL.length],
  ] as const) {
    const { tail, lineage } = await hold(directory);
    const sessionAt = Number(tail.beginSession() - START);
    assert.equal(sessionAt, from < SEGMENT_BYTES ? 0 : SEGMENT_BYTES);
    send(tail, sessionAt, to);
    await tail.close();
    assert.equal(tail.durableLsn, START + BigInt(to));
    await lineage.settle();
  }
  const { lineage } = await hold(directory);
  assert.ok(WAL.subarray(0, SEGMENT_BYTES).equals(await lineage.readSegment(FIRST)));
  assert.equal(lineage.index.get(FIRST), sha256Hex(WAL.subarray(0, SEGMENT_BYTES)));
  const rest = await lineage.readAt(1, START + BigInt(SEGMENT_BYTES), 1_000_000);
  assert.ok(WAL.subarray(SEGMENT_BYTES).equals(rest));
});

test('[R2] bytes that do not follow what is held are refused as a gap', async () => {
  const { tail } = await hold(join(root, 'gap'));
  tail.beginSession();
  send(tail, 0, 1000);
  assert.throws(() => tail.append(START + 1001n, WAL.subarray(1001, 1100)), { code: 'archive.gap' });
  assert.throws(() => tail.append(START + 999n, WAL.subarray(999, 1100)), { code: 'archive.gap' });
  send(tail, 1000, 2000);
  await tail.close();
});

test('[R3] after a restart nothing is acknowledged until the bytes held were shown to be the same', async () => {
  const directory = join(root, 'compare');
  const first = await hold(directory);
  first.tail.beginSession();
  send(first.tail, 0, 50_000);
  await first.tail.close();

  const second = await hold(directory);
  second.tail.beginSession();
  assert.equal(second.tail.confirmableLsn, 0n);
  send(second.tail, 0, 49_999);
  assert.equal(second.tail.confirmableLsn, 0n);
  send(second.tail, 49_999, 50_000);
  assert.equal(second.tail.confirmableLsn, START + 50_000n);
  await second.tail.close();

  const third = await hold(directory);
  third.tail.beginSession();
  const other = Buffer.from(WAL);
  other.writeUInt8(other.readUInt8(30_000) ^ 1, 30_000);
  assert.throws(() => send(third.tail, 0, 60_000, other), { code: 'archive.damaged' });
  assert.equal(third.tail.confirmableLsn, 0n);
  await third.tail.close();
  assert.ok(WAL.subarray(0, 50_000).equals(await readFile(partial(third))));
});

test('[R4] a frozen tail writes nothing more, and what it had is durable', async () => {
  const held = await hold(join(root, 'frozen'));
  held.tail.beginSession();
  send(held.tail, 0, 77_777);
  const freezing = held.tail.freeze();
  assert.throws(() => send(held.tail, 77_777, 80_000), { code: 'receiver.sealed' });
  assert.equal(await freezing, START + 77_777n);
  assert.equal(await held.tail.freeze(), START + 77_777n);
  assert.equal((await readFile(partial(held))).length, 77_777);
  assert.deepEqual(held.tail.describeEnd(), { name: FIRST, bytes: 77_777, sha256: sha256Hex(WAL.subarray(0, 77_777)) });
  await held.tail.close();
});

test('what a failed write left behind the bytes received goes before anything is appended', async () => {
  const directory = join(root, 'left');
  const { tail, lineage } = await hold(directory);
  tail.beginSession();
  await writeFile(join(lineage.walDirectory, `${FIRST}.partial`), 'left by a write that failed');
  send(tail, 0, 1000);
  await tail.close();
  assert.ok(WAL.subarray(0, 1000).equals(await readFile(join(lineage.walDirectory, `${FIRST}.partial`))));
});

test('[A22] what is noted of a growing segment while it is read is compared as well, and what was durable comes', async () => {
  const held = await hold(join(root, 'noted'));
  const { lineage, tail } = held;
  tail.beginSession();
  send(tail, 0, 50_000);
  await tail.close();
  // As a reader finds it that looked at the entry before the segment grew, and at the note after.
  lineage.noteTail(FIRST, 30_000);
  const reading = await hold(join(root, 'noted-reader'));
  const read = () => readWalFile({ lineage, tail: reading.tail }, FIRST, []);
  const { bytes, sha256, isComplete } = await read();
  assert.ok(bytes.equals(WAL.subarray(0, 30_000)));
  assert.deepEqual([sha256, isComplete], [sha256Hex(bytes), false]);
  const stored = await readFile(partial(held));
  for (const at of [10_000, 40_000]) {
    const flipped = Buffer.from(stored);
    flipped.writeUInt8(flipped.readUInt8(at) ^ 1, at);
    await writeFile(partial(held), flipped);
    await assert.rejects(read(), { code: 'archive.damaged' });
  }
  await writeFile(partial(held), stored.subarray(0, 49_999));
  await assert.rejects(read(), { code: 'archive.damaged' });
  await reading.tail.close();
});

test('a segment that lost bytes since they were received is damage, not a new start', async () => {
  const held = await hold(join(root, 'short'));
  held.tail.beginSession();
  send(held.tail, 0, 1000);
  await held.tail.freeze();
  await unlink(partial(held));
  await appendFile(partial(held), WAL.subarray(0, 500));
  assert.throws(() => held.tail.beginSession(), { code: 'archive.damaged' });
});

const isRoot = process.getuid?.() === 0;
test('[R6] on a full disk nothing is acknowledged; when there is room it goes on, and no byte is lost', async (t) => {
  const small = join(root, 'small');
  await mkdir(small);
  try {
    if (!isRoot) throw new Error('only root can mount');
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', small], { stdio: 'ignore' });
  } catch {
    return t.skip('needs the right to mount a small file system');
  }
  try {
    const held = await hold(small);
    const { tail } = held;
    await writeFile(join(small, 'ballast'), Buffer.alloc(1_500_000, 1));
    tail.beginSession();
    assert.throws(() => send(tail, 0, 1_500_000), { code: 'disk.full' });
    await tail.flush();
    const acknowledged = Number(tail.confirmableLsn - START);
    assert.ok(acknowledged < 700_000);
    await unlink(join(small, 'ballast'));
    assert.equal(tail.beginSession(), START);
    send(tail, 0, 1_500_000);
    assert.equal(await tail.flush(), undefined);
    assert.equal(tail.confirmableLsn, START + 1_500_000n);
    await tail.close();
    assert.ok(WAL.subarray(0, 1_500_000).equals(await readFile(partial(held))));
    assert.deepEqual(await readdir(held.lineage.walDirectory), [`${FIRST}.noted`, `${FIRST}.partial`]);
  } finally {
    execFileSync('umount', [small]);
  }
});
