import { z } from 'zod';
import { compartmentNameSchema, instantSchema } from './name.ts';

/** Rules that raise findings, with the ATT&CK technique that each sees. */
export const FINDING_RULES = {
  'edition.unverified_bytes': 'T1491.002',
  'edition.unapproved': 'T1565',
  'storage.lost': 'T1485',
  'process.killed': 'T1489',
  'stream.lost': 'T1489',
  'stream.mismatch': 'T1565.001',
  'vault.append_only_refused': 'T1485',
  'vault.damaged': 'T1565.001',
  'vault.healed': 'T1565.001',
  'edition.erased_contents': 'T1491.002',
  'vault.lock_failing': 'T1485',
  'vault.collection_refused': 'T1565.001',
  'ledger.broken': 'T1070',
  'token.refused': 'T1550',
  'lease.run_out': 'T1489',
  'operator.refused': 'T1078',
  'write.untagged': 'T1565.001',
  'write.tagged_twice': 'T1565.001',
  'write.badly_tagged': 'T1550',
  'write.key_out_of_range': 'T1552.004',
  'write.without_receipt': 'T1565.001',
  'write.outside_set': 'T1190',
  'write.canary': 'T1565.001',
  'write.mass_change': 'T1486',
  'write.foreign_content': 'T1189',
  'page.foreign_content': 'T1189',
  'catalog.changed': 'T1505.001',
  'role.granted': 'T1098',
  'sequence.set': 'T1565.001',
  'history.gap': 'T1562.008',
  'history.lost': 'T1562.008',
  'report.person': 'T1491.002',
  'code.changed': 'T1554',
  'account.break_glass': 'T1078',
  'link.stranger': 'T1133',
  'link.crowded': 'T1499',
  'link.key_ending': 'T1490',
  'key.worry': 'T1490',
  'drill.failed': 'T1490',
  'drill.overdue': 'T1490',
} as const;
export type FindingRule = keyof typeof FINDING_RULES;

export const findingReportSchema = z.object({
  rule: z.enum(Object.keys(FINDING_RULES) as [FindingRule, ...FindingRule[]]),
  compartment: compartmentNameSchema.nullable(),
  /** What was seen, for a person; no personal data beyond ids. */
  summary: z.string().min(3).max(500),
  /** Where to look: LSN, digest, path, request id, pid. */
  evidence: z.record(z.string().max(50), z.string().max(500)),
  /** When the reporter saw it, by its own clock. */
  seenAt: instantSchema,
});
export type FindingReport = z.infer<typeof findingReportSchema>;
export const findingSchema = findingReportSchema.extend({
  id: z.number().int().positive(),
  technique: z.string(),
  reporter: z.string().max(100),
  receivedAt: instantSchema,
  incident: z.number().int().positive().nullable(),
});
export type Finding = z.infer<typeof findingSchema>;
