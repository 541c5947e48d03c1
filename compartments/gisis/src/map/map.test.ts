import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contrastOf, GROUNDS, SHADES } from '#colour/colour.rules.ts';
import { shapePath } from './drawing.views.ts';
import { flatLand, groundOf, landOf } from './land.rules.ts';
import { cellBox, gridOf, isOnePlace, LARGE, lookAt, SMALL, spanOf, WORLD, widen, writeBox } from './view.rules.ts';

test('[GD10] colours of maps and charts have three to one with every ground, by light and by dark, and a shape each', () => {
  for (const [number, shade] of SHADES.entries())
    for (const tone of ['light', 'dark'] as const)
      for (const [name, ground] of Object.entries(GROUNDS))
        assert.ok(
          contrastOf(shade[tone], ground[tone]) >= 3,
          `${number} on ${name} by ${tone}: ${contrastOf(shade[tone], ground[tone])}`,
        );
  assert.equal(new Set(SHADES.map((_, number) => shapePath(number, 100))).size, SHADES.length);
});

test('cells share out a box without a gap, across the antimeridian too', () => {
  const fiji = { west: 176, south: -20, east: -178, north: -15 };
  assert.equal(spanOf(fiji).wide, 6);
  const grid = gridOf(lookAt(fiji, LARGE));
  assert.deepEqual(cellBox(grid, 0, 0).west, 176);
  const last = cellBox(grid, grid.columns - 1, grid.rows - 1);
  assert.ok(Math.abs(last.east + 178) < 1e-9 && Math.abs(last.north + 15) < 1e-9);
  assert.equal(writeBox(fiji), '176,-20,-178,-15');
});

test('a box is drawn in the middle of its picture, and further away is wider around the same middle, up to the whole world', () => {
  const box = { west: 100, south: -2, east: 106, north: 4 };
  const view = lookAt(box, LARGE);
  const [x = 0] = view.projection([103, 1]) ?? [];
  assert.ok(Math.abs(x - LARGE.width / 2) < 0.01);
  let wider = widen(box);
  for (let steps = 0; wider !== null; steps += 1) {
    assert.ok(steps < 8 && wider.west < 103 && wider.south < 1);
    wider = widen(wider);
  }
  assert.ok(lookAt(WORLD, SMALL).isWorld && lookAt({ west: -180, south: 0, east: 179, north: 5 }, SMALL).isWorld);
  assert.ok(isOnePlace({ west: 5, south: 5, east: 5.001, north: 5.001 }));
});

test('land is drawn in few bytes, and for a flat map nothing of it reaches across the sheet', () => {
  const world = groundOf(lookAt(null, LARGE));
  assert.ok(world.land.length > 8000 && world.land.length < 40_000, `${world.land.length}`);
  assert.match(world.land, /^(?:M-?\d+ -?\d+l[-\d ]+z)+$/);
  const near = groundOf(lookAt({ west: 100, south: -2, east: 106, north: 4 }, LARGE));
  assert.ok(near.land.length > 500 && near.land.length < 40_000, `${near.land.length}`);
  const flat = flatLand('110m');
  assert.ok(flat.coordinates.length > landOf('110m').coordinates.length);
  for (const [outer = []] of flat.coordinates)
    for (const [at, [lon = 0, lat = 0]] of outer.entries()) {
      const [before = lon] = outer[at - 1] ?? [];
      assert.ok(Math.abs(lon - before) < 180 || Math.abs(lat) > 89, `${before} to ${lon} at ${lat}`);
    }
});
