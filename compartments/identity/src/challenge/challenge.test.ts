import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { FakeClock } from '@bulkhead/kernel';
import { CHALLENGE_MS, Challenges } from './challenge.actions.ts';

const use = { purpose: 'sign in', holder: 'browser one' };

function make() {
  const clock = new FakeClock(new Date('2026-03-02T09:00:00.000Z'));
  return { clock, challenges: new Challenges({ randomBytes, now: clock.now }) };
}

test('[I40] a challenge is good once, for its purpose and its holder, and for ten minutes', () => {
  const { clock, challenges } = make();
  const first = challenges.issueText(use);
  assert.equal(challenges.take(first, { ...use, holder: 'browser two' }), false);
  assert.equal(challenges.take(first, { ...use, purpose: 'register' }), false);
  assert.equal(challenges.take(first, use), true);
  assert.equal(challenges.take(first, use), false);
  const second = challenges.issueText(use);
  clock.advanceMs(CHALLENGE_MS);
  assert.equal(challenges.take(second, use), false);
  const third = challenges.issueText(use);
  const changed = `${third.startsWith('A') ? 'B' : 'A'}${third.slice(1)}`;
  for (const forged of ['', 'x', changed, `${third}A`]) assert.equal(challenges.take(forged, use), false, forged);
  assert.equal(make().challenges.take(third, use), false, 'a restart ends them all');
});
