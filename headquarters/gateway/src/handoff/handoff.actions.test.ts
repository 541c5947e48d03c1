import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Handoffs } from './handoff.actions.ts';
import { isLocalPath } from './handoff.rules.ts';

test('[G16] a code is over after thirty seconds', () => {
  let nowMs = 0;
  let count = 0;
  const handoffs = new Handoffs({
    monotonicMs: () => nowMs,
    newSecret: () => {
      count += 1;
      return `code-${count}`;
    },
  });
  const given = { sessionId: 's', host: 'news', path: '/x', nonce: 'n' };
  const [early, late] = [handoffs.issue(given), handoffs.issue(given)];
  nowMs = 29_999;
  assert.deepEqual(handoffs.redeem(early, 'news', 'n'), { sessionId: 's', path: '/x' });
  nowMs = 30_001;
  assert.equal(handoffs.redeem(late, 'news', 'n'), null);
  assert.equal(handoffs.redeem('', 'news', 'n'), null);
});

test('[G16] what a browser could take for another site is no path of ours', () => {
  for (const path of [
    '//evil',
    '/\\evil',
    '\\\\evil',
    'https://evil',
    'evil',
    '',
    '/a\nb',
    '/a b',
    '/a#b',
    '/../x',
    '/%2e%2e/x',
    '/a%00',
    `/${'a'.repeat(3000)}`,
    '/é',
  ])
    assert.equal(isLocalPath(path), false, path);
  for (const path of ['/', '/drafts', '/drafts?page=2&q=a%20b', '/search?u=https://example.org/'])
    assert.equal(isLocalPath(path), true, path);
});
