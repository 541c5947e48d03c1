import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Conditions,
  computeEntryIntoForce,
  effectiveOn,
  listSetbacks,
  type PartyAct,
  progressOf,
} from './entry-into-force.rules.ts';
import { bondOf } from './status-sheet.rules.ts';

const act = (state: string, on: string, fleet: number, more: Partial<PartyAct> = {}): PartyAct => ({
  state,
  act: 'binds',
  on,
  fleet,
  ships: 0,
  cargo: 0,
  recycling: 0,
  ...more,
});

const NONE = {
  states: null,
  tonnageShare: null,
  ships: null,
  largeFleets: null,
  cargo: null,
  recyclingShare: null,
  monthsAfter: 12,
  monthsLater: 3,
};

const WORLD = [
  { from: '1960-01-01', tonnage: 1000 },
  { from: '2020-01-01', tonnage: 2000 },
];

test('[GV10] an instrument enters into force when States and tonnage are both reached, so many months later', () => {
  const conditions = { ...NONE, states: 2, tonnageShare: 50 };
  const found = computeEntryIntoForce(conditions, [act('PAN', '2010-05-31', 600), act('NOR', '2011-05-31', 100)], WORLD);
  assert.deepEqual(
    found.standings.map(({ on, states, tonnageShare, isMet }) => [on, states, tonnageShare, isMet]),
    [
      ['2010-05-31', 1, 60, false],
      ['2011-05-31', 2, 70, true],
    ],
  );
  assert.equal(found.metOn, '2011-05-31');
  assert.equal(found.inForceOn, '2012-05-31');
  assert.equal(effectiveOn('2011-05-31', '2012-05-31', 3), '2012-05-31');
  assert.equal(
    effectiveOn('2012-04-30', '2012-05-31', 3),
    '2012-07-30',
    'a deposit just before it takes effect by its own months',
  );
  assert.equal(effectiveOn('2013-11-30', '2012-05-31', 3), '2014-02-28');
  assert.equal(effectiveOn('2013-11-30', null, 3), null);
});

test('[GV10] a share of world tonnage can go back: by a State that leaves, by a world fleet that grows', () => {
  const conditions = { ...NONE, tonnageShare: 50 };
  const left = computeEntryIntoForce(
    conditions,
    [act('PAN', '2010-01-01', 400), act('PAN', '2012-01-01', 0, { act: 'leaves' }), act('NOR', '2013-01-01', 450)],
    WORLD,
  );
  assert.deepEqual(
    left.standings.map(({ tonnageShare }) => tonnageShare),
    [40, 0, 45],
  );
  assert.equal(left.metOn, null);
  assert.equal(computeEntryIntoForce(conditions, [act('PAN', '2021-01-01', 600)], WORLD).metOn, null, '600 of 2,000');
});

test('[GV10] large fleets, ships, cargo and recycling capacity are conditions like the others', () => {
  const hns = { ...NONE, states: 2, largeFleets: { states: 1, tonnage: 500 }, cargo: 40 };
  assert.equal(
    computeEntryIntoForce(hns, [act('PAN', '2010-01-01', 500, { cargo: 30 }), act('NOR', '2011-01-01', 10, { cargo: 10 })], WORLD)
      .metOn,
    '2011-01-01',
  );
  assert.equal(
    computeEntryIntoForce(hns, [act('PAN', '2010-01-01', 499, { cargo: 30 }), act('NOR', '2011-01-01', 10, { cargo: 10 })], WORLD)
      .metOn,
    null,
  );
  const hongKong = { ...NONE, states: 1, tonnageShare: 40, recyclingShare: 3, monthsAfter: 24 };
  assert.equal(
    computeEntryIntoForce(hongKong, [act('IND', '2023-06-26', 900, { recycling: 27 })], WORLD).inForceOn,
    '2025-06-26',
  );
  assert.equal(computeEntryIntoForce(hongKong, [act('IND', '2023-06-26', 900, { recycling: 26 })], WORLD).inForceOn, null);
  assert.equal(
    computeEntryIntoForce({ ...NONE, ships: 3600 }, [act('BEL', '2020-01-01', 1, { ships: 3600 })], WORLD).metOn,
    '2020-01-01',
  );
});

/** The conditions of five conventions, and acts of invented fleets that just meet each of them; one less of anything does not. */
const CONVENTIONS: Readonly<Record<string, { readonly conditions: Conditions; readonly acts: readonly PartyAct[] }>> = {
  SOLAS: { conditions: { ...NONE, states: 25, tonnageShare: 50 }, acts: many(25, { fleet: 40 }) },
  'Ballast Water': { conditions: { ...NONE, states: 30, tonnageShare: 35 }, acts: many(30, { fleet: 24 }) },
  'Hong Kong': {
    conditions: { ...NONE, states: 15, tonnageShare: 40, recyclingShare: 3, monthsAfter: 24 },
    acts: many(15, { fleet: 54, recycling: 1.62 }),
  },
  'Cape Town': { conditions: { ...NONE, states: 22, ships: 3600 }, acts: many(22, { ships: 164 }) },
  HNS: {
    conditions: { ...NONE, states: 12, largeFleets: { states: 4, tonnage: 2_000_000 }, cargo: 40_000_000, monthsAfter: 18 },
    acts: many(12, { fleet: 2_000_000, cargo: 3_400_000 }),
  },
};

function many(count: number, more: Partial<PartyAct>): readonly PartyAct[] {
  return Array.from({ length: count }, (_, at) =>
    act(`S${at}`, `${2020 + Math.floor(at / 12)}-${String(1 + (at % 12)).padStart(2, '0')}-01`, 0, more),
  );
}

test('[GV10] the conditions of SOLAS, Ballast Water, Hong Kong, Cape Town and HNS are met by the last State that is needed, and not without it', () => {
  for (const [name, { conditions, acts }] of Object.entries(CONVENTIONS)) {
    const last = acts.at(-1)?.on ?? '';
    const { metOn, inForceOn, standings } = computeEntryIntoForce(conditions, acts, WORLD);
    assert.equal(metOn, last, name);
    assert.ok(inForceOn !== null && inForceOn > last, name);
    assert.equal(computeEntryIntoForce(conditions, acts.slice(0, -1), WORLD).metOn, null, name);
    const progress = progressOf(conditions, standings);
    assert.ok(
      progress.every(({ needed, points }) => (points.at(-1)?.value ?? 0) >= needed && points.length === standings.length),
      name,
    );
    assert.deepEqual(listSetbacks(progress), [], name);
  }
});

test('[GV10] contributing cargo that is reported anew can take back what was reached: before it counts, not after', () => {
  const { conditions, acts } = CONVENTIONS['HNS'] ?? assert.fail('there is no HNS');
  const less = act('S0', '2020-06-15', 2_000_000, { act: 'reports', cargo: 100 });
  const before = computeEntryIntoForce(conditions, [...acts, less], WORLD);
  assert.equal(before.metOn, null);
  assert.deepEqual(listSetbacks(progressOf(conditions, before.standings)), ['2020-06-15']);
  const after = computeEntryIntoForce(conditions, [...acts, { ...less, on: '2023-01-01' }], WORLD);
  assert.equal(after.metOn, acts.at(-1)?.on);
  assert.equal(after.standings.at(-1)?.isMet, false, 'no longer met');
  const stranger = act('ZZ', '2020-06-15', 0, { act: 'reports', cargo: 90_000_000 });
  assert.equal(
    computeEntryIntoForce(conditions, [stranger], WORLD).standings.at(-1)?.cargo,
    0,
    'figures of a State that is no Party',
  );
});

test('a State is bound by what it deposited, until it leaves; a signature alone does not bind it', () => {
  const deed = (name: string, done_on: string, more: Readonly<Record<string, string>> = {}) => ({
    party: 'NOR',
    act: name,
    done_on,
    ...more,
  });
  const signed = deed('signature', '1974-11-01');
  const ratified = deed('ratification', '1977-02-15', { effective_on: '1980-05-25' });
  assert.deepEqual(bondOf([signed], 'NOR'), { kind: 'signed', on: '1974-11-01' });
  assert.deepEqual(bondOf([ratified, signed], 'NOR'), { kind: 'party', on: '1980-05-25' });
  assert.deepEqual(bondOf([signed, ratified, deed('withdrawal', '1999-01-01')], 'NOR'), { kind: 'left', on: '1999-01-01' });
  assert.equal(bondOf([signed], 'PAN'), null);
  assert.equal(bondOf([deed('accession', '1990-01-01', { territory: 'SJM' })], 'NOR'), null, 'a territory alone');
});
