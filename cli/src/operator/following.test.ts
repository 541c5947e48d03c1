import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProgressTeller } from './following.ts';

const MB = 1_048_576;

test('progress tells bytes, rate and time left, and begins to reckon anew with each phase', () => {
  const teller = new ProgressTeller();
  const copying = (bytesDone: number) => ({ phase: 'copying', bytesDone, bytesTotal: 1000 * MB }) as const;
  assert.equal(teller.tell(copying(0), 1000), '0.0 of 1000 MB base and WAL laid down');
  assert.equal(teller.tell(copying(200 * MB), 3000), '200 of 1000 MB base and WAL laid down, 100 MB/s, 8 s left');
  assert.equal(teller.tell(copying(1000 * MB), 9000), '1000 of 1000 MB base and WAL laid down');
  const replaying = (bytesDone: number) => ({ phase: 'replaying', bytesDone, bytesTotal: 64 * MB }) as const;
  assert.equal(teller.tell(replaying(16 * MB), 10_000), '16.0 of 64.0 MB WAL replayed');
  assert.equal(teller.tell(replaying(48 * MB), 12_000), '48.0 of 64.0 MB WAL replayed, 16.0 MB/s, 1 s left');
});
