import type { Base, ProvenPoint, RetentionRule } from '@bulkhead/contracts';
import { chooseBase, type Leg } from '#archive/plan.rules.ts';
import { parseLsn, parseSegmentName, SEGMENT_BYTES, segmentStart } from '#archive/wal.rules.ts';

const HOUR_MS = 3_600_000;
/** Thirty days, and a week of proven drills. */
export const FIRST_RULE: RetentionRule = { minimumHours: 720, drills: 7 };

export type KeptBase = Base & { readonly ranMs: number };
export type KeptSegment = { readonly name: string; readonly ranMs: number };

export type PruneInput = {
  readonly rule: RetentionRule;
  /** Oldest first, as off-site recorded them. */
  readonly proofs: readonly ProvenPoint[];
  readonly bases: readonly KeptBase[];
  readonly segments: readonly KeptSegment[];
  /** The way to the joined timeline's end. */
  readonly legs: readonly Leg[];
  readonly now: Date;
  /** How long off-site has run, in all. */
  readonly ranMs: number;
};
export type PrunePlan = {
  readonly anchor: string | null;
  readonly bases: readonly string[];
  /** Oldest first. */
  readonly segments: readonly string[];
  readonly why: string;
};

/**
 * What may go: all that is older than the anchor, which is the newest base that is old enough by both clocks and that
 * drills have proved often enough. Whoever sets a clock can only make it less [A14].
 */
export function planPrune(input: PruneInput): PrunePlan {
  const anchor = findAnchor(input);
  if (!anchor) return { anchor: null, bases: [], segments: [], why: tellWhyNot(input) };
  const fromLsn = parseLsn(anchor.startLsn);
  const isBehind = (timeline: number, endLsn: bigint) => timeline <= anchor.timeline && endLsn <= fromLsn;
  const bases = input.bases.filter(
    (base) => base.id !== anchor.id && isBehind(base.timeline, parseLsn(base.endLsn)) && isOld(base, input),
  );
  const needed = segmentStart(fromLsn);
  const segments = input.segments.filter(({ name, ranMs }) => {
    const at = parseSegmentName(name);
    const isBefore = at !== undefined && at.timeline <= anchor.timeline && at.startLsn + BigInt(SEGMENT_BYTES) <= needed;
    return isBefore && input.ranMs - ranMs >= input.rule.minimumHours * HOUR_MS;
  });
  return {
    anchor: anchor.id,
    bases: bases.map(({ id }) => id),
    segments: segments.map(({ name }) => name).toSorted(bySegment),
    why: `base ${anchor.id} is proven and old enough; what is older may go`,
  };
}

/** Whether a rule lets something go earlier than another does. */
export function isShorter(next: RetentionRule, rule: RetentionRule): boolean {
  return next.minimumHours < rule.minimumHours || next.drills < rule.drills;
}

/** The base that a restore to a proven point begins with: it is what the drill proved. */
export function provenBase(bases: readonly Base[], legs: readonly Leg[], lsn: string): Base | undefined {
  return chooseBase(bases, legs, parseLsn(lsn));
}

function findAnchor(input: PruneInput): KeptBase | undefined {
  const usable = input.bases.filter((base) => isOld(base, input) && countProofs(base, input.proofs) >= input.rule.drills);
  const chosen = chooseBase(usable, input.legs, 2n ** 64n - 1n);
  return usable.find(({ id }) => id === chosen?.id);
}

/** Drills that proved something since this base was itself first proven. */
function countProofs(base: Base, proofs: readonly ProvenPoint[]): number {
  const first = proofs.findIndex((proof) => proof.base === base.id);
  if (first < 0) return 0;
  const since = proofs
    .slice(first)
    .filter(({ lsn, systemId }) => systemId === base.systemId && parseLsn(lsn) >= parseLsn(base.endLsn));
  return new Set(since.map(({ drill }) => drill)).size;
}

function isOld({ ranMs, endedAt }: KeptBase, { rule, now, ranMs: nowRanMs }: PruneInput): boolean {
  const minimumMs = rule.minimumHours * HOUR_MS;
  return nowRanMs - ranMs >= minimumMs && now.getTime() - Date.parse(endedAt) >= minimumMs;
}

function tellWhyNot(input: PruneInput): string {
  const { rule, bases, proofs } = input;
  const old = bases.filter((base) => isOld(base, input));
  if (old.length === 0) return `no base is ${rule.minimumHours} hours old by off-site's own running time and by the clock`;
  const most = Math.max(...old.map((base) => countProofs(base, proofs)));
  return `${rule.drills} proven drills are asked for since a base that is old enough was proven; there are ${most}`;
}

function bySegment(left: string, right: string): number {
  return left.slice(8) < right.slice(8) ? -1 : 1;
}
