import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type CommandResult, type EstateProcess, runBulkhead } from '@bulkhead/testkit';
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
  return readReport(await runBulkhead(['exercise', '--json', '--seed', '3', '--scenario', names.join(',')], {}), names);
}

function readReport({ code, out, err }: CommandResult, names: readonly string[]): Report {
  const report = reportSchema.safeParse(JSON.parse(out));
  assert.ok(report.success, `${report.error?.message}\n${out}\n${err}`);
  assert.deepEqual(
    report.data.scenarios.map(({ name }) => name),
    names,
  );
  return { report: report.data, code };
}

/** What can be played in an estate that runs: without another build, and without a twin. Those with them: exercise.long.test.ts. */
export function testExercise(estate: EstateProcess): void {
  suite('an exercise in a running sample estate', () => {
    test('[X6] defaces the edition on disk: no reader gets a byte of it, and it is as it was', async (t) => {
      const { report, code } = readReport(await estate.run('exercise', '--running', '--json', '--seed', '3'), [
        'defaced-on-disk',
      ]);
      assert.equal(code, 0);
      t.diagnostic(`${report.acknowledged} writes, ${report.publicReads} reads`);
    });
  });
}
