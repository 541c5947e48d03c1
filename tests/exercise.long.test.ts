import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runBulkhead } from '@bulkhead/testkit';
import { z } from 'zod';

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
