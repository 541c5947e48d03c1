import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChangeFeed } from './change-feed.actions.ts';
import { describeDevice } from './session.rules.ts';

const LONG_MS = 60_000;

test('whoever waits hears of a change, and nobody waits when there is one to hear of', async () => {
  const feed = new ChangeFeed();
  const waiting = feed.after(0, LONG_MS);
  feed.announce(['one', 'two']);
  assert.deepEqual(await waiting, { sequence: 2, sessions: ['one', 'two'] });
  assert.deepEqual(await feed.after(1, LONG_MS), { sequence: 2, sessions: ['two'] });
  assert.deepEqual(await feed.after(0, LONG_MS), { sequence: 2, sessions: ['one', 'two'] });
});

test('without a change the answer is empty when the wait is over, or when the process stops', async () => {
  const feed = new ChangeFeed();
  assert.deepEqual(await feed.after(0, 5), { sequence: 0, sessions: [] });
  const waiting = feed.after(0, LONG_MS);
  feed.close();
  assert.deepEqual(await waiting, { sequence: 0, sessions: [] });
});

test('a listener that missed changes which are forgotten, or that knows of later ones, is sent back to the start', async () => {
  const feed = new ChangeFeed();
  feed.announce(Array.from({ length: 10_005 }, (_, at) => `s${at}`));
  assert.deepEqual(await feed.after(3, LONG_MS), { sequence: 0, sessions: [] });
  assert.equal((await feed.after(5, LONG_MS)).sessions.length, 10_000);
  assert.equal((await feed.after(0, LONG_MS)).sessions.length, 10_000);
  assert.deepEqual(await feed.after(10_006, LONG_MS), { sequence: 0, sessions: [] });
});

test('a device is described by browser and system alone', () => {
  assert.equal(
    describeDevice('Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1'),
    'Safari · iOS',
  );
  assert.equal(
    describeDevice('Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36'),
    'Chrome · Android',
  );
  assert.equal(describeDevice('curl/8.0'), '');
  assert.equal(describeDevice(undefined), '');
});
