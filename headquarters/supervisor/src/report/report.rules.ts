import { appliedSchema, findingReportSchema, protectionWindowSchema } from '@bulkhead/contracts';
import type { ErrorCode } from '@bulkhead/kernel';
import { z } from 'zod';

export const reportSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('finding'), body: findingReportSchema }),
  z.object({ kind: z.literal('applied'), body: appliedSchema }),
  z.object({ kind: z.literal('window'), body: protectionWindowSchema }),
]);
/** Something that off-site must hear of. */
export type Report = z.infer<typeof reportSchema>;

/** Findings kept while off-site is away; of one rule and compartment only so many. */
const FINDINGS_LIMIT = 1000;
const ALIKE_LIMIT = 20;

/** Adds a report to those that wait; undefined if there are enough of its kind. Of what was carried out only the last counts. */
export function addReport(waiting: readonly Report[], report: Report): Report[] | undefined {
  if (report.kind === 'finding') {
    const findings = waiting.filter((one) => one.kind === 'finding');
    const alike = findings.filter(({ body }) => body.rule === report.body.rule && body.compartment === report.body.compartment);
    return findings.length >= FINDINGS_LIMIT || alike.length >= ALIKE_LIMIT ? undefined : [...waiting, report];
  }
  if (report.kind === 'window') return [...waiting, report];
  return [...waiting.filter((one) => one.kind !== 'applied' || one.body.compartment !== report.body.compartment), report];
}

const PATHS = { finding: '/findings', applied: '/applied', window: '/windows' } as const;

export function pathOf(report: Report): string {
  return PATHS[report.kind];
}

const HOPELESS: readonly ErrorCode[] = [
  'input.invalid',
  'input.too_large',
  'compartment.unknown',
  'order.not_allowed',
  'order.stale',
];

/** Whether off-site refused for a reason that no later attempt can change. */
export function isHopeless(code: ErrorCode | undefined): boolean {
  return code !== undefined && HOPELESS.includes(code);
}
