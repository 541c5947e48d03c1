import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Applied, CompartmentManifest, Order, Verification } from '@bulkhead/contracts';
import { hasCode } from '@bulkhead/kernel';
import { Charge } from './charge.actions.ts';
import {
  checksBeforePromotion,
  digestOfMove,
  holdsForMs,
  judgeCatalog,
  leftToFenceMs,
  listMoving,
  requireCharge,
} from './failover.rules.ts';

const at = '2026-03-02T10:00:00.000Z';
const manifestOf = (name: string, level = 'native') => ({ name, level }) as unknown as CompartmentManifest;
const orderOf = (state: Order['state'], by: readonly string[]): Order => ({
  compartment: 'website',
  epoch: 3,
  state,
  reason: 'a test',
  issuedAt: at,
  by: [...by],
});

test('[FO1] only the site in charge is heard; the other is told that it is not', () => {
  requireCharge('headquarters', 'headquarters');
  requireCharge('stand-in', 'stand-in');
  for (const [inCharge, caller] of [
    ['headquarters', 'stand-in'],
    ['stand-in', 'headquarters'],
  ] as const)
    assert.throws(
      () => requireCharge(inCharge, caller),
      (error) => hasCode(error, 'site.not_in_charge'),
    );
});

test('[FO1] the charge is on disk before the next site is heard, and is the same after a restart', async () => {
  const kept: { site: 'headquarters' | 'stand-in'; sinceAt: Date }[] = [];
  const store = {
    findCharge: async () => kept.at(-1),
    saveCharge: async (charge: { site: 'headquarters' | 'stand-in'; sinceAt: Date }) => void kept.push(charge),
  };
  const clocks = { now: new Date(at), monotonicMs: () => 0 };
  const charge = new Charge(store, clocks);
  await charge.load();
  const given = charge.give('stand-in', 'm1', new Date(at));
  assert.equal(charge.site, 'headquarters', 'not before it is kept');
  await given;
  assert.equal(charge.site, 'stand-in');
  assert.throws(() => charge.admit('headquarters', new Date(at)));
  assert.equal(charge.homeAskedAt?.toISOString(), at, 'that it is there is remembered');
  const again = new Charge(store, clocks);
  await again.load();
  assert.equal(again.site, 'stand-in');
});

test('[FO2] the fence is the closing order carried out, or the end of the last lease; silence proves nothing', () => {
  const applied: Applied = { compartment: 'website', epoch: 7, state: 'sealed', part: 'supervisor', ok: true, detail: '', at };
  const asked = { sealEpoch: 7, sinceLeaseMs: 1000, holdsForMs: 5000 };
  assert.equal(leftToFenceMs({ ...asked, applied }), 0);
  assert.equal(leftToFenceMs({ ...asked, applied: { ...applied, epoch: 6 } }), 4000, 'an older order was carried out');
  assert.equal(leftToFenceMs({ ...asked, applied: { ...applied, ok: false } }), 4000);
  assert.equal(leftToFenceMs({ ...asked, applied: undefined }), 4000);
  assert.equal(leftToFenceMs({ ...asked, applied: undefined, sinceLeaseMs: 5000 }), 0);
});

test('[FO2] a lease holds a little longer than it says, and for the minutes that a compartment may go on alone', () => {
  assert.equal(holdsForMs(2000, { seal: { unreachable: 'stop', automatic: [] } }), 2270);
  assert.ok(holdsForMs(2000, { seal: { unreachable: { degradeMinutes: 2 }, automatic: [] } }) > 122_000);
});

test('[FO2] a process that began a moment ago counts the leases of the one before it', () => {
  let nowMs = 100;
  const store = { findCharge: async () => undefined, saveCharge: async () => undefined };
  const charge = new Charge(store, { now: new Date(at), monotonicMs: () => nowMs });
  nowMs = 700;
  assert.equal(charge.sinceLeaseMs('website'), 600);
  charge.noteLease({ nonce: 'x'.repeat(16), compartments: [{ name: 'website', epoch: 1 }], ttlMs: 2000 });
  nowMs = 1000;
  assert.equal(charge.sinceLeaseMs('website'), 300);
  assert.equal(charge.sinceLeaseMs('identity'), 900);
});

test('[FO3] the digest that is approved is of exactly what was asked, by whom and why', () => {
  const move = { id: 'm000000000001', kind: 'failover', requestedBy: 'operator:a', reason: 'fire' } as const;
  const digest = digestOfMove(move);
  for (const other of [
    { ...move, kind: 'failback' as const },
    { ...move, reason: 'flood' },
    { ...move, id: 'm000000000002' },
    { ...move, requestedBy: 'operator:b' },
  ])
    assert.notEqual(digestOfMove(other), digest);
});

test('what ran is moved, and what is sealed only because its data are lost; what a person sealed is not', () => {
  const moved = (order: Order | undefined, level?: string) => listMoving([manifestOf('website', level)], () => order);
  assert.equal(moved(orderOf('open', ['operator:a']))[0]?.was, 'open');
  assert.equal(moved(orderOf('read-only', []))[0]?.was, 'read-only');
  assert.equal(moved(orderOf('sealed', ['rule:storage.lost']))[0]?.was, 'open');
  assert.deepEqual(moved(orderOf('sealed', ['operator:a'])), []);
  assert.deepEqual(moved(orderOf('restoring', ['operator:a'])), []);
  assert.deepEqual(moved(undefined), []);
  assert.match(moved(orderOf('open', []), 'L0')[0]?.failure ?? '', /keeps no copy/);
});

test('[FO5] a catalog goes live only if every check was answered and holds', () => {
  const website = manifestOf('website');
  const checks = checksBeforePromotion(website).map(({ id }) => ({ name: id, violations: 0, failure: null }));
  const sound = {
    checks,
    migrations: { isOk: true, missing: [], changed: [], unexpected: [] },
    checksums: { isOk: true, failures: [] },
  } as unknown as Verification;
  assert.deepEqual(judgeCatalog(website, sound), []);
  assert.match(judgeCatalog(website, { ...sound, checks: checks.slice(1) }).join(), /was not answered/);
  const broken = checks.map((check, index) => (index === 0 ? { ...check, violations: 1 } : check));
  assert.match(judgeCatalog(website, { ...sound, checks: broken }).join(), /1 rows break it/);
  const migrations = { isOk: false, missing: [], changed: [], unexpected: ['9999-evil.sql'] };
  assert.match(judgeCatalog(website, { ...sound, migrations }).join(), /9999-evil/);
});
