import assert from 'node:assert/strict';
import { test } from 'node:test';
import { computeEntryIntoForce, effectiveOn, type PartyAct } from './entry-into-force.rules.ts';

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
