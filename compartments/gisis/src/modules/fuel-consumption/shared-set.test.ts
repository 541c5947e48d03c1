import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ShipYear, shareFuelYears } from './shared-set.rules.ts';

const year = (imo: number, more: Partial<ShipYear> = {}): ShipYear => ({
  imoNumber: String(imo),
  year: 2025,
  type: 'bulk-carrier',
  grossTonnage: 30_000,
  fuel: 5_000 + imo,
  distance: 60_000,
  hours: 6_000,
  ...more,
});

test('[GV11] no row of the shared fuel set stands for fewer than five ships, and none for one that dominates', () => {
  const five = [1, 2, 3, 4, 5].map((imo) => year(imo));
  assert.deepEqual(
    shareFuelYears(five).rows.map(({ ships, type }) => [ships, type]),
    [[5, 'bulk-carrier']],
  );
  assert.deepEqual(shareFuelYears(five.slice(1)), { rows: [], leftOut: 4 });
  assert.equal(shareFuelYears([...five.slice(1), year(1, { imoNumber: '2' })]).rows.length, 0, 'five reports of four ships');
  assert.equal(shareFuelYears([...five.slice(1), year(9, { fuel: 1_000_000 })]).rows.length, 0, 'one ship makes the mean');
  const joined = shareFuelYears([...five.slice(0, 3), year(6, { type: 'oil-tanker' }), year(7, { type: 'tug' })]);
  assert.deepEqual(
    joined.rows.map(({ ships, type }) => [ships, type]),
    [[5, 'other']],
  );
});

test('[GV11] whatever ships there are, every shared row is safe, nothing in it names a ship, and all are accounted for', () => {
  const types = ['bulk-carrier', 'oil-tanker', 'container-ship', 'passenger', 'yacht'];
  const ships = Array.from({ length: 3000 }, (_, at) =>
    year(at, {
      type: types[(at * at) % 5] ?? 'tug',
      grossTonnage: 5000 + ((at * 7919) % 230_000),
      fuel: 100 + ((at * 104_729) % 40_000),
      year: 2019 + (at % 7),
    }),
  );
  const { rows, leftOut } = shareFuelYears(ships);
  assert.ok(rows.length > 20);
  for (const row of rows) {
    assert.ok(row.ships >= 5, JSON.stringify(row));
    assert.deepEqual(Object.keys(row), ['year', 'type', 'grossTonnage', 'ships', 'fuel', 'distance', 'hours']);
  }
  assert.equal(
    rows.reduce((sum, row) => sum + row.ships, leftOut),
    ships.length,
  );
});
