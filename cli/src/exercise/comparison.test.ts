import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listDifferences, measureRepair, ratio } from './comparison.ts';
import type { Snapshot } from './rows.store.ts';

function snapshot(rows: Record<string, Record<string, unknown>>): Snapshot {
  const own = Object.entries(rows).map(([key, row]) => [key, JSON.stringify(row)] as const);
  return { tables: new Map([['note', new Map(own)]]), keys: new Map() };
}
const all = () => true;

test('two snapshots differ in cells, and in whole rows that only one of them has', () => {
  const one = snapshot({ a: { title: 'A', body: 'x' }, b: { title: 'B' } });
  const other = snapshot({ a: { title: 'A', body: 'y' }, c: { title: 'C' } });
  assert.deepEqual(
    listDifferences(one, other, all).map(({ key, column }) => `${key} ${column}`),
    ['a body', 'b *', 'c *'],
  );
  assert.deepEqual(
    listDifferences(one, other, (_, key) => key === 'a').map(({ key }) => key),
    ['a'],
  );
});

test('[X1] recall is whole when every cell that the attack left standing is as in the twin', () => {
  const twin = snapshot({ a: { title: 'A' }, b: { title: 'B' } });
  const sealed = { attacked: snapshot({ a: { title: 'evil' }, b: { title: 'evil' }, z: { title: 'evil' } }), twin };
  const whole = measureRepair(sealed, { attacked: twin, twin }, all);
  assert.deepEqual([whole.standing, whole.undone, whole.changedOfAttack, whole.changed], [3, 3, 3, 3]);
  const half = measureRepair(sealed, { attacked: snapshot({ a: { title: 'A' }, b: { title: 'evil' } }), twin }, all);
  assert.deepEqual([half.standing, half.undone], [3, 2]);
  assert.deepEqual(half.honest, { cells: 2, kept: 1 });
});

test('[X2] precision falls when a repair changes what the attack had not', () => {
  const twin = snapshot({ a: { title: 'A' }, b: { title: 'B', body: 'x' } });
  const sealed = { attacked: snapshot({ a: { title: 'evil' }, b: { title: 'B', body: 'x' } }), twin };
  const repaired = { attacked: snapshot({ a: { title: 'A' }, b: { title: 'B', body: 'lost' } }), twin };
  const measured = measureRepair(sealed, repaired, all);
  assert.deepEqual([measured.changed, measured.changedOfAttack], [2, 1]);
  assert.equal(ratio(measured.changedOfAttack, measured.changed), 0.5);
  assert.deepEqual(measured.honest, { cells: 3, kept: 2 });
});

test('[X3] what honest people did since the seal counts neither for nor against a repair', () => {
  const before = snapshot({ a: { title: 'A' } });
  const since = snapshot({ a: { title: 'A' }, n: { title: 'new' } });
  const sealed = { attacked: snapshot({ a: { title: 'evil' } }), twin: before };
  const measured = measureRepair(sealed, { attacked: since, twin: since }, all);
  assert.deepEqual([measured.changed, measured.changedOfAttack, measured.undone], [1, 1, 1]);
});

test('what differed before an attack is not counted against its repair', () => {
  const twin = snapshot({ a: { title: 'A' } });
  const attacked = snapshot({ a: { title: 'old wound' } });
  const known = listDifferences(attacked, twin, all);
  const measured = measureRepair({ attacked, twin }, { attacked, twin }, all, known);
  assert.deepEqual([measured.standing, measured.left.length], [0, 0]);
});

test('a share of nothing is whole', () => {
  assert.equal(ratio(0, 0), 1);
});
