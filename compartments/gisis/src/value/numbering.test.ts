import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callSignMeaning } from './call-sign.rules.ts';
import { isCompanyNumber, isShipNumber, suggestNumbers } from './check-digit.rules.ts';
import { locodeMeaning } from './locode.rules.ts';
import { mmsiMeaning } from './mmsi.rules.ts';
import { classifyMmsi } from './mmsi-class.rules.ts';
import { companyNumberMeaning, shipNumberMeaning } from './ship-number.rules.ts';

const given = { now: new Date('2026-11-22T12:00:00Z') };
const ship = (text: string) => shipNumberMeaning().read(text, given);
const company = (text: string) => companyNumberMeaning().read(text, given);

test('[GV1] the check digits of ships and companies are those of the resolutions', () => {
  for (const number of ['9074729', '7625811', '8814275']) assert.ok(isShipNumber(number), number);
  for (const number of ['8814274', '9074728', '0000001', '907472', '90747290']) assert.ok(!isShipNumber(number), number);
  for (const number of ['2041999', '0414246']) assert.ok(isCompanyNumber(number), number);
  for (const number of ['2041998', '1414246', '414246']) assert.ok(!isCompanyNumber(number), number);
});

test('[GV1] a number is read however it is written, its check digit always tested', () => {
  for (const text of ['9074729', 'IMO 9074729', 'imo9074729', 'IMO No. 9074729', ' 907 4729 '])
    assert.deepEqual(ship(text), { ok: true, value: '9074729' }, text);
  for (const text of ['9074728', '907472', 'nine', '９０７４７２９', '90747291']) assert.ok(!ship(text).ok, text);
});

test('[GV2] every number that one wrong digit or two swapped neighbours can have come from is suggested', () => {
  for (const valid of ['9074729', '7625811', '9321483']) {
    for (let at = 1; at < 7; at += 1) {
      const wrong = valid.slice(0, at - 1) + (valid[at] ?? '') + (valid[at - 1] ?? '') + valid.slice(at + 1);
      if (!isShipNumber(wrong)) assert.ok(suggestNumbers(wrong, isShipNumber).includes(valid), wrong);
    }
    for (let at = 0; at < 7; at += 1) {
      const wrong = `${valid.slice(0, at)}${(Number(valid[at]) + 1) % 10}${valid.slice(at + 1)}`;
      if (!isShipNumber(wrong)) assert.ok(suggestNumbers(wrong, isShipNumber).includes(valid), wrong);
    }
  }
  const reading = ship('8814274');
  assert.ok(!reading.ok);
  assert.ok(reading.fault.suggestions.length > 1, 'several fit: all are named');
  for (const suggestion of reading.fault.suggestions) assert.ok(isShipNumber(suggestion), suggestion);
});

test('[GV2] a company number that lost its leading zero is not taken, and the whole one is suggested', () => {
  const reading = company('414246');
  assert.ok(!reading.ok);
  assert.deepEqual(reading.fault.suggestions, ['0414246']);
  assert.deepEqual(company('0414246'), { ok: true, value: '0414246' });
});

test('an MMSI tells what it is given to and by which State', () => {
  const country = (digits: string) => {
    const read = classifyMmsi(digits);
    return read.ok ? [read.of, read.country?.alpha3 ?? null] : ['none', read.mid];
  };
  assert.deepEqual(country('257123450'), ['ship', 'NOR']);
  assert.deepEqual(country('002570000'), ['coast-station', 'NOR']);
  assert.deepEqual(country('025712345'), ['group-of-ships', 'NOR']);
  assert.deepEqual(country('111257001'), ['search-and-rescue-aircraft', 'NOR']);
  assert.deepEqual(country('992571234'), ['aid-to-navigation', 'NOR']);
  assert.deepEqual(country('982571234'), ['craft-of-a-ship', 'NOR']);
  assert.deepEqual(country('825712345'), ['handheld', 'NOR']);
  assert.deepEqual(country('970010123'), ['search-and-rescue-transmitter', null]);
  assert.deepEqual(country('972010123'), ['man-overboard', null]);
  assert.deepEqual(country('974010123'), ['position-indicating-beacon', null]);
  assert.deepEqual(country('299123456'), ['none', '299']);
  assert.deepEqual(country('123456789'), ['none', null]);
  assert.ok(!mmsiMeaning().read('299123456', given).ok);
  assert.ok(!mmsiMeaning().read('25712345', given).ok);
});

test('a place has the code of a country that exists, without the digits 0 and 1', () => {
  const read = (text: string) => locodeMeaning().read(text, given);
  assert.deepEqual(read('no osl'), { ok: true, value: 'NOOSL' });
  assert.deepEqual(read('CAVAN'), { ok: true, value: 'CAVAN' });
  const zero = read('NO0SL');
  assert.ok(!zero.ok);
  assert.deepEqual(zero.fault.suggestions, ['NOOSL']);
  for (const text of ['QQABC', 'NOOS', 'NOOSLO', 'N1OSL']) assert.ok(!read(text).ok, text);
});

test('a call sign begins as the series of States do', () => {
  const read = (text: string) => callSignMeaning().read(text, given);
  for (const sign of ['5LVT9', 'WYR7641', '3FGH7', 'LAXY5', 'VRQZ8'])
    assert.deepEqual(read(sign.toLowerCase()), { ok: true, value: sign });
  for (const text of ['12AB', '0ABC', 'AB', 'ABCDEFGHI', 'L@XY']) assert.ok(!read(text).ok, text);
});
