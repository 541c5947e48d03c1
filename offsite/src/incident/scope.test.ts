import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FindingRule } from '@bulkhead/contracts';
import { listWindows, type Named, proposeScope } from './scope.rules.ts';

const at = new Date('2026-03-01T12:00:00.000Z');
function named(rule: FindingRule, session: string, lsn: string): Named[] {
  return [
    { rule, kind: 'session', value: session, at },
    { rule, kind: 'account', value: `account of ${session}`, at },
    { rule, kind: 'address', value: '192.0.2.7', at },
    { rule, kind: 'request', value: `request at ${lsn}`, at },
    { rule, kind: 'key', value: 'gateway-1', at },
    { rule, kind: 'transaction', value: `1 ${lsn}`, at },
  ];
}

test('[W14] what no honest session does names the session; what rode on somebody’s request names itself alone', () => {
  const scope = proposeScope([
    ...named('write.foreign_content', 'thief', '0/10'),
    ...named('write.mass_change', 'thief', '0/20'),
    ...named('write.tagged_twice', 'victim', '0/30'),
    ...named('write.outside_set', 'other', '0/40'),
  ]);
  assert.deepEqual(scope.sessions, ['thief']);
  assert.deepEqual(scope.requests, ['request at 0/10', 'request at 0/20', 'request at 0/40']);
  assert.deepEqual(scope.transactions, [
    { timeline: 1, commitLsn: '0/30' },
    { timeline: 1, commitLsn: '0/40' },
  ]);
  assert.deepEqual([scope.accounts, scope.addresses, scope.keyIds, scope.untagged, scope.everything], [[], [], [], false, false]);
});

test('[W14] writes without a good token are one criterion, and what only people saw is none', () => {
  const scope = proposeScope([
    { rule: 'write.untagged', kind: 'transaction', value: '1 0/10', at },
    { rule: 'write.badly_tagged', kind: 'transaction', value: '1 0/20', at },
    ...named('write.without_receipt', 'somebody', '0/30'),
    ...named('report.person', 'somebody', '0/40'),
    ...named('token.refused', 'somebody', '0/50'),
  ]);
  assert.equal(scope.untagged, true);
  assert.deepEqual(scope.transactions, [{ timeline: 1, commitLsn: '0/30' }]);
  assert.deepEqual([scope.sessions, scope.requests], [[], []]);
});

test('[W15] code inside the process makes a window from when it was let run, or its build began, to the seal', () => {
  const given = {
    runningSinceAt: '2026-03-01T08:00:00.000Z',
    sealedAt: '2026-03-01T13:00:00.000Z',
    openedAt: '2026-03-01T12:00:00.000Z',
  };
  const seenAt = '2026-03-01T12:30:00.000Z';
  const inside = { rule: 'write.tagged_twice', evidence: {}, seenAt } as const;
  const [window, ...others] = listWindows([inside], given);
  assert.deepEqual([window?.fromAt, window?.toAt, others], [given.runningSinceAt, given.sealedAt, []]);
  const changed = { rule: 'code.changed', evidence: { startedAt: '2026-03-01T06:00:00Z' }, seenAt } as const;
  assert.equal(listWindows([inside, changed], given)[0]?.fromAt, '2026-03-01T06:00:00.000Z');
  assert.equal(listWindows([inside], { ...given, sealedAt: null })[0]?.toAt, null);
});

test('[W15] a changed schema, a replaced key and gaps of history make windows from their first sign; rows alone make none', () => {
  const given = { runningSinceAt: null, sealedAt: null, openedAt: '2026-03-01T12:00:00.000Z' };
  const seenAt = '2026-03-01T12:30:00.000Z';
  const ddl = { rule: 'catalog.changed', evidence: { committedAt: '2026-03-01T11:00:00.000Z' }, seenAt } as const;
  const gap = { rule: 'history.gap', evidence: {}, seenAt } as const;
  const rows = { rule: 'write.untagged', evidence: {}, seenAt } as const;
  assert.deepEqual(
    listWindows([ddl, gap, rows], given).map(({ fromAt }) => fromAt),
    ['2026-03-01T11:00:00.000Z', seenAt],
  );
  const byRoute = { rule: 'role.granted', evidence: { granted: 'administrator to somebody' }, seenAt } as const;
  assert.deepEqual(listWindows([rows, byRoute], given), []);
  const ofCluster = { rule: 'role.granted', evidence: { catalogs: 'pg_auth_members' }, seenAt } as const;
  assert.equal(listWindows([ofCluster], given)[0]?.fromAt, seenAt);
});
