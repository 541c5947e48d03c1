import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runBulkhead } from '@bulkhead/testkit';
import { z } from 'zod';

const zero = z.literal(0);
const measured = z.number().min(0);
const whole = z.literal(1);

/** What the issue promises to machines that read the report. */
const scenarioSchema = z.looseObject({
  name: z.string(),
  findingMs: measured,
  attackChanges: measured,
  recall: whole.nullable(),
  precision: whole.nullable(),
  honestKept: whole,
  dependents: z.looseObject({ recall: measured, precision: measured }),
  exposureMs: measured,
  reattackSucceeded: zero,
  explanations: z.array(z.string()),
  isPassed: z.literal(true),
});
const reportSchema = z.looseObject({
  seed: z.literal(3),
  isPassed: z.literal(true),
  boundaries: z.looseObject({ shown: z.enum(['api', 'uid']) }),
  scenarios: z.array(scenarioSchema),
  writesAfterSeal: zero,
  acknowledged: z.number().min(1),
  lostAcknowledged: zero,
  inDoubt: measured,
  publicReads: z.number().min(1),
  publicFailures: zero,
  unverifiedBytesServed: zero,
});

async function exercise(names: readonly string[]): Promise<{ report: z.infer<typeof reportSchema>; code: number | null }> {
  const { code, out, err } = await runBulkhead(['exercise', '--json', '--seed', '3', '--scenario', names.join(',')], {});
  const report = reportSchema.safeParse(JSON.parse(out));
  assert.ok(report.success, `${report.error?.message}\n${out}\n${err}`);
  assert.deepEqual(
    report.data.scenarios.map(({ name }) => name),
    names,
  );
  return { report: report.data, code };
}

// All nine take some minutes: `npm run exercise`.
test('[X6] an exercise defaces on disk and through stolen sessions: all is taken back, nothing honest is lost', async (t) => {
  const { report, code } = await exercise(['defaced-on-disk', 'defacement']);
  assert.equal(code, 0);
  const defacement = report.scenarios.find(({ name }) => name === 'defacement');
  assert.equal(defacement?.recall, 1);
  assert.ok((defacement?.attackChanges ?? 0) > 0);
  assert.ok((defacement?.exposureMs ?? 0) > 0, 'the false page could be read until it was taken back');
  t.diagnostic(`${report.acknowledged} writes, ${report.publicReads} reads, ${defacement?.attackChanges} rows taken back`);
});
