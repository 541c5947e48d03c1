import type { DrillControl, DrillMode, DrillOutcome, DrillResult } from '@bulkhead/contracts';
import { formatLsn, type Lsn, parseLsn } from '#archive/wal.rules.ts';

export const DAY_MS = 86_400_000;
/** How many blobs a random drill reads. */
const SAMPLED_BLOBS = 200;
/** A compartment is late when nothing of it was proved for so many intervals. */
const LATE_AFTER = 2;
/** The restore ends at a record, or where a page begins: never further from the wanted position than a page. */
const PAGE_BYTES = 8192n;

/** What is known of a compartment's drills. */
export type Standing = {
  readonly compartment: string;
  /** When drills of it were first owed. */
  readonly sinceAt: Date;
  readonly lastScheduledAt: Date | null;
  readonly lastScheduledMode: DrillMode | null;
  readonly lastPassedAt: Date | null;
};

/**
 * When a compartment's next drill is due. The first ones are spread over the interval, in the order given, and each keeps its
 * place: no two compartments are restored at the same hour.
 */
export function nextDrillAt(standing: Standing, place: number, of: number, everyMs: number): Date {
  const { sinceAt, lastScheduledAt } = standing;
  const slotMs = Math.round((everyMs * (place + 1)) / Math.max(1, of));
  return lastScheduledAt ? new Date(lastScheduledAt.getTime() + everyMs) : new Date(sinceAt.getTime() + slotMs);
}

/** Whether it is too long since a restore was last proved. */
export function isOverdue({ sinceAt, lastPassedAt }: Standing, everyMs: number, now: Date): boolean {
  return now.getTime() - (lastPassedAt ?? sinceAt).getTime() > LATE_AFTER * everyMs;
}

/** Scheduled drills take turns: everything, then a sample. */
export function nextMode(last: DrillMode | null): DrillMode {
  return last === 'full' ? 'random' : 'full';
}

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
export function drawFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A position between two others; null when nothing lies between them: then the end of the archive is the target. */
export function drawTarget(seed: number, fromLsn: Lsn, toLsn: Lsn): string | null {
  if (toLsn - fromLsn < 2n) return null;
  const share = BigInt(Math.floor(drawFrom(seed)() * 1_000_000));
  return formatLsn(fromLsn + 1n + ((toLsn - fromLsn - 1n) * share) / 1_000_000n);
}

/** The blobs that are read: all, or a sample in the order in which it was drawn. */
export function drawBlobs(mode: DrillMode, seed: number, blobs: readonly string[]): readonly string[] {
  if (mode === 'full' || blobs.length <= SAMPLED_BLOBS) return blobs;
  const draw = drawFrom(seed ^ 0x62_6c_6f_62);
  const left = [...blobs];
  return Array.from({ length: SAMPLED_BLOBS }, () => left.splice(Math.floor(draw() * left.length), 1)[0] ?? '');
}

/** Whether the copy ends where it was to end. */
export function judgeReach(
  reachedLsn: string | null,
  targetLsn: string | null,
  archiveLsn: string | null,
  acknowledgedLsn: string | null,
) {
  const name = targetLsn === null ? 'every acknowledged byte is in the archive' : 'restored to the position that was drawn';
  const wanted = targetLsn ?? acknowledgedLsn;
  const found = targetLsn === null ? archiveLsn : reachedLsn;
  const tolerance = targetLsn === null ? 0n : PAGE_BYTES;
  const ok = wanted === null || (found !== null && parseLsn(found) + tolerance >= parseLsn(wanted));
  return { name, ok, detail: `wanted ${wanted ?? 'nothing'}, reached ${found ?? 'nothing'}` };
}

/** A commit as the history index knows it. */
export type KnownCommit = { readonly commitLsn: string; readonly committedAt: string };

/**
 * The recovery point that was measured: acknowledged bytes that the archive did not hold, or commits that the copy does not
 * have, whichever is more; in time from the newest commit in the copy to the newest that was acknowledged.
 */
export function measureLoss(seen: {
  readonly acknowledgedLsn: string | null;
  readonly archiveLsn: string | null;
  readonly reachedLsn: string | null;
  /** The newest acknowledged commit, and the newest that the copy has; undefined where history cannot tell. */
  readonly newest: KnownCommit | undefined;
  readonly present: KnownCommit | undefined;
}): { readonly bytes: number; readonly seconds: number | null } {
  const at = (lsn: string | null | undefined) => (lsn ? parseLsn(lsn) : 0n);
  const missing = (wanted: Lsn, held: Lsn) => (wanted > held ? Number(wanted - held) : 0);
  const bytes = Math.max(
    missing(at(seen.acknowledgedLsn), at(seen.archiveLsn)),
    missing(at(seen.newest?.commitLsn), at(seen.reachedLsn)),
  );
  if (!seen.newest) return { bytes, seconds: null };
  if (missing(at(seen.newest.commitLsn), at(seen.reachedLsn)) === 0) return { bytes, seconds: 0 };
  if (!seen.present) return { bytes, seconds: null };
  return { bytes, seconds: Math.max(0, Date.parse(seen.newest.committedAt) - Date.parse(seen.present.committedAt)) / 1000 };
}

/** A drill is believed only if every kind of damage that could be planted was refused, and at least one could. */
export function judgeDrill({ checks, controls }: Pick<DrillOutcome, 'checks' | 'controls'>): DrillResult {
  if (checks.some(({ ok }) => !ok)) return 'failed';
  const isBlind =
    controls.some(({ outcome }) => outcome === 'accepted') || !controls.some(({ outcome }) => outcome === 'refused');
  return isBlind ? 'not-believed' : 'passed';
}

/** A drill in a sentence or three, for people. */
export function tellDrill(
  { compartment, mode }: { readonly compartment: string; readonly mode: DrillMode },
  result: DrillResult,
  outcome: DrillOutcome,
): string {
  const failed = outcome.checks.filter(({ ok }) => !ok).map(({ name, detail }) => `${name} (${detail})`);
  if (result === 'failed') return `${compartment} could not be proved restorable: ${failed.join('; ')}`.slice(0, 2000);
  const { blobs, controls } = outcome;
  const scope = mode === 'full' ? 'to its newest position' : `to ${outcome.targetLsn ?? 'its newest position'}, drawn at random`;
  const restored = `${compartment} was restored from off-site alone ${scope} in ${seconds(outcome.restoreMs)} s and found sound after ${seconds(outcome.verifiedMs)} s`;
  const lost =
    outcome.rpoBytes === null
      ? ''
      : `; ${outcome.rpoBytes === 0 ? 'nothing' : `${outcome.rpoBytes} bytes`} acknowledged was missing`;
  const files = `; ${blobs.read} of ${blobs.named} files were read whole`;
  return `${restored}${lost}${files}. ${tellControls(controls)}`.slice(0, 2000);
}

function tellControls(controls: readonly DrillControl[]): string {
  const of = (wanted: DrillControl['outcome']) => controls.filter(({ outcome }) => outcome === wanted).map(({ kind }) => kind);
  const [accepted, refused, absent] = [of('accepted'), of('refused'), of('absent')];
  const none = absent.length > 0 ? ` Nothing to damage of: ${absent.join(', ')}.` : '';
  if (accepted.length > 0) return `NOT BELIEVED: damage planted in a copy went unseen (${accepted.join(', ')}).${none}`;
  if (refused.length === 0) return `NOT BELIEVED: no damage could be planted.${none}`;
  return `Damage planted in copies was refused each time (${refused.join(', ')}).${none}`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}
