import assert from 'node:assert/strict';
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

type Report = { readonly report: z.infer<typeof reportSchema>; readonly code: number | null };

/** Plays scenarios and their twin in estates made for them. */
export async function playWithTwin(names: readonly string[]): Promise<Report> {
  const { code, out, err } = await runBulkhead(['exercise', '--json', '--seed', '3', '--scenario', names.join(',')], {});
  const report = reportSchema.safeParse(JSON.parse(out));
  assert.ok(report.success, `${report.error?.message}\n${out}\n${err}`);
  assert.deepEqual(
    report.data.scenarios.map(({ name }) => name),
    names,
  );
  return { report: report.data, code };
}
