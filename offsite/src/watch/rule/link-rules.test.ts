import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LinkStatus } from '@bulkhead/link';
import { judgeLink } from './link-rules.rules.ts';

const now = new Date('2026-11-22T12:00:00Z');
const status = (changes: Partial<LinkStatus> = {}): LinkStatus => ({
  site: 'offsite',
  isUp: true,
  port: 8600,
  pin: 'ab'.repeat(32),
  peerPins: [],
  open: {},
  strangers: 0,
  crowded: 0,
  lastStranger: null,
  keyEndsAt: '2036-11-22T12:00:00.000Z',
  ...changes,
});
const rules = (seen: LinkStatus, before?: LinkStatus, beforeAt = new Date(now.getTime() - 2000)) =>
  judgeLink({ status: seen, before, beforeAt: before && beforeAt, now }).map(({ rule }) => rule);

test('[W19] whoever is refused at the link’s port is a finding, once for each look, and a new process begins at nothing', () => {
  assert.deepEqual(rules(status()), []);
  const seen = status({ strangers: 3, lastStranger: '192.0.2.66' });
  assert.deepEqual(rules(seen), ['link.stranger']);
  assert.deepEqual(rules(seen, seen), []);
  const [told] = judgeLink({ status: seen, before: status({ strangers: 1 }), beforeAt: now, now });
  assert.deepEqual([told?.evidence, told?.compartment], [{ count: '2', address: '192.0.2.66' }, null]);
  assert.deepEqual(rules(status({ strangers: 2 }), status({ strangers: 9 })), ['link.stranger']);
});

test('[W19] a port that is crowded is a finding; a link that comes back all at once is none', () => {
  assert.deepEqual(rules(status({ crowded: 5 })), []);
  assert.deepEqual(rules(status({ crowded: 40 }), status({ crowded: 5 })), ['link.crowded']);
});

test('[W20] a key of the link near the end of its certificate is told once a day', () => {
  const ending = status({ keyEndsAt: '2026-12-30T00:00:00.000Z' });
  assert.deepEqual(rules(ending), ['link.key_ending']);
  assert.deepEqual(rules(ending, ending), []);
  assert.deepEqual(rules(ending, ending, new Date('2026-11-21T23:59:00Z')), ['link.key_ending']);
  assert.deepEqual(rules(status({ keyEndsAt: '2026-11-01T00:00:00.000Z' })), ['link.key_ending']);
});
