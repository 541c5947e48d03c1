import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Base } from '@bulkhead/contracts';
import { chooseBase, endOfRun, legsTo, listNeeded, type SegmentEntry } from './plan.rules.ts';
import { historyName, parseLsn, SEGMENT_BYTES, segmentName } from './wal.rules.ts';

const lsn = parseLsn;

function base(timeline: number, startLsn: string, endLsn: string): Base {
  const at = '2026-11-21T00:00:00.000Z';
  return {
    id: `${timeline}-${startLsn}`,
    systemId: '1',
    timeline,
    startLsn,
    endLsn,
    startedAt: at,
    endedAt: at,
    bytes: 1,
    sha256: '',
  };
}

function archive(...entries: readonly (readonly [timeline: number, at: string, bytes?: number])[]): Map<string, SegmentEntry> {
  return new Map(
    entries.map(([timeline, at, bytes = SEGMENT_BYTES]) => {
      const name = segmentName(timeline, lsn(at));
      return [name, { name, bytes, isComplete: bytes === SEGMENT_BYTES }];
    }),
  );
}

const BASES = [base(1, '0/2000028', '0/2000120'), base(1, '0/5000028', '0/5000120'), base(4, '0/7000028', '0/7000120')];

test('a restore begins with the newest base that was complete by the target', () => {
  const legs = legsTo(1, [], lsn('0/9000000'));
  assert.equal(chooseBase(BASES, legs, lsn('0/9000000'))?.startLsn, '0/5000028');
  assert.equal(chooseBase(BASES, legs, lsn('0/5000120'))?.startLsn, '0/5000028');
  assert.equal(chooseBase(BASES, legs, lsn('0/500011F'))?.startLsn, '0/2000028');
  assert.equal(chooseBase(BASES, legs, lsn('0/2000000')), undefined);
});

test('a base of a timeline that was left earlier is not on the way', () => {
  const legs = legsTo(4, [{ timeline: 1, endLsn: lsn('0/4000000') }], lsn('0/6000000'));
  assert.equal(chooseBase(BASES, legs, lsn('0/6000000'))?.startLsn, '0/2000028');
});

test('[A1] a restore needs every segment of the way, both where the timeline changes, and the histories', () => {
  const stored = archive([1, '0/2000000'], [1, '0/3000000', 500], [4, '0/3000000'], [4, '0/4000000', 300]);
  stored.set(historyName(4), { name: historyName(4), bytes: 40, isComplete: true });
  const legs = legsTo(4, [{ timeline: 1, endLsn: lsn('0/3000100') }], lsn('0/400012C'));
  assert.deepEqual(
    listNeeded(legs, lsn('0/2000028'), stored).map(({ name }) => name),
    [
      '00000004.history',
      '000000010000000000000002',
      '000000010000000000000003',
      '000000040000000000000003',
      '000000040000000000000004',
    ],
  );
});

test('[A1] a missing or short segment is a gap, named by its first missing byte', () => {
  const whole = [
    [1, '0/2000000'],
    [1, '0/3000000'],
    [1, '0/4000000', 1000],
  ] as const;
  const needed = (stored: Map<string, SegmentEntry>, end: string) =>
    listNeeded(legsTo(1, [], lsn(end)), lsn('0/2000028'), stored).length;
  assert.equal(needed(archive(...whole), '0/40003E8'), 3);
  assert.throws(() => needed(archive(...whole), '0/40003E9'), { code: 'archive.gap', message: /0\/40003E8/ });
  assert.throws(() => needed(archive(whole[0], whole[2]), '0/40003E8'), { code: 'archive.gap', message: /0\/3000000/ });
  assert.throws(() => needed(archive(whole[1], whole[2]), '0/40003E8'), { code: 'archive.gap', message: /0\/2000028/ });
});

test('[A1] [A23] a timeline whose archive ends before it branched off is a gap', () => {
  const stored = archive([1, '0/2000000'], [1, '0/3000000', 500], [4, '0/3000000', 100]);
  const legs = legsTo(4, [{ timeline: 1, endLsn: lsn('0/3000100') }], lsn('0/3000064'));
  assert.throws(() => listNeeded(legs, lsn('0/2000028'), stored), {
    code: 'archive.gap',
    message: /timeline 4 ends at 0\/3000064/,
  });
});

test('the end of a run is where the first segment is partial or missing', () => {
  assert.equal(endOfRun(1, lsn('0/2000028'), archive([1, '0/2000000'], [1, '0/3000000', 77])), lsn('0/300004D'));
  assert.equal(endOfRun(1, lsn('0/2000000'), archive([1, '0/2000000'], [1, '0/4000000'])), lsn('0/3000000'));
  assert.equal(endOfRun(2, lsn('0/2000000'), archive([1, '0/2000000'])), lsn('0/2000000'));
});
