import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseLsn } from '#archive/wal.rules.ts';
import { ReplayEnd } from './replay-end.rules.ts';

test('[FO5] a standby is at the end when it replayed to the seal, or stands still before it with all received', () => {
  const end = () => new ReplayEnd(parseLsn('0/200'));
  assert.equal(end().isReached({ receivedLsn: '0/200', replayLsn: '0/200' }, 0), true);
  assert.equal(end().isReached({ receivedLsn: null, replayLsn: null }, 0), false);
  const cut = end();
  assert.equal(cut.isReached({ receivedLsn: '0/200', replayLsn: '0/100' }, 0), false, 'it may be about to go on');
  assert.equal(cut.isReached({ receivedLsn: '0/200', replayLsn: '0/1F0' }, 350), false, 'it went on');
  assert.equal(cut.isReached({ receivedLsn: '0/200', replayLsn: '0/1F0' }, 500), false);
  assert.equal(cut.isReached({ receivedLsn: '0/200', replayLsn: '0/1F0' }, 800), true, 'what is left is half a record');
  const behind = end();
  behind.isReached({ receivedLsn: '0/180', replayLsn: '0/180' }, 0);
  assert.equal(behind.isReached({ receivedLsn: '0/180', replayLsn: '0/180' }, 60_000), false, 'not all has come');
});
