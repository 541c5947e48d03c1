import type { Base, WalFile } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import {
  type Ancestor,
  formatLsn,
  historyName,
  type Lsn,
  parseLsn,
  parseSegmentName,
  SEGMENT_BYTES,
  segmentName,
  segmentStart,
} from './wal.rules.ts';

/** A stretch of one timeline on the way to a target; `endLsn` is where the next timeline grows out of it. */
export type Leg = { readonly timeline: number; readonly endLsn: Lsn };

/** The way through the ancestors to the end of a timeline. */
export function legsTo(timeline: number, ancestors: readonly Ancestor[], endLsn: Lsn): Leg[] {
  return [...ancestors, { timeline, endLsn }];
}

/** The newest base on the way to `targetLsn` that was complete by then. */
export function chooseBase<Known extends Base>(bases: readonly Known[], legs: readonly Leg[], targetLsn: Lsn): Known | undefined {
  const usable = bases.filter((base) => {
    const leg = legs.find((one) => one.timeline === base.timeline);
    return leg !== undefined && parseLsn(base.endLsn) <= leg.endLsn && parseLsn(base.endLsn) <= targetLsn;
  });
  return usable.toSorted((left, right) => (parseLsn(left.endLsn) < parseLsn(right.endLsn) ? 1 : -1))[0];
}

/** What stands in the archive under one segment's name. */
export type SegmentEntry = WalFile;

/**
 * The files a restore needs that starts at `fromLsn` and ends at the last leg's end: every segment of every leg
 * (where a timeline changes inside a segment, both), and the histories.
 * @throws EstateError `archive.gap` naming the first missing byte
 */
export function listNeeded(legs: readonly Leg[], fromLsn: Lsn, stored: ReadonlyMap<string, SegmentEntry>): SegmentEntry[] {
  requireBranch(legs, fromLsn);
  const needed: SegmentEntry[] = [];
  let reachedLsn = fromLsn;
  for (const { timeline, endLsn } of legs) {
    if (endLsn <= fromLsn) continue;
    for (let at = segmentStart(reachedLsn); at < endLsn; at += BigInt(SEGMENT_BYTES)) {
      const entry = stored.get(segmentName(timeline, at));
      const untilLsn = at + BigInt(entry?.bytes ?? 0);
      const wantedLsn = at + BigInt(SEGMENT_BYTES) < endLsn ? at + BigInt(SEGMENT_BYTES) : endLsn;
      if (!entry || untilLsn < wantedLsn) {
        const missing = untilLsn > reachedLsn ? untilLsn : reachedLsn;
        throw new EstateError(
          'archive.gap',
          `listing the WAL from ${formatLsn(fromLsn)}: the archive holds none of timeline ${timeline} at ${formatLsn(missing)}`,
        );
      }
      needed.push(entry);
    }
    reachedLsn = endLsn;
  }
  const histories = legs.map(({ timeline }) => stored.get(historyName(timeline))).filter((entry) => entry !== undefined);
  return [...histories, ...needed];
}

// Replay prefers the newest timeline's file of a segment: where that ends before the branch, so would the replay [A23].
function requireBranch(legs: readonly Leg[], fromLsn: Lsn): void {
  const [parent, last] = legs.slice(-2);
  if (!parent || !last || last.endLsn >= parent.endLsn) return;
  throw new EstateError(
    'archive.gap',
    `listing the WAL from ${formatLsn(fromLsn)}: the archive of timeline ${last.timeline} ends at ${formatLsn(last.endLsn)}, before it branched off`,
  );
}

/** The end of a timeline's unbroken run of segments that begins at or before `fromLsn`. */
export function endOfRun(timeline: number, fromLsn: Lsn, stored: ReadonlyMap<string, SegmentEntry>): Lsn {
  for (let at = segmentStart(fromLsn); ; at += BigInt(SEGMENT_BYTES)) {
    const entry = stored.get(segmentName(timeline, at));
    if (!entry) return at > fromLsn ? at : fromLsn;
    if (entry.bytes < SEGMENT_BYTES) return at + BigInt(entry.bytes);
  }
}

/** The last segment of a timeline by position. */
export function lastSegment(timeline: number, stored: ReadonlyMap<string, SegmentEntry>): SegmentEntry | undefined {
  return [...stored.values()]
    .filter((entry) => parseSegmentName(entry.name)?.timeline === timeline)
    .toSorted((left, right) => (left.name < right.name ? 1 : -1))[0];
}
