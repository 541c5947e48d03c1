import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type Base, generateSigningKey, PURPOSES, type RetentionRule, type SigningKey, signMessage } from '@bulkhead/contracts';
import { FakeClock, hasCode, sha256Hex } from '@bulkhead/kernel';
import { generateIdentity } from 'age-encryption';
import { commitBase, findLeaning, listBases } from '#archive/base-shelf.actions.ts';
import { BaseWriter } from '#archive/base-writer.actions.ts';
import { Keyring } from '#archive/keyring.actions.ts';
import { Lineage } from '#archive/lineage.actions.ts';
import { formatLsn, type Lsn, SEGMENT_BYTES, segmentName } from '#archive/wal.rules.ts';
import type { Joined } from './join.actions.ts';
import { RetentionKeeper } from './retention.actions.ts';
import { FIRST_RULE } from './retention.rules.ts';
import { RunningTime } from './running-time.actions.ts';
import { WalTail } from './tail.actions.ts';

const root = await mkdtemp(join(tmpdir(), 'bhp-'));
after(() => rm(root, { recursive: true, force: true }));

const DAY_MS = 86_400_000;
const identity = await generateIdentity();
const operators = ['ann', 'ben'].map((name) => generateSigningKey(`operator:${name}`));
const stranger = generateSigningKey('operator:eve').signing;
const [ann, ben] = operators.map(({ signing }) => signing) as [SigningKey, SigningKey];
const at = (segment: number): Lsn => BigInt(segment) * BigInt(SEGMENT_BYTES);

/** An archive that runs by a clock and a running time of the test's own. */
class Archive {
  readonly clock = new FakeClock(new Date('2026-01-01T12:00:00Z'));
  readonly directory: string;
  ran = 0;
  segment = 1;
  drill = 0;
  keeper!: RetentionKeeper;
  joined!: Joined;

  constructor(name: string) {
    this.directory = join(root, name);
  }

  async open(): Promise<this> {
    const { directory } = this;
    const now = () => this.clock.now();
    const ranMs = () => this.ran;
    const keys = await Keyring.open({ compartment: 'site', directory, identity, recipients: [], now });
    const lineage = await Lineage.open(directory, '42', { keys, ranMs });
    const nothing = () => undefined;
    const endLsn = at(1000);
    const tail = new WalTail({ lineage, timeline: 1, endLsn, onDurable: nothing, onFailure: nothing, onComplete: nothing });
    this.joined = { lineage, tail };
    const operatorKeys = operators.map(({ verifying }) => verifying);
    this.keeper = await RetentionKeeper.open({ compartment: 'site', directory, operatorKeys, ranMs, now });
    return this;
  }

  /** A day passes, on the clock and in running time: three segments, a base, a proven drill. */
  async live(days: number, drills = true): Promise<void> {
    for (let day = 0; day < days; day += 1) {
      this.clock.advanceMs(DAY_MS);
      this.ran += DAY_MS;
      for (let count = 0; count < 3; count += 1) await this.fill();
      await this.takeBase();
      if (drills) await this.prove();
    }
  }

  async fill(): Promise<void> {
    const name = segmentName(1, at(this.segment));
    await writeFile(join(this.joined.lineage.walDirectory, `${name}.zst`), name);
    await this.joined.lineage.noteComplete(name, sha256Hex(name));
    this.segment += 1;
  }

  async takeBase(): Promise<void> {
    const { lineage } = this.joined;
    const startedAt = this.clock.now().toISOString();
    const lsn = formatLsn(at(this.segment - 1));
    const hex = at(this.segment - 1)
      .toString(16)
      .toUpperCase()
      .padStart(16, '0');
    const id = `${startedAt.replace(/[-:]|\.\d{3}/g, '')}-00000001-${hex}`;
    const writer = await BaseWriter.begin(lineage.place, id, await findLeaning(lineage));
    await writer.write(Buffer.alloc(3000, this.segment));
    const told = await writer.finish(Buffer.from('{}'));
    const base: Base = { id, systemId: '42', timeline: 1, startLsn: lsn, endLsn: lsn, startedAt, endedAt: startedAt, ...told };
    await commitBase(lineage, base);
  }

  async prove(): Promise<void> {
    this.drill += 1;
    for (let segment = this.segment; segment <= 1000; segment += 1)
      this.joined.lineage.noteTail(segmentName(1, at(segment)), SEGMENT_BYTES);
    const lsn = formatLsn(at(this.segment - 1) + 1n);
    await this.keeper.prove(this.joined, { lsn, timeline: 1, drill: `d${this.drill}`, at: this.clock.now().toISOString() });
  }

  async standing(): Promise<{ bases: number; segments: number }> {
    const files = await readdir(this.joined.lineage.walDirectory);
    return {
      bases: (await listBases(this.joined.lineage)).length,
      segments: files.filter((name) => /^[0-9A-F]{24}/.test(name)).length,
    };
  }

  prune() {
    return this.keeper.prune(this.joined);
  }

  retain(key: SigningKey, rule: RetentionRule, compartment = 'site') {
    const command = { kind: 'retain', compartment, rule, reason: 'less room' } as const;
    const nonce = `${key.keyId}-${rule.minimumHours}-${rule.drills}-${this.ran}-0123456789`;
    const signed = signMessage(key, PURPOSES.command, { command, nonce, issuedAt: this.clock.now().toISOString() });
    return this.keeper.retain(signed);
  }
}

/** Three days and two drills instead of thirty and seven. */
async function openShort(name: string): Promise<Archive> {
  const archive = await new Archive(name).open();
  for (const key of [ann, ben]) await archive.retain(key, { minimumHours: 72, drills: 2 });
  return archive;
}

test('[A14] what is older than a proven base of the minimum age goes; all WAL from that base on stays', async () => {
  const archive = await openShort('kept');
  await archive.live(3);
  assert.deepEqual((await archive.prune()).bases, []);
  await archive.live(3);
  const pruned = await archive.prune();
  const left = await archive.standing();
  // Of six days the base of the third is the newest that is three days old.
  assert.deepEqual([pruned.bases.length, pruned.segments], [2, 8]);
  assert.deepEqual(left, { bases: 4, segments: 18 - 8 });
  assert.ok(pruned.bytes > 0);
  assert.deepEqual([(await archive.prune()).bases.length, (await archive.prune()).segments], [0, 0]);
  assert.deepEqual(await (await archive.open()).standing(), left);
});

test('[A14] nothing goes that no drill proved, however old it is', async () => {
  const archive = await openShort('unproven');
  await archive.live(8, false);
  assert.match((await archive.prune()).why, /2 proven drills are asked for/);
  await archive.prove();
  await archive.prove();
  assert.deepEqual([(await archive.prune()).anchor, (await archive.standing()).bases], [null, 8]);
  await archive.live(3);
  // The base of the eighth day is the only one that was proven and is old enough.
  assert.deepEqual([(await archive.prune()).bases.length, (await archive.standing()).bases], [7, 4]);
});

test('[A14] a clock that jumps a year, to and fro, lets nothing go earlier', async () => {
  const archive = await openShort('jump');
  await archive.live(2);
  archive.clock.advanceMs(365 * DAY_MS);
  assert.match((await archive.prune()).why, /72 hours old by off-site's own running time/);
  archive.clock.advanceMs(-2 * 365 * DAY_MS);
  await archive.live(2);
  assert.deepEqual([(await archive.prune()).bases, (await archive.standing()).bases], [[], 4]);
  archive.clock.advanceMs(2 * 365 * DAY_MS);
  archive.ran -= 2 * DAY_MS;
  assert.deepEqual((await archive.prune()).bases, []);
});

test('[A14] the running time is recorded, goes on after a restart, and a lost record makes nothing older', async () => {
  const path = join(root, 'running.json');
  let elapsed = 0;
  const first = await RunningTime.open(path, () => elapsed);
  elapsed = 5000;
  await first.close();
  elapsed = 0;
  const second = await RunningTime.open(path, () => elapsed);
  elapsed = 100;
  assert.equal(second.ranMs(), 5100);
  await rm(path);
  elapsed = 0;
  const third = await RunningTime.open(path, () => elapsed);
  assert.equal(third.ranMs(), 0);
  third.atLeast(5100);
  elapsed = 10;
  assert.equal(third.ranMs(), 5110);
});

test('[A13] shortening takes two operators, each with a signature of his own, used once; lengthening takes one', async () => {
  const archive = await new Archive('two').open();
  const shorter = { minimumHours: 240, drills: 3 };
  await assert.rejects(archive.retain(stranger, shorter), (error) => hasCode(error, 'signature.invalid'));
  await assert.rejects(archive.retain(ann, shorter, 'other'), (error) => hasCode(error, 'signature.invalid'));
  assert.deepEqual(await archive.retain(ann, shorter), { state: 'waits-for-second', rule: FIRST_RULE });
  await assert.rejects(archive.retain(ann, shorter), (error) => hasCode(error, 'approval.same_person'));
  assert.deepEqual((await archive.open()).keeper && (await archive.keeper.describe(archive.joined)).pending?.by, [
    'operator:ann',
  ]);
  assert.equal((await archive.retain(ben, { ...shorter, drills: 2 })).state, 'waits-for-second');
  assert.equal((await archive.retain(ann, { ...shorter, drills: 2 })).state, 'done');
  assert.equal((await archive.retain(ben, { minimumHours: 2400, drills: 9 })).state, 'done');
  archive.ran += 1;
  await assert.rejects(
    (async () => {
      archive.ran -= 1;
      await archive.retain(ann, { ...shorter, drills: 2 });
    })(),
    (error) => hasCode(error, 'order.stale'),
  );
  archive.ran += 1;
  assert.equal((await archive.retain(ann, shorter)).state, 'waits-for-second');
  archive.ran += 2 * DAY_MS;
  assert.equal((await archive.retain(ben, shorter)).state, 'waits-for-second', 'a signature does not wait for ever');
  const { changes } = JSON.parse(await readFile(join(archive.directory, 'retention.json'), 'utf8')) as {
    changes: { signed: unknown[] }[];
  };
  assert.deepEqual(
    changes.map(({ signed }) => signed.length),
    [2, 1],
  );
});

test('[A14] a drill counts once, and only for what the archive holds', async () => {
  const archive = await new Archive('drills').open();
  await archive.live(1);
  const proved = { lsn: formatLsn(at(2)), timeline: 1, drill: 'd1', at: archive.clock.now().toISOString() };
  await archive.keeper.prove(archive.joined, proved);
  assert.equal((await archive.keeper.describe(archive.joined)).proofs.length, 1);
  const beyond = { ...proved, drill: 'far', lsn: formatLsn(at(2000)) };
  await assert.rejects(archive.keeper.prove(archive.joined, beyond), (error) => hasCode(error, 'archive.gap'));
  await writeFile(join(archive.directory, 'retention.json'), '{"rule":{"minimumHours":1,"drills":0}}');
  await assert.rejects(archive.open(), (error) => hasCode(error, 'archive.damaged'));
});
