import assert from 'node:assert/strict';
import { test } from 'node:test';
import { computeEntryIntoForce, effectiveOn, listSetbacks, type PartyAct, progressOf } from './entry-into-force.rules.ts';
import { KNOWN_CONDITIONS } from './known-conditions.rules.ts';
import { progressShown } from './progress-sheet.rules.ts';
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

/** Acts of invented fleets that just meet the conditions of each convention; one less of anything does not. */
const ACTS: Readonly<Record<string, readonly PartyAct[]>> = {
  'SOLAS 1974': many(25, { fleet: 40 }),
  'BWM 2004': many(30, { fleet: 24 }),
  'Hong Kong 2009': many(15, { fleet: 54, recycling: 1.62 }),
  'Cape Town 2012': many(22, { ships: 164 }),
  'HNS 1996': many(12, { fleet: 2_000_000, cargo: 3_400_000 }),
  'HNS Protocol 2010': many(12, { fleet: 2_000_000, cargo: 3_400_000 }),
};

function many(count: number, more: Partial<PartyAct>): readonly PartyAct[] {
  return Array.from({ length: count }, (_, at) =>
    act(`S${at}`, `${2020 + Math.floor(at / 12)}-${String(1 + (at % 12)).padStart(2, '0')}-01`, 0, more),
  );
}

test('[GV10] the conditions of SOLAS, Ballast Water, Hong Kong, Cape Town and HNS are met by the last State that is needed, and not without it', () => {
  for (const [name, conditions] of Object.entries(KNOWN_CONDITIONS)) {
    const acts = ACTS[name] ?? assert.fail(name);
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
  const conditions = KNOWN_CONDITIONS['HNS 1996'] ?? assert.fail('there is no HNS');
  const acts = ACTS['HNS 1996'] ?? [];
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

test('[GV10] conditions that a record does not tell are the convention’s own, and what no act tells of is not computed', () => {
  const control = { name: 'of', label: '', shape: 'pick', value: '', options: [] } as const;
  const shownOf = (
    treaty: Readonly<Record<string, string | number>>,
    actions: readonly Readonly<Record<string, string | number>>[],
  ) => progressShown({ treaty, actions, caption: 'x', control }, 'en').sheet;
  const acts = [{ party: 'NOR', act: 'accession', done_on: '1977-01-01' }];
  const solas = shownOf({ short_name: 'SOLAS 1974' }, acts);
  assert.deepEqual(
    solas.columns.map(({ text }) => text),
    ['On', 'States', 'Share of world tonnage', 'Conditions met'],
  );
  assert.deepEqual(
    solas.rows[0]?.cells.map(({ text }) => text),
    ['1', '', ''],
  );
  assert.deepEqual(
    solas.notes.map(({ text }) => text.split(':')[0]),
    [
      'The record tells of no conditions; these are the convention’s own.',
      'No act tells of these figures, so it cannot be computed',
    ],
  );
  const own = shownOf({ short_name: 'SOLAS 1974', needs_states: 1, months_after: 12 }, acts);
  assert.match(own.notes.map(({ text }) => text).join(), /By the records it enters into force on 1 January 1978/);
  assert.equal(shownOf({ short_name: 'Another' }, acts).rows.length, 0);
});
