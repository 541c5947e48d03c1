import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseLsn } from '#archive/wal.rules.ts';
import { type Cut, judgeReach, type Seen } from './cut.rules.ts';

const ENDLESS = 2n ** 64n - 1n;
/** Restored to the archive's end: it ends where the seal does. */
const END = { timeline: 1, cutLsn: '0/500', endLsn: '0/500' };
/** Restored to an earlier position. */
const EARLIER = { timeline: 1, cutLsn: '0/300', endLsn: '0/500' };
const legs = (...ends: readonly (readonly [timeline: number, endLsn: string | null])[]) =>
  ends.map(([timeline, endLsn]) => ({ timeline, endLsn: endLsn === null ? ENDLESS : parseLsn(endLsn) }));
const seen = (timeline: number, lsn: string | null, changes: Partial<Seen> = {}): Seen => ({
  timeline,
  reconciledLsn: lsn,
  indexedLsn: lsn,
  fault: null,
  legs: legs([1, null]),
  isStill: false,
  ...changes,
});
function told(cut: Pick<Cut, 'timeline' | 'cutLsn' | 'endLsn'>, history: Seen): string {
  const { knowsCopy, unknown, isFinal } = judgeReach(cut, history);
  return `${knowsCopy ? 'knows the copy' : 'lacks some'}, ${unknown === null ? 'whole' : 'not whole'}, ${isFinal ? 'for good' : 'so far'}`;
}
const WHOLE = 'knows the copy, whole, for good';

test('[C32] a history that is behind, away or began no timeline yet is waited for; one that reaches the seal is whole', () => {
  assert.equal(told(END, seen(1, null)), 'lacks some, not whole, so far');
  assert.equal(told(END, seen(1, '0/4FF')), 'lacks some, not whole, so far');
  assert.equal(told(END, seen(1, '0/500')), WHOLE);
  assert.equal(told(EARLIER, seen(1, '0/400')), 'knows the copy, not whole, so far');
  assert.equal(told(EARLIER, seen(1, '0/500')), WHOLE);
  const third = { ...END, timeline: 3 };
  assert.equal(told(third, seen(1, '0/500')), 'lacks some, not whole, so far');
  assert.equal(told({ ...EARLIER, endLsn: null }, seen(1, null)), WHOLE, 'it had read all before');
});

test('[C32] a seal in the midst of a record is reached where history has nothing more to read, not where it is only slow', () => {
  assert.equal(told(EARLIER, seen(1, '0/4F0', { isStill: true })), WHOLE);
  assert.equal(told(EARLIER, seen(1, '0/200', { isStill: true })), 'lacks some, not whole, so far');
  assert.equal(
    told(EARLIER, seen(1, '0/4F0', { isStill: true, fault: 'the jail is silent' })),
    'knows the copy, not whole, so far',
  );
  assert.equal(told(EARLIER, seen(1, '0/4F0', { isStill: true, indexedLsn: '0/4F8' })), 'knows the copy, not whole, so far');
});

test('[C32] after the reopening history goes along the new timeline: the copy it comes to know, what was left behind never', () => {
  const after = (cut: typeof END, branchLsn: string, lsn: string) =>
    told(cut, seen(2, lsn, { legs: legs([1, branchLsn], [2, null]) }));
  assert.equal(after(END, '0/500', '0/480'), 'lacks some, not whole, so far');
  assert.equal(after(END, '0/500', '0/500'), WHOLE);
  assert.equal(after(EARLIER, '0/300', '0/280'), 'lacks some, not whole, so far');
  assert.equal(after(EARLIER, '0/300', '0/900'), 'knows the copy, not whole, for good');
  assert.equal(after(END, '0/300', '0/900'), 'lacks some, not whole, for good', 'a later restore took another way');
  const aside = seen(4, '0/900', { legs: legs([1, '0/100'], [4, null]) });
  assert.equal(told({ ...END, timeline: 3 }, aside), 'lacks some, not whole, for good');
});
