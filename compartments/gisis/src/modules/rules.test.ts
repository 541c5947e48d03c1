import assert from 'node:assert/strict';
import { test } from 'node:test';
import { releasedTo } from '#declaration/release.rules.ts';
import type { Values } from '#value/record-rule.rules.ts';
import { audit } from './audit/audit.module.ts';
import { isCasNumber } from './ballast-chemical/ballast-chemical.rules.ts';
import { listOwedFor } from './casualty/owed.rules.ts';
import { CHECKS, checkOf } from './checks.ts';
import { shipYearOf } from './fuel-consumption/shared-set.rules.ts';
import { isContainerNumber } from './lost-container/lost-container.rules.ts';
import { listMonth } from './piracy/monthly-list.rules.ts';
import { arrangeMatrix, authorizationOf, isAuthorized } from './recognized-organization/matrix.rules.ts';
import { listFalseFlags } from './ship/ship.rules.ts';
import { entryIntoForceOf } from './treaty/treaty-record.rules.ts';

const given = { now: new Date('2026-11-22T12:00:00Z') };

const remarks = (name: string, values: Values) => checkOf(name)(values, given).map(({ field, weight }) => `${field} ${weight}`);

test('[GV12] an audited State alone releases more than the summary', () => {
  const told = (values: Record<string, unknown>) =>
    Object.keys(audit.fields).filter((name) => releasedTo(audit, name, values) !== null);
  assert.deepEqual(told({ release: ['findings', 'report'], release_to: 'public' }), [
    'report',
    'findings_count',
    'observations_count',
    'findings',
  ]);
  assert.equal(releasedTo(audit, 'report', { release: ['report'], release_to: 'members' }), 'members');
  assert.deepEqual(told({ release: null, release_to: 'public' }), []);
  assert.deepEqual(told({ release: ['plan'], release_to: null }), []);
  assert.deepEqual(told({ release: 'report', release_to: 'public' }), [], 'one text is no list of choices');
  const hidden = Object.entries(audit.fields).filter(([, field]) => field.seenBy === 'own-state');
  assert.ok(hidden.length >= 8, 'everything but the summary stays with the State');
  for (const name of ['release', 'release_to'])
    assert.deepEqual(audit.fields[name]?.filledBy, ['release'], 'nobody else sets it, by no other form');
  assert.deepEqual(audit.workflow?.acts['release']?.by, ['officer'], 'the Secretariat does not release');
});

test('a flag that was falsely flown is told with the days from and to', () => {
  const flags = [
    { value: 'PAN', from: '2019-01-01' },
    { value: 'GMB', from: '2023-01-01' },
  ];
  const markers = [
    { from: '2023-05-01', isSet: true },
    { from: '2024-02-01', isSet: false },
    { from: '2025-01-01', isSet: true },
  ];
  assert.deepEqual(listFalseFlags(markers, flags), [
    { flag: 'GMB', from: '2023-05-01', to: '2024-02-01' },
    { flag: 'GMB', from: '2025-01-01', to: null },
  ]);
  assert.deepEqual(remarks('ship-flag-marker', { false_flag_since: '2025-01-01', flag: null }), ['flag refused']);
});

test('containers and chemicals have check digits', () => {
  assert.ok(isContainerNumber('CSQU3054383'));
  for (const wrong of ['CSQU3054384', 'TBJA7176445', 'CSQU305438', 'csqu3054383']) assert.ok(!isContainerNumber(wrong), wrong);
  for (const number of ['75-25-2', '7732-18-5', '10028-15-6']) assert.ok(isCasNumber(number), number);
  assert.ok(!isCasNumber('75-25-3'));
  assert.deepEqual(remarks('container-numbers', { container_numbers: 'CSQU3054383, csqu305438-3\nCSQU3054384' }), [
    'container_numbers refused',
  ]);
  assert.deepEqual(remarks('container-numbers', { container_numbers: 'CSQU3054383 csqu305438-3' }), []);
});

test('fields that contradict each other are refused, what is merely odd is asked back', () => {
  assert.deepEqual(remarks('facility-number', { facility_number: 'CAVAN-0022', port: 'CAVAN' }), []);
  assert.deepEqual(remarks('facility-number', { facility_number: 'CAVAN-22', port: 'CAVAN' }), ['facility_number refused']);
  assert.deepEqual(remarks('facility-number', { facility_number: 'NOOSL-0001', port: 'CAVAN' }), ['facility_number refused']);
  assert.deepEqual(remarks('locode-of-country', { port: 'CAVAN', country: 'USA' }), ['port asked']);
  assert.deepEqual(remarks('position-near-country', { position: { lat: 49.3, lon: -123.1 }, country: 'CAN' }), []);
  assert.deepEqual(remarks('position-near-country', { position: { lat: 49.3, lon: 123.1 }, country: 'CAN' }), ['position asked']);
  assert.deepEqual(remarks('mmsi-of-flag', { mmsi: '257123450', flag: 'PAN' }), ['mmsi asked']);
  assert.deepEqual(remarks('facility-days', { approved_on: '2024-01-01', withdrawn_on: '2023-01-01' }), ['withdrawn_on refused']);
  assert.deepEqual(remarks('ballast-exemption', { kind: 'exemption', holds: { from: '2024-01-01', to: '2029-01-02' } }), [
    'holds refused',
  ]);
  assert.deepEqual(
    remarks('ballast-exemption', { kind: 'exemption', holds: { from: '2024-01-01', to: '2029-01-01' }, review_on: '2026-07-01' }),
    [],
  );
  assert.deepEqual(remarks('annex-vi-fonar', { kind: 'non-availability' }), ['attempts refused']);
  assert.deepEqual(remarks('casualty-outcomes', { deaths: 2, outcomes: ['ship-damaged'] }), ['deaths asked']);
  assert.deepEqual(remarks('persons-add-up', { persons: 10, rescued: 8, deaths: 3 }), ['deaths asked']);
  for (const [name, check] of Object.entries(CHECKS))
    assert.deepEqual(check({}, given), [], `${name} has nothing to say of an empty record`);
  assert.throws(() => checkOf('no-such-rule'));
});

test('the monthly list of piracy parts what was committed from what was attempted, by area and waters', () => {
  const incident = (reference: string, happenedAt: string, act: string, waters: string | null, area: string | null) => ({
    reference,
    happenedAt,
    act,
    waters,
    area,
  });
  const list = listMonth(
    [
      incident('PIR-2026-0002', '2026-03-31T23:59:59Z', 'boarded', 'territorial', 'west-africa'),
      incident('PIR-2026-0001', '2026-03-01T00:00:00Z', 'attempted', 'international', 'west-africa'),
      incident('PIR-2026-0003', '2026-03-05T10:00:00Z', 'hijacked', null, null),
      incident('PIR-2026-0004', '2026-04-01T00:00:00Z', 'boarded', 'port', 'west-africa'),
    ],
    '2026-03',
  );
  assert.deepEqual(
    list.lines.map(({ area, references }) => [area, references]),
    [
      ['west-africa', ['PIR-2026-0001', 'PIR-2026-0002']],
      ['other', ['PIR-2026-0003']],
    ],
  );
  assert.deepEqual(list.committed, { international: 0, territorial: 1, port: 0, untold: 1 });
  assert.deepEqual(list.attempted, { international: 1, territorial: 0, port: 0, untold: 0 });
});

test('the matrix of recognized organizations tells who may do what for whom on a day', () => {
  const given = (state: string, organization: string, functions: readonly string[], from: string | null, to: string | null) => ({
    state,
    organization,
    functions,
    from,
    to,
  });
  const all = [
    given('NOR', 'Veritas', ['load-line', 'ism'], '2020-01-01', null),
    given('NOR', 'Lloyd', ['ism'], '2020-01-01', '2024-12-31'),
    given('PAN', 'Lloyd', ['tonnage'], null, null),
  ];
  assert.deepEqual(arrangeMatrix(all, '2025-06-01'), {
    organizations: ['Lloyd', 'Veritas'],
    rows: [
      { state: 'NOR', cells: [[], ['ism', 'load-line']] },
      { state: 'PAN', cells: [['tonnage'], []] },
    ],
  });
  assert.deepEqual(arrangeMatrix(all, '2024-06-01', 'ism').organizations, ['Lloyd', 'Veritas']);
  assert.ok(isAuthorized(all, { state: 'NOR', organization: 'Lloyd' }, 'ism', '2024-12-31'));
  assert.ok(!isAuthorized(all, { state: 'NOR', organization: 'Lloyd' }, 'ism', '2025-01-01'));
  assert.ok(!isAuthorized(all, { state: 'PAN', organization: 'Lloyd' }, 'ism', '2024-06-01'));
});

test('records of several modules are read as what their rules need', () => {
  const treaty = { needs_states: 2, needs_tonnage: 50, months_after: 12 };
  const deposit = (party: string, done_on: string, more: Values = {}): Values => ({
    party,
    done_on,
    act: 'ratification',
    fleet: 300,
    world_fleet: 1000,
    ...more,
  });
  const acts = [
    deposit('NOR', '2020-01-01'),
    deposit('PAN', '2021-01-01', { act: 'accession' }),
    deposit('GBR', '2020-06-01', { territory: 'IMN' }),
    deposit('SWE', '2020-02-01', { act: 'signature' }),
  ];
  assert.equal(entryIntoForceOf(treaty, acts).inForceOn, '2022-01-01');
  assert.equal(entryIntoForceOf(treaty, acts.slice(0, 1)).inForceOn, null);
  const owed = listOwedFor(
    { happened_at: '2025-01-31T10:00:00Z', deaths: 1 },
    [{ flag: 'NOR' }],
    [{ investigating_state: 'SWE', part: 'alone', begun_on: '2025-02-01', reported_on: null }],
    '2025-03-01',
  );
  assert.deepEqual(
    owed.map(({ state, what }) => [state, what]),
    [
      ['NOR', 'investigation'],
      ['SWE', 'final-report'],
    ],
  );
  assert.deepEqual(shipYearOf({ ship: '9074729', year: 2025, gross_tonnage: 6000, hfo: 10, mdo: 5, type: 'tug' }), [
    { imoNumber: '9074729', year: 2025, type: 'tug', grossTonnage: 6000, fuel: 15, distance: 0, hours: 0 },
  ]);
  assert.deepEqual(
    authorizationOf({ country: 'NOR', organization: 'Veritas', functions: ['ism'], valid: { from: '2020-01-01', to: null } }),
    [{ state: 'NOR', organization: 'Veritas', functions: ['ism'], from: '2020-01-01', to: null }],
  );
});
