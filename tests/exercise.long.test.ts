import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { runBulkhead } from '@bulkhead/testkit';
import { z } from 'zod';
import { playWithTwin } from '#exercise.ts';

const whole = z.literal(1);
const zero = z.literal(0);
const scenarioOf = (name: string, leastCells: number) =>
  z.looseObject({
    name: z.literal(name),
    rule: z.literal('write.mass_change'),
    recall: whole,
    precision: whole,
    honestKept: whole,
    attackCells: z.number().min(leastCells),
    dependents: z.looseObject({ recall: whole, precision: whole }),
    reattackSucceeded: zero,
    details: z.looseObject({ linesOfAttack: z.number().min(leastCells), linesTakenBack: z.number().min(leastCells) }),
  });

async function exercise(t: TestContext, name: string, leastCells: number): Promise<void> {
  const { code, out, err } = await runBulkhead(['exercise', '--json', '--seed', '5', '--scenario', name], {});
  const schema = z.looseObject({
    isPassed: z.literal(true),
    scenarios: z.tuple([scenarioOf(name, leastCells)]),
    lostAcknowledged: zero,
  });
  const report = schema.safeParse(JSON.parse(out));
  assert.ok(report.success, `${report.error?.message}\n${out}\n${err}`);
  assert.equal(code, 0);
  t.diagnostic(JSON.stringify(report.data.scenarios[0].details));
}

test('[GE4] an officer’s stolen session alters 200 records of the registry among 2,000 honest changes: all of it is undone, nothing else', (t) =>
  exercise(t, 'officer', 400));

test('[GE4] an officer’s stolen session alters 220 of 460 records by one file among 1,100 honest changes: the watch finds it, all of it is undone, nothing else', (t) =>
  exercise(t, 'import', 440));

// All take some minutes: `npm run exercise`.
test('[X6] an exercise defaces on disk and through stolen sessions: all is taken back, nothing honest is lost', async (t) => {
  const { report, code } = await playWithTwin(['defaced-on-disk', 'defacement']);
  assert.equal(code, 0);
  const defacement = report.scenarios.find(({ name }) => name === 'defacement');
  assert.equal(defacement?.recall, 1);
  assert.ok((defacement?.attackChanges ?? 0) > 0);
  assert.ok((defacement?.exposureMs ?? 0) > 0, 'the false page could be read until it was taken back');
  t.diagnostic(`${report.acknowledged} writes, ${report.publicReads} reads, ${defacement?.attackChanges} rows taken back`);
});
