import type { Candidate, ProvenPoint } from '@bulkhead/contracts';
import { parseLsn } from '#archive/wal.rules.ts';

/** So many names that rows have now are looked for beside the candidates. */
const CONTROLS = 1000;

/** The newest position that a drill proved in the cluster that is joined now: positions of others cannot be compared with it. */
export function findProven(proofs: readonly Pick<ProvenPoint, 'lsn' | 'systemId'>[], systemId: string): string | null {
  return proofs.findLast((proof) => proof.systemId === systemId)?.lsn ?? null;
}

/** Of the names that rows have now those by which a search is tried, spread over all of them. */
export function drawControls(named: readonly string[]): string[] {
  const step = Math.max(1, named.length / CONTROLS);
  return Array.from({ length: Math.min(named.length, CONTROLS) }, (_, at) => named[Math.floor(at * step)] ?? '');
}

export type Judged = {
  readonly marked: { readonly blobs: number; readonly bytes: number };
  readonly taken: { readonly blobs: number; readonly bytes: number };
};

/** What the vault would do with candidates of which these are named. */
export function judgeCandidates(candidates: readonly Candidate[], named: ReadonlySet<string>, provenLsn: string | null): Judged {
  const unnamed = candidates.filter(({ sha256 }) => !named.has(sha256));
  const isProven = ({ markedLsn }: Candidate) =>
    markedLsn !== null && provenLsn !== null && parseLsn(markedLsn) <= parseLsn(provenLsn);
  return {
    marked: sumOf(unnamed.filter(({ markedLsn }) => markedLsn === null)),
    taken: sumOf(unnamed.filter(isProven)),
  };
}

/** When a compartment's next round is due. */
export function nextCollectionAt(lastAt: Date | undefined, everyMs: number, now: Date): Date {
  return lastAt === undefined ? now : new Date(lastAt.getTime() + everyMs);
}

function sumOf(candidates: readonly Candidate[]) {
  return { blobs: candidates.length, bytes: candidates.reduce((sum, { bytes }) => sum + bytes, 0) };
}
