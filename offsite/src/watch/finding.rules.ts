import {
  type CompartmentManifest,
  type CompartmentState,
  type FindingReport,
  instantSchema,
  lsnSchema,
} from '@bulkhead/contracts';

/** Reports of one rule, compartment and reporter within this time are one finding [C7]. */
export const GROUP_MS = 60_000;
/** Further reports of a group that are kept word by word. */
export const SAMPLES_LIMIT = 20;
/** Evidence beyond so many entries is cut. */
const EVIDENCE_LIMIT = 30;

export type Sample = Pick<FindingReport, 'summary' | 'evidence' | 'seenAt'>;

/** True if the manifest asks for a seal at once on this rule [C6]. */
export function sealsAtOnce(report: FindingReport, manifest: CompartmentManifest | undefined): boolean {
  return manifest?.seal.automatic.includes(report.rule) ?? false;
}

/** There is something to seal only while the compartment runs. */
export function isRunning(state: CompartmentState | undefined): boolean {
  return state === 'open' || state === 'read-only';
}

/** What a report names: who, with which key, in which transaction. */
export const SUBJECT_KINDS = ['session', 'account', 'address', 'request', 'key', 'transaction', 'build'] as const;
export type Subject = { readonly kind: (typeof SUBJECT_KINDS)[number]; readonly value: string; readonly at: Date };
/** A flood of reports names no more than this many. */
export const SUBJECTS_LIMIT = 10_000;

export function subjectsOf({ evidence, seenAt }: FindingReport): Subject[] {
  const at = new Date(instantSchema.safeParse(evidence['committedAt']).data ?? seenAt);
  const named = (['session', 'account', 'address', 'request', 'key', 'build'] as const).flatMap((kind): Subject[] => {
    const value = evidence[kind];
    return value ? [{ kind, value, at }] : [];
  });
  const { timeline, lsn } = evidence;
  const isPlaced = /^\d{1,10}$/.test(timeline ?? '') && lsnSchema.safeParse(lsn).success;
  return isPlaced ? [...named, { kind: 'transaction', value: `${timeline} ${lsn}`, at }] : named;
}

export function cutEvidence(report: FindingReport): FindingReport {
  const evidence = Object.fromEntries(Object.entries(report.evidence).slice(0, EVIDENCE_LIMIT));
  return { ...report, evidence };
}
