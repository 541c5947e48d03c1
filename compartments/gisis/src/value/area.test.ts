import assert from 'node:assert/strict';
import { test } from 'node:test';
import { areaMeaning, cornersOf, ringOf } from './area.rules.ts';
import { findCrossing, refine, unroll } from './ring.rules.ts';

const meaning = areaMeaning();
const given = { now: new Date('2026-03-02T09:00:00Z') };
const read = (text: string) => {
  const reading = meaning.read(text, given);
  return reading.ok ? reading.value : reading.fault.sentence.en;
};
const KEPT = '-12, 41; -12, 55; 1, 55; 1, 41';

test('[GV13] an area is read corner by corner in every notation of a position, in either direction, as GeoJSON and as WKT, to the same value', () => {
  for (const typed of [
    '12°00′S 041°00′E\n12°00′S 055°00′E\n01°00′N 055°00′E\n01°00′N 041°00′E',
    '12°00′S 041°00′E; 01°00′N 041°00′E; 1 N 55 E; 12°00′S 055°00′E; 12°00′S 041°00′E;',
    '-12, 41\n-12.000, 55.0\r\n 1, 55\n\n1, 41\n1, 41\n',
    '{"type":"Polygon","coordinates":[[[41,-12],[55,-12],[55,1],[41,1],[41,-12]]]}',
    'POLYGON((41 -12, 55 -12, 55 1, 41 1, 41 -12))',
  ])
    assert.equal(read(typed), KEPT, typed);
  assert.equal(read('  \n '), null);
  assert.equal(cornersOf(KEPT).length, 4);
});

test('[GV13] what is no area is refused with what is wrong and where: few or many corners, open or crossing sides, holes, a corner that cannot be read', () => {
  assert.match(String(read('1, 41; 1, 55')), /at least three corners/);
  assert.match(String(read('1, 41; 1, 55; 1, 41; 1, 55')), /cross or touch/);
  assert.match(String(read('0, 0; 10, 10; 0, 10; 10, 0')), /corner 1 and the side after corner 3 cross/);
  assert.match(String(read('0, 0; 0, 10; 10, 10; 10, 5; 0, 5')), /cross or touch/);
  assert.match(String(read('0, 0; 0, 10; 0, 5')), /cross or touch/, 'a line holds nothing');
  assert.match(String(read('1, 41; 1, 255; 2, 41')), /^Corner 2: /);
  assert.match(String(read('1, 41; nowhere; 2, 41')), /^Corner 2: /);
  assert.match(String(read(Array.from({ length: 300 }, (_, at) => `${at / 10}, ${at / 10}`).join('\n'))), /at most 250 corners/);
  assert.match(String(read('{"type":"Polygon","coordinates":[[[41,-12],[55,-12],[55,1],[41,1]]]}')), /not closed/);
  const holes = '{"type":"Polygon","coordinates":[[[0,0],[9,0],[9,9],[0,0]],[[1,1],[2,1],[2,2],[1,1]]]}';
  assert.match(String(read(holes)), /without holes/);
  assert.match(String(read('MULTIPOLYGON(((0 0, 9 0, 9 9, 0 0)))')), /without holes/);
  for (const other of ['{"type":"Point","coordinates":[1,2]}', '{', 'POLYGON((a b, c d))'])
    assert.match(String(read(other)), /corners of the area/);
  assert.match(String(read('60, 0; 60, 100; 60, -160; 60, -60')), /around the earth/);
});

test('[GV13] what is written, filled in and told to programs is read back as the same area', () => {
  for (const value of [KEPT, '-0.123456, 41.654321; 2, 55; 1.5, 41', '50, 170; 50, -170; 60, -170; 60, 170']) {
    assert.equal(read(meaning.write(value)), value);
    assert.equal(read(String(meaning.fill(value)[0])), value);
    const reading = meaning.readJson(JSON.parse(JSON.stringify(meaning.json(value))), given);
    assert.deepEqual(reading, { ok: true, value });
    assert.equal(meaning.unpack(meaning.pack(value)), value);
  }
  assert.match(meaning.show(KEPT, 'en'), /^12°00\.00′S 041°00\.00′E\n/);
  assert.deepEqual(meaning.readJson([1], given).ok, false);
});

test('an area across the antimeridian is one piece on a plane, and long sides are drawn as on a chart', () => {
  const ring = ringOf('50, 170; 50, -170; 60, -170; 60, 170');
  assert.deepEqual(ring, [
    [170, 50],
    [190, 50],
    [190, 60],
    [170, 60],
    [170, 50],
  ]);
  assert.equal(
    unroll([
      { lat: 60, lon: 0 },
      { lat: 60, lon: 120 },
      { lat: 60, lon: -120 },
    ]),
    null,
  );
  const refined = refine(ring, 2);
  assert.ok(refined.length > 30 && refined.every(([x, y]) => x >= 170 && x <= 190 && y >= 50 && y <= 60));
  assert.equal(findCrossing(ring.slice(0, -1)), null);
});
