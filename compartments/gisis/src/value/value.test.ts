import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LANGUAGES } from '@bulkhead/contracts';
import type { Field, Kind } from '#declaration/field.rules.ts';
import * as field from '#declaration/field.rules.ts';
import { valueWords } from '#words/value-words.ts';
import { meaningOf } from './meaning.rules.ts';
import type { Value } from './value.rules.ts';

const given = { now: new Date('2026-11-22T12:00:00Z') };
const say = (english: string) => english;
const CHOICES = { none: 'None seen', knives: 'Knives', guns: 'Guns' };
const FILE = { sha256: 'a'.repeat(64), name: 'report.pdf', type: 'application/pdf', bytes: 2048 };

/** A field of every kind with values that it keeps. */
const EXAMPLES: Readonly<Record<Kind, readonly [Field, ...Value[]]>> = {
  text: [field.text('T'), 'Maersk Mc-Kinney Møller', 'سفينة'],
  lines: [field.lines('T'), 'one\ntwo', '=1+1'],
  'yes-no': [field.yesNo('T'), true, false],
  whole: [field.whole('T', { least: -5, most: 9_000_000_000 }), 0, -5, 9_000_000_000],
  amount: [field.amount('T', { most: 1_000_000, unit: 't', decimals: 3 }), 0.125, 999_999.999, 12],
  day: [field.day('T'), '2024-02-29'],
  moment: [field.moment('T'), '2024-02-29T23:59:59Z'],
  period: [field.period('T'), { from: '2024-01-01', to: null }, { from: '2024-01-01', to: '2024-12-31' }],
  position: [field.position('T'), { lat: -33.856789, lon: 151.2 }, { lat: 0, lon: -180 }],
  area: [field.area('T'), '-12, 41; -12, 55; 1, 55; 1, 41', '50, 170; 50, -170; 60, -170.5'],
  state: [field.state('T'), 'NOR', 'CIV'],
  states: [field.states('T'), ['FRA', 'NOR']],
  locode: [field.locode('T'), 'NOOSL'],
  'imo-number': [field.imoNumber('T'), '9074729'],
  'company-number': [field.companyNumber('T'), '0414246'],
  mmsi: [field.mmsi('T'), '257123450'],
  'call-sign': [field.callSign('T'), '5LVT9'],
  choice: [field.choice('T', CHOICES), 'knives'],
  choices: [field.choices('T', CHOICES), ['knives', 'guns']],
  reference: [field.reference('T', 'ship'), '9074729', 'PIR-2020-0042'],
  link: [field.link('T'), 'https://www.example.org/a?b=c'],
  file: [field.file('T'), FILE],
};
const all = Object.values(EXAMPLES).flatMap(([one, ...values]) =>
  values.map((value) => ({ one, value, meaning: meaningOf(one, say) })),
);

test('[GV5] what is written is read back as the same value: as text, as JSON and from the columns', () => {
  for (const { one, value, meaning } of all) {
    const same = { ok: true, value };
    assert.deepEqual(meaning.read(meaning.write(value), given), same, `${one.kind} as text`);
    if (meaning.control.shape !== 'file')
      assert.deepEqual(meaning.read(meaning.fill(value), given), same, `${one.kind} from its form`);
    assert.deepEqual(meaning.readJson(JSON.parse(JSON.stringify(meaning.json(value))), given), same, `${one.kind} as JSON`);
    const row = meaning.pack(value);
    assert.deepEqual(
      Object.keys(row),
      meaning.columns.map(({ suffix }) => suffix),
      `${one.kind} fills its columns`,
    );
    const kept = one.kind === 'moment' ? { '': new Date(String(row[''])) } : row;
    assert.deepEqual(meaning.unpack(kept), value, `${one.kind} from its columns`);
  }
});

test('[GV5] empty is empty in every kind', () => {
  for (const [one] of Object.values(EXAMPLES)) {
    const meaning = meaningOf(one, say);
    for (const typed of ['', '  ', []]) assert.deepEqual(meaning.read(typed, given), { ok: true, value: null }, one.kind);
    assert.deepEqual(meaning.readJson(null, given), { ok: true, value: null }, one.kind);
    assert.equal(meaning.unpack(meaning.pack(null)), null, one.kind);
  }
});

test('[GV6] no kind throws or takes what is too long, hidden or of another form, and each refuses in six languages', () => {
  const hostile: readonly unknown[] = [
    'x'.repeat(1_000_000),
    '9'.repeat(100_000),
    `a\u0000b`,
    'a\u202eb',
    '\ud800',
    { a: 1 },
    [1, 2],
    [['a']],
    Number.NaN,
    undefined,
    () => 1,
  ];
  for (const [one] of Object.values(EXAMPLES))
    for (const json of hostile) {
      const reading = meaningOf(one, say).readJson(json, given);
      assert.ok(!reading.ok, `${one.kind} takes ${JSON.stringify(json)?.slice(0, 50)}`);
      for (const language of LANGUAGES) assert.notEqual(reading.fault.sentence[language], '', one.kind);
    }
});

test('every suggestion would be right', () => {
  const slips: readonly (readonly [Kind, string])[] = [
    ['imo-number', '9074728'],
    ['company-number', '2041998'],
    ['state', 'Norwai'],
    ['choice', 'kniv'],
    ['link', 'http://www.example.org/'],
    ['day', '03/04/2026'],
    ['moment', '2026-01-01 10:00'],
    ['locode', 'NO0SL'],
    ['amount', '1,234'],
  ];
  for (const [kind, typed] of slips) {
    const meaning = meaningOf(EXAMPLES[kind][0], say);
    const reading = meaning.read(typed, given);
    assert.ok(!reading.ok, kind);
    assert.ok(reading.fault.suggestions.length > 0, kind);
    for (const suggestion of reading.fault.suggestions) assert.ok(meaning.read(suggestion, given).ok, `${kind} ${suggestion}`);
  }
});

test('numbers are read with point or comma, and refused where a comma may part thousands', () => {
  const read = (text: string) => meaningOf(field.amount('T', { most: 1e6, unit: 't', decimals: 2 }), say).read(text, given);
  for (const text of ['1234.5', '1234,5', '1 234,5', '1\u202f234.5', "1'234.5", '1234.500', '+1234.5'])
    assert.deepEqual(read(text), { ok: true, value: 1234.5 }, text);
  for (const text of ['1,234', '1.234.567', '1,234.5', '12.345', '-1', '1e3', '0x10', '1000001', '٣'])
    assert.ok(!read(text).ok, text);
});

test('a choice is known by its code and by its words in any language', () => {
  const meaning = meaningOf(field.choice('T', CHOICES), (english, language) =>
    english === 'Knives' && language === 'fr' ? 'Couteaux' : english,
  );
  for (const text of ['knives', 'KNIVES', 'Knives', 'couteaux'])
    assert.deepEqual(meaning.read(text, given), { ok: true, value: 'knives' });
  assert.equal(meaning.show('knives', 'fr'), 'Couteaux');
});

test('an address is whole, https, and holds no password', () => {
  const read = (text: string) => meaningOf(field.link('T'), say).read(text, given);
  for (const text of [
    'javascript:alert(1)',
    'ftp://example.org/',
    'https://user:pw@example.org/',
    'https://localhost/',
    'example.org',
    'https://a b.org/',
  ])
    assert.ok(!read(text).ok, text);
});

test('every word for values stands in six languages with the same holes', () => {
  const holes = (text: string) => [...text.matchAll(/\{[a-z]+\}/gi)].map(String).toSorted().join();
  const english = new Map(Object.entries(valueWords('en')));
  for (const language of LANGUAGES)
    for (const [key, word] of Object.entries(valueWords(language))) {
      assert.notEqual(word.trim(), '', `${language} ${key}`);
      assert.equal(holes(word), holes(english.get(key) ?? ''), `${language} ${key}`);
      if (language !== 'en' && key !== 'no') assert.notEqual(word, english.get(key), `${language} ${key}`);
    }
});
