import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ASKED_FROM_KM, distanceToCountryKm } from './box.rules.ts';
import { COUNTRIES, findCountry, nameCountry, readCountry, suggestCountries } from './country.rules.ts';
import { stateOfDelegation } from './delegation.rules.ts';

test('every country has its codes, a name in six languages and a box', () => {
  assert.equal(COUNTRIES.length, 249);
  assert.equal(new Set(COUNTRIES.flatMap(({ alpha3, alpha2, numeric }) => [alpha3, alpha2, numeric])).size, 3 * 249);
  for (const country of COUNTRIES) {
    assert.match(`${country.alpha3} ${country.alpha2} ${country.numeric}`, /^[A-Z]{3} [A-Z]{2} \d{3}$/);
    for (const [language, name] of Object.entries(country.names)) assert.ok(name.length > 1, `${country.alpha3} ${language}`);
    for (const { south, west, north, east } of country.boxes) {
      assert.ok(south <= north && west <= east && south >= -90 && north <= 90 && west >= -180 && east <= 180, country.alpha3);
    }
    assert.ok(country.boxes.length > 0, country.alpha3);
  }
});

test('a country is known by each of its names, however it is written', () => {
  for (const text of ['NOR', 'no', '578', 'Norway', 'NORVÈGE', 'norvege', 'Норвегия', '挪威', 'النرويج', 'the Kingdom of Norway'])
    assert.equal(readCountry(text)?.alpha3, 'NOR', text);
  assert.equal(readCountry('Netherlands (the)')?.alpha3, 'NLD');
  assert.equal(readCountry("Cote d'Ivoire")?.alpha3, 'CIV');
  assert.equal(readCountry('St. Kitts and Nevis')?.alpha3, 'KNA');
  for (const [text, code] of Object.entries({
    Turkey: 'TUR',
    'United States': 'USA',
    UK: 'GBR',
    Burma: 'MMR',
    'Ivory Coast': 'CIV',
    'Hong Kong': 'HKG',
  }))
    assert.equal(readCountry(text)?.alpha3, code, text);
  assert.equal(readCountry('Atlantis'), undefined);
  assert.equal(suggestCountries('Norwai')[0]?.alpha3, 'NOR');
  assert.equal(nameCountry('NOR', 'ru'), 'Норвегия');
  assert.equal(nameCountry('XXX', 'ru'), 'XXX');
});

test('a position is as far from a country as from the nearest of its boxes', () => {
  const far = (code: string, lat: number, lon: number) => {
    const country = findCountry(code);
    return country ? distanceToCountryKm({ lat, lon }, country) : undefined;
  };
  assert.equal(far('NOR', 59.9, 10.7), 0);
  assert.equal(far('FRA', -21, 55.5), 0, 'Réunion');
  assert.ok((far('NOR', 49.3, -123.1) ?? 0) > 5000);
  assert.ok((far('FJI', -18, 179.5) ?? 1) === 0 && (far('FJI', -18, -179) ?? 1) === 0, 'on both sides of the antimeridian');
  assert.ok((far('RUS', 66, -171) ?? 1) === 0);
  const offShore = far('NLD', 52.5, 2) ?? 0;
  assert.ok(offShore > 50 && offShore < ASKED_FROM_KM, String(offShore));
});

test('a delegation of a State or an associate member speaks for it; no other does', () => {
  assert.equal(stateOfDelegation('state-nor'), 'NOR');
  assert.equal(stateOfDelegation('associate-hkg'), 'HKG');
  for (const other of [null, 'secretariat', 'igo-ec', 'state-xxx', 'state-nor-x', 'xstate-nor'])
    assert.equal(stateOfDelegation(other), null);
});
