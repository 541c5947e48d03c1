import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DiskPace } from './disk-pace.rules.ts';

/** Writes for so long, one each 0.1 ms where the disk lets it; gives how long the disk was waited for. */
function write(pace: DiskPace, fromMs: number, forMs: number, tookMs: number): number {
  let waitedMs = 0;
  for (let nowMs = fromMs; nowMs < fromMs + forMs; nowMs += 0.1) {
    if (!pace.isQuick(nowMs)) continue;
    nowMs += tookMs;
    waitedMs += tookMs;
    pace.note(tookMs, nowMs);
  }
  return waitedMs;
}

test('[R4] a slow disk is waited for a hundredth of the time at the most, so that seals of others are not kept waiting', () => {
  const pace = new DiskPace();
  const waitedMs = write(pace, 0, 60_000, 20);
  assert.ok(waitedMs >= 400 && waitedMs <= 640, `${waitedMs} ms of a minute`);
});

test('a quick disk is waited for, one that is quick again soon is, and a hiccup changes little', () => {
  const pace = new DiskPace();
  write(pace, 0, 1000, 0.2);
  assert.ok(pace.isQuick(1000));
  pace.note(15, 1000);
  assert.equal(pace.isQuick(1001), false, 'it is no quick one just now');
  assert.ok(write(pace, 1001, 4000, 0.2) > 1500, 'most of the time that is left');
  write(pace, 10_000, 10_000, 20);
  assert.equal(pace.isQuick(20_001), false);
  write(pace, 20_001, 10_000, 0.2);
  assert.ok(pace.isQuick(30_001));
});
