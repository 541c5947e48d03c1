import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dayMeaning } from './day.rules.ts';
import { momentMeaning } from './moment.rules.ts';
import { periodMeaning } from './period.rules.ts';

const given = { now: new Date('2026-11-22T12:00:00Z') };
const moment = (text: string) => momentMeaning({ kind: 'moment', title: 'When', notAfter: 'now' }).read(text, given);
const day = (text: string) => dayMeaning({ kind: 'day', title: 'Day', notAfter: 'today' }).read(text, given);
const period = (typed: string | readonly string[]) => periodMeaning().read(typed, given);
type Read = ReturnType<typeof moment>;

function refusal(reading: Read | ReturnType<typeof period>) {
  assert.ok(!reading.ok, JSON.stringify(reading));
  return reading.fault;
}

test('[GV4] a time is kept in UTC, from every way to tell its zone', () => {
  const at = { ok: true, value: '2026-03-30T06:05:00Z' };
  const texts = [
    '2026-03-30T06:05:00Z',
    '2026-03-30 06:05 UTC',
    '2026-03-30 06:05Z',
    '2026-03-30 14:05 +08:00',
    '2026-03-30T14:05+0800',
    '2026-03-30 14:05 UTC+8',
    '2026-03-30 14:05 Asia/Singapore',
    '2026-03-30T14:05:00+08:00[Asia/Singapore]',
    '30 March 2026 08:05 (Europe/Paris)',
    '30/03/2026 01:05 −05:00',
    '20260330T060500Z',
    '2026-03-30, 06:05:00.250 GMT',
  ];
  for (const text of texts) assert.deepEqual(moment(text), at, text);
});

test('[GV4] a time without its zone is refused, and so is one that clocks skip or show twice', () => {
  assert.match(refusal(moment('2026-03-30 06:05')).sentence.en, /Add the zone/);
  assert.match(refusal(moment('2026-03-29 02:30 Europe/Paris')).sentence.en, /put forward/);
  const twice = refusal(moment('2025-10-26 02:30 Europe/Paris'));
  assert.deepEqual(twice.suggestions, ['2025-10-26T00:30:00Z', '2025-10-26T01:30:00Z']);
  for (const zone of ['CST', 'IST', 'Mars/Olympus', '+25:00', '+08:75'])
    assert.match(refusal(moment(`2026-03-30 06:05 ${zone}`)).sentence.en, /zone is not known/);
});

test('a time or a day that is not yet is refused where the field says so', () => {
  assert.match(refusal(moment('2026-11-22 12:00:01 UTC')).sentence.en, /future/);
  assert.ok(moment('2026-11-22 12:00:00 UTC').ok);
  assert.ok(day('2026-11-23').ok, 'it is already the 23rd in the east');
  assert.match(refusal(day('2026-11-24')).sentence.en, /future/);
});

test('[GV4] a day that can be read in two ways is refused, and both are named', () => {
  assert.deepEqual(refusal(day('03/04/2026')).suggestions, ['2026-04-03', '2026-03-04']);
  assert.deepEqual(day('29/03/2026'), { ok: true, value: '2026-03-29' });
  assert.deepEqual(day('03/29/2026'), { ok: true, value: '2026-03-29' });
  assert.deepEqual(day('05/05/2026'), { ok: true, value: '2026-05-05' });
  assert.deepEqual(day('3.4.2026'), { ok: true, value: '2026-04-03' });
  for (const text of ['2026-02-29', '31/04/2026', '29/03/26', '2026-13-01', 'yesterday', '0000-01-01'])
    assert.ok(!day(text).ok, text);
});

test('a period has its days in order, and may last', () => {
  assert.deepEqual(period(['2026-01-01', '2026-12-31']), { ok: true, value: { from: '2026-01-01', to: '2026-12-31' } });
  assert.deepEqual(period('2026-01-01/..'), { ok: true, value: { from: '2026-01-01', to: null } });
  assert.deepEqual(period(['2026-01-01', '']), { ok: true, value: { from: '2026-01-01', to: null } });
  assert.deepEqual(period(['', '']), { ok: true, value: null });
  assert.match(refusal(period('2026-02-01/2026-01-01')).sentence.en, /before the first/);
  assert.ok(!period(['', '2026-01-01']).ok);
});

test('days and years of an address become what is asked of the column, both ends included', () => {
  const filters = momentMeaning({ kind: 'moment', title: 'When' }).filters;
  const ask = (suffix: string, ...typed: string[]) => filters.find((filter) => filter.suffix === suffix)?.read(typed, given);
  assert.deepEqual(ask('to', '2026-01-31'), { ok: true, value: { test: 'between', column: '', before: '2026-02-01T00:00:00Z' } });
  assert.deepEqual(ask('year', '2020'), {
    ok: true,
    value: { test: 'any', of: [{ test: 'between', column: '', from: '2020-01-01T00:00:00Z', before: '2021-01-01T00:00:00Z' }] },
  });
  assert.equal(ask('year', '20200')?.ok, false);
});
