import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runBulkhead } from '@bulkhead/testkit';
import { z } from 'zod';
import { exercise } from '#exercise.ts';

const whole = z.literal(1);
const zero = z.literal(0);
const reportSchema = z.looseObject({
  isPassed: z.literal(true),
  scenarios: z.tuple([
    z.looseObject({
      name: z.literal('officer'),
      recall: whole,
      precision: whole,
      honestKept: whole,
      attackCells: z.number().min(200),
      dependents: z.looseObject({ recall: whole, precision: whole }),
      reattackSucceeded: zero,
      details: z.looseObject({ linesOfAttack: z.number().min(400), linesTakenBack: z.number().min(400) }),
    }),
  ]),
  lostAcknowledged: zero,
});

test('[GE4] an officer’s stolen session alters 200 records of the registry among 2,000 honest changes: all of it is undone, nothing else', async (t) => {
  const { code, out, err } = await runBulkhead(['exercise', '--json', '--seed', '5', '--scenario', 'officer'], {});
  const report = reportSchema.safeParse(JSON.parse(out));
  assert.ok(report.success, `${report.error?.message}\n${out}\n${err}`);
  assert.equal(code, 0);
  t.diagnostic(JSON.stringify(report.data.scenarios[0].details));
});

// All take some minutes: `npm run exercise`.
test('[X6] an exercise defaces on disk and through stolen sessions: all is taken back, nothing honest is lost', async (t) => {
  const { report, code } = await exercise(['defaced-on-disk', 'defacement']);
  assert.equal(code, 0);
  const defacement = report.scenarios.find(({ name }) => name === 'defacement');
  assert.equal(defacement?.recall, 1);
  assert.ok((defacement?.attackChanges ?? 0) > 0);
  assert.ok((defacement?.exposureMs ?? 0) > 0, 'the false page could be read until it was taken back');
  t.diagnostic(`${report.acknowledged} writes, ${report.publicReads} reads, ${defacement?.attackChanges} rows taken back`);
});
