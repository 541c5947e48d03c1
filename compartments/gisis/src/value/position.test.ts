import assert from 'node:assert/strict';
import { test } from 'node:test';
import { positionMeaning } from './position.rules.ts';
import type { Position } from './value.rules.ts';

const meaning = positionMeaning();
const given = { now: new Date('2026-11-22T12:00:00Z') };
const read = (text: string) => meaning.read(text, given);
const VANCOUVER: Position = { lat: 49.287, lon: -123.108333 };

/** The sentence that refuses it. */
function refusal(text: string) {
  const reading = read(text);
  assert.ok(!reading.ok, `${text} is read as ${JSON.stringify(reading)}`);
  return reading.fault;
}

test('[GV3] one position is read from every common notation', () => {
  const notations = [
    '49.287, -123.108333',
    '49.287 -123.108333',
    '49,287 -123,108333',
    '49,287; -123,108333',
    '+49.287-123.108333/',
    '+4917.22-12306.50/',
    '491722N 1230650W',
    '491722N1230650W',
    'N491722 W1230650',
    '4917.22N 12306.50W',
    '49-17.22N 123-06.5W',
    '49-17.22 N, 123-06.50 W',
    '49°17.22′N 123°06.50′W',
    '49º 17,22’ N; 123º 06,5’ W',
    "N 49° 17.22' W 123° 06.5'",
    "123°06.5'W 49°17.22'N",
    'Lat. 49°17.22′N Long. 123°06.50′W',
    'LAT: 49 17.22 N LON: 123 06.5 W',
    '49°17′13.2″N 123°06′30″W',
    '49:17:13.2N 123:06:30W',
    "49°17'13.2''N, 123°6'30''W",
    '49 17 13.2 north 123 06 30 west',
    '491713.2N 1230630.0W',
    "+49°17.22' -123°06.5'",
    "49°17.22' −123°06.5'",
    '49.287°N 123.108333°W',
    '(49.287N / 123.108333W)',
  ];
  for (const text of notations) assert.deepEqual(read(text), { ok: true, value: VANCOUVER }, text);
});

test('[GV3] six digits are degrees and minutes with hundredths, as the lists of the Organization have them', () => {
  assert.deepEqual(read('491772N 1230650W'), { ok: true, value: { lat: 49.295333, lon: -123.108333 } });
});

test('[GV3] what can be meant in two ways is refused, and both are named', () => {
  const fault = refusal('49.17.22N 123.06.50W');
  assert.match(fault.sentence.en, /can be read as 49°17\.22′N 123°06\.50′W or as 49°17\.37′N 123°06\.83′W/);
  for (const suggestion of fault.suggestions) assert.ok(read(suggestion).ok, suggestion);
  assert.match(refusal('49°17.22′ 123°06.50′').sentence.en, /north or south/);
  assert.match(refusal('49 17 13 123 06 30').sentence.en, /north or south/);
  assert.match(refusal('49.28N 123.1N').sentence.en, /north or south/);
  assert.match(refusal('4912N 1230W').sentence.en, /latitude and longitude/);
});

test('[GV3] what is no position is refused', () => {
  assert.deepEqual(refusal('123.108, -49.287').suggestions, ['-49.287, 123.108']);
  assert.match(refusal('95°10′N 10°00′E').sentence.en, /between 0 and 90/);
  assert.match(refusal('49°72.5′N 10°00′E').sentence.en, /below 60/);
  assert.match(refusal('49.287').sentence.en, /latitude and longitude/);
  for (const text of ['off Vancouver', '49.5 17N 123W', '49N', 'N W', '49°O 12°S', '1e5, 2', '49.287, -123.108, 4'])
    assert.ok(!read(text).ok, text);
  assert.ok(!read(`${'4'.repeat(2000)}N 1W`).ok);
});

test('a position is shown as mariners write it, and given to programs as GeoJSON has it', () => {
  assert.equal(meaning.show(VANCOUVER, 'ar'), '49°17.22′N 123°06.50′W');
  assert.equal(meaning.show({ lat: -0.5, lon: 179.999999 }, 'en'), '00°30.00′S 180°00.00′E');
  assert.deepEqual(meaning.point(VANCOUVER), [-123.108333, 49.287]);
  assert.deepEqual(meaning.readJson({ type: 'Point', coordinates: [-123.108333, 49.287] }, given), {
    ok: true,
    value: VANCOUVER,
  });
  assert.ok(!meaning.readJson({ lat: 91, lon: 0 }, given).ok);
});

test('a box of an address is read as GeoJSON orders it', () => {
  const box = meaning.filters.find((filter) => filter.suffix === 'box');
  assert.deepEqual(box?.read(['170,-10,-170,10'], given), {
    ok: true,
    value: { test: 'within', lat: 'lat', lon: 'lon', west: 170, south: -10, east: -170, north: 10 },
  });
  for (const wrong of ['1,2,3', '0,10,5,-10', '200,0,210,1', 'a,b,c,d']) assert.equal(box?.read([wrong], given).ok, false, wrong);
});
