import type { CompartmentManifest, CompartmentState, FindingReport } from '@bulkhead/contracts';

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

export function cutEvidence(report: FindingReport): FindingReport {
  const evidence = Object.fromEntries(Object.entries(report.evidence).slice(0, EVIDENCE_LIMIT));
  return { ...report, evidence };
}
