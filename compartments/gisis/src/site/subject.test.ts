import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MODULES } from '#modules/modules.ts';
import { groupBySubject, SUBJECTS } from './subject.rules.ts';

test('every module stands under one subject of the home page, and no subject names what there is not', () => {
  const shown = MODULES.filter(({ partOf }) => partOf === undefined).map((module) => ({ module, changedAt: null }));
  const groups = groupBySubject(shown);
  const standing = groups.flatMap(({ modules }) => modules);
  assert.equal(standing.length, shown.length);
  assert.equal(new Set(standing).size, shown.length);
  const named = Object.values(SUBJECTS).flat();
  assert.equal(new Set(named).size, named.length);
  assert.deepEqual(
    named.filter((name) => !MODULES.some((module) => module.name === name)),
    [],
  );
  const strange = groupBySubject([{ module: { ...(MODULES[0] ?? assert.fail('no module')), name: 'strange' }, changedAt: null }]);
  assert.deepEqual(
    strange.map(({ subject }) => subject),
    ['more'],
  );
});
