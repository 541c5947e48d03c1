import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runBulkhead } from '@bulkhead/testkit';
import { z } from 'zod';

const zero = z.literal(0);
const measured = z.number().min(0);

/** What the issue promises to machines that read the report. */
const reportSchema = z.looseObject({
  seed: z.literal(3),
  boundaries: z.looseObject({ shown: z.enum(['api', 'uid']) }),
  scenarios: z.array(z.looseObject({ name: z.string(), findingMs: measured })).min(2),
  sealMs: measured,
  writesAfterSeal: zero,
  acknowledged: z.number().min(1),
  lostAcknowledged: zero,
  inDoubt: measured,
  publicReads: z.number().min(1),
  publicFailures: zero,
  unverifiedBytesServed: zero,
  reopenMs: measured,
});

test('an exercise attacks a sample estate, loses nothing, and tells its figures to machines', async (t) => {
  const { code, out, err } = await runBulkhead(['exercise', '--json', '--seed', '3'], {});
  const report = reportSchema.safeParse(JSON.parse(out));
  assert.ok(report.success, `${report.error?.message}\n${out}\n${err}`);
  assert.deepEqual(
    report.data.scenarios.map(({ name }) => name),
    ['defaced-on-disk', 'wiper'],
  );
  assert.equal(code, 0, out);
  const { acknowledged, publicReads, sealMs, reopenMs } = report.data;
  t.diagnostic(`${acknowledged} writes, ${publicReads} reads, sealed in ${sealMs} ms, open again after ${reopenMs} ms`);
});
