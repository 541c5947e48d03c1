import { type HistoryStatus, instantSchema, lsnSchema, scopeSchema } from '@bulkhead/contracts';
import { z } from 'zod';
import type { Leg } from '#archive/plan.rules.ts';
import { parseLsn } from '#archive/wal.rules.ts';

/** Where a recovery cut a compartment's WAL, and when it was sealed: all that is needed to name its transactions again. */
export const cutSchema = z.object({
  recovery: z.string(),
  compartment: z.string(),
  /** The last position that is in the copy. */
  cutLsn: lsnSchema,
  /** Up to here history has to read, to know of all that was acknowledged; null if it had read it all before the cut was made. */
  endLsn: lsnSchema.nullable(),
  timeline: z.number().int().positive(),
  sealedAt: instantSchema,
  /** What was taken out on purpose: it is an attack's, and nobody is told of it. */
  takenOut: scopeSchema.nullable(),
});
export type Cut = z.infer<typeof cutSchema>;

/** What history tells of itself, with the way to the timeline that it follows. */
export type Seen = Pick<HistoryStatus, 'timeline' | 'reconciledLsn' | 'indexedLsn' | 'fault'> & {
  readonly legs: readonly Leg[];
  /** It has not moved for a while: a seal may stand in the middle of a record, which nobody can read. */
  readonly isStill: boolean;
};

/** How much history knows of what a cut is about. */
export type Reach = {
  /** Each commit that the copy can hold: whatever else a receipt names is not in it. */
  readonly knowsCopy: boolean;
  /** Why not each commit before the seal is known; null if each is. */
  readonly unknown: string | null;
  /** Whether it stays so. */
  readonly isFinal: boolean;
};

/** After a restore history goes along the new timeline, and never again along what was left of the old one. */
export function judgeReach({ timeline, cutLsn, endLsn }: Pick<Cut, 'timeline' | 'cutLsn' | 'endLsn'>, seen: Seen): Reach {
  const { reconciledLsn, indexedLsn, fault, legs, isStill } = seen;
  if (endLsn === null) return { knowsCopy: true, unknown: null, isFinal: true };
  if (reconciledLsn === null || seen.timeline === null) return { knowsCopy: false, unknown: tellReading(seen), isFinal: false };
  const reached = parseLsn(reconciledLsn);
  const end = parseLsn(endLsn);
  const own = legs.find((leg) => leg.timeline === timeline);
  const isOnWay = own !== undefined && own.endLsn >= parseLsn(cutLsn);
  if (!isOnWay) {
    const isLeft = own !== undefined || timeline < seen.timeline;
    const unknown = isLeft ? tellLeft(seen.timeline, 'the copy ends') : tellReading(seen);
    return { knowsCopy: false, unknown, isFinal: isLeft };
  }
  const knowsCopy = reached >= parseLsn(cutLsn);
  const isThere = seen.timeline === timeline;
  const standsAtEnd = isThere && isStill && reconciledLsn === indexedLsn && fault === null;
  if (knowsCopy && (end <= parseLsn(cutLsn) || (isThere && reached >= end) || standsAtEnd))
    return { knowsCopy, unknown: null, isFinal: true };
  if (isThere || !knowsCopy) return { knowsCopy, unknown: tellReading(seen), isFinal: false };
  return { knowsCopy, unknown: tellLeft(seen.timeline, `the seal at ${endLsn}`), isFinal: true };
}

function tellReading({ reconciledLsn, fault }: Seen): string {
  return `history stands at ${reconciledLsn ?? 'nothing'}; ${fault ?? 'it reads on, and it is named again then'}`.slice(0, 300);
}

function tellLeft(timeline: number, before: string): string {
  return `history went over to timeline ${timeline} before it had read to ${before}: what no receipt names is not named here`;
}
