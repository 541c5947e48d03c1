import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DrillOutcome } from '@bulkhead/contracts';
import { parseLsn } from '#archive/wal.rules.ts';
import {
  drawBlobs,
  drawTarget,
  isOverdue,
  judgeDrill,
  judgeReach,
  measureLoss,
  nextDrillAt,
  nextMode,
  type Standing,
  tellDrill,
} from './drill.rules.ts';

const DAY_MS = 86_400_000;
const BEGUN = new Date('2026-01-01T00:00:00Z');
const after = (ms: number) => new Date(BEGUN.getTime() + ms);
const NEW: Standing = {
  compartment: 'website',
  sinceAt: BEGUN,
  lastScheduledAt: null,
  lastScheduledMode: null,
  lastPassedAt: null,
};
const WELL: DrillOutcome = {
  base: null,
  timeline: 1,
  targetLsn: null,
  acknowledgedLsn: '0/4000000',
  reachedLsn: '0/4000000',
  restoreMs: 4200,
  verifiedMs: 5100,
  rpoBytes: 0,
  rpoSeconds: 0,
  checks: [{ name: 'page checksums', ok: true, detail: 'no fault' }],
  blobs: { named: 12, read: 12, bytes: 4096 },
  controls: [
    { kind: 'segment', outcome: 'refused', detail: 'archive.damaged' },
    { kind: 'key', outcome: 'absent', detail: 'the archive holds none' },
  ],
};

test('[DR1] drills are spread over the interval, each keeps its place, and full ones take turns with random ones', () => {
  const first = [0, 1, 2, 3].map((place) => nextDrillAt(NEW, place, 4, DAY_MS).getTime() - BEGUN.getTime());
  assert.deepEqual(first, [DAY_MS / 4, DAY_MS / 2, (3 * DAY_MS) / 4, DAY_MS]);
  const lastScheduledAt = after(first[1] ?? 0);
  assert.deepEqual(nextDrillAt({ ...NEW, lastScheduledAt }, 1, 4, DAY_MS), after((first[1] ?? 0) + DAY_MS));
  assert.deepEqual([nextMode(null), nextMode('full'), nextMode('random')], ['full', 'random', 'full']);
});

test('[DR6] a compartment is late when nothing of it was proved for two intervals, also if nothing ever was', () => {
  assert.equal(isOverdue(NEW, DAY_MS, after(2 * DAY_MS)), false);
  assert.equal(isOverdue(NEW, DAY_MS, after(2 * DAY_MS + 1)), true);
  const proved = { ...NEW, lastPassedAt: after(DAY_MS) };
  assert.equal(isOverdue(proved, DAY_MS, after(3 * DAY_MS)), false);
  assert.equal(isOverdue(proved, DAY_MS, after(3 * DAY_MS + 1)), true);
});

test('[DR7] the same seed draws the same position and the same files, and each position lies within the archive', () => {
  const blobs = Array.from({ length: 1000 }, (_, at) => `blob ${at}`);
  for (let seed = 0; seed < 500; seed += 1) {
    const target = drawTarget(seed, 0x3000000n, 0x4000000n);
    assert.equal(target, drawTarget(seed, 0x3000000n, 0x4000000n));
    const at = parseLsn(target ?? '0/0');
    assert.ok(at > 0x3000000n && at < 0x4000000n);
  }
  assert.equal(drawTarget(1, 5n, 6n), null);
  const drawn = drawBlobs('random', 7, blobs);
  assert.deepEqual(drawn, drawBlobs('random', 7, blobs));
  assert.notDeepEqual(drawn, drawBlobs('random', 8, blobs));
  assert.equal(new Set(drawn).size, 200);
  assert.equal(drawBlobs('full', 7, blobs).length, 1000);
  assert.deepEqual(drawBlobs('random', 7, blobs.slice(0, 3)), blobs.slice(0, 3));
});

test('[DR3] a copy that ends before what was acknowledged, or before the position that was drawn, fails', () => {
  assert.equal(judgeReach('0/3FFFFF0', null, '0/4000000', '0/4000000').ok, true);
  assert.equal(judgeReach('0/4000000', null, '0/3FFFFFF', '0/4000000').ok, false);
  assert.equal(judgeReach('0/3500000', '0/3500010', '0/4000000', '0/4000000').ok, true);
  assert.equal(judgeReach('0/3400000', '0/3500000', '0/4000000', '0/4000000').ok, false);
  assert.equal(judgeReach(null, null, null, '0/4000000').ok, false);
});

test('[DR5] the recovery point is what was acknowledged and is not in the copy, in bytes and in time', () => {
  const commit = (commitLsn: string, second: number) => ({ commitLsn, committedAt: after(second * 1000).toISOString() });
  const whole = { acknowledgedLsn: '0/4000000', archiveLsn: '0/4000000', reachedLsn: '0/3FFFF00' };
  const newest = commit('0/3FFFF00', 60);
  assert.deepEqual(measureLoss({ ...whole, newest, present: newest }), { bytes: 0, seconds: 0 });
  assert.deepEqual(measureLoss({ ...whole, newest: undefined, present: undefined }), { bytes: 0, seconds: null });
  const short = { ...whole, archiveLsn: '0/3F00000', reachedLsn: '0/3F00000' };
  assert.deepEqual(measureLoss({ ...short, newest, present: commit('0/3E00000', 18) }), { bytes: 0x100000, seconds: 42 });
});

test('[DR4] a drill is believed only if planted damage was refused each time, and if any could be planted', () => {
  const [refused] = WELL.controls;
  assert.ok(refused);
  assert.equal(judgeDrill(WELL), 'passed');
  assert.equal(judgeDrill({ ...WELL, controls: [refused, { kind: 'base', outcome: 'accepted', detail: '' }] }), 'not-believed');
  assert.equal(judgeDrill({ ...WELL, controls: [{ kind: 'base', outcome: 'absent', detail: '' }] }), 'not-believed');
  assert.equal(judgeDrill({ ...WELL, controls: [] }), 'not-believed');
  assert.equal(judgeDrill({ ...WELL, checks: [{ name: 'a check', ok: false, detail: '' }] }), 'failed');
});

test('what a drill came to is told in plain words', () => {
  const told = tellDrill({ compartment: 'website', mode: 'full' }, 'passed', WELL);
  assert.match(
    told,
    /^website was restored from off-site alone to its newest position in 4\.2 s and found sound after 5\.1 s; nothing/,
  );
  assert.match(told, /12 of 12 files were read whole\. Damage planted in copies was refused each time \(segment\)\./);
  const blind = { ...WELL, controls: [{ kind: 'base', outcome: 'accepted', detail: '' }] } as const;
  assert.match(
    tellDrill({ compartment: 'website', mode: 'full' }, 'not-believed', { ...blind, controls: [...blind.controls] }),
    /NOT BELIEVED/,
  );
});
