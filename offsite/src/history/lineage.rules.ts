import { type Ancestor, formatLsn } from '#archive/wal.rules.ts';
import type { Position } from './transaction.rules.ts';

/** The way to the followed timeline: each stretch ends where the next grew out of it. */
export type Lineage = {
  readonly systemId: string;
  readonly legs: readonly { readonly timeline: number; readonly endLsn: number }[];
};

export function lineageOf(systemId: string, timeline: number, ancestors: readonly Ancestor[]): Lineage {
  const past = ancestors.map((ancestor) => ({ timeline: ancestor.timeline, endLsn: Number(ancestor.endLsn) }));
  return { systemId, legs: [...past, { timeline, endLsn: Number.MAX_SAFE_INTEGER }] };
}

/** The timeline on which the record that ends at `lsn` was written. */
export function timelineAt({ legs }: Lineage, lsn: number): number {
  return legs.find(({ endLsn }) => lsn <= endLsn)?.timeline ?? legs.at(-1)?.timeline ?? 1;
}

/** From where on history goes on: behind what stands in the index and is on the way. */
export type Resumption = {
  readonly after: number;
  /** Stretches of timelines beyond which nothing is part of the database any more. */
  readonly abandoned: readonly { readonly timeline: number; readonly lsn: number }[];
};

/** @param ancestorsOf where the timeline of the index's position came from, if it is none of the way */
export function resume(lineage: Lineage, position: Position | null, ancestors: readonly Ancestor[]): Resumption {
  if (position === null || position.systemId !== lineage.systemId) return { after: 0, abandoned: [] };
  const own = lineage.legs.find(({ timeline }) => timeline === position.timeline);
  if (own) {
    const isBeyond = position.lsn > own.endLsn;
    const past = lineage.legs.slice(0, lineage.legs.indexOf(own) + 1);
    return {
      after: isBeyond ? own.endLsn : position.lsn,
      abandoned: past
        .filter(({ endLsn }) => endLsn < Number.MAX_SAFE_INTEGER)
        .map(({ timeline, endLsn }) => ({ timeline, lsn: endLsn })),
    };
  }
  const common = ancestors.findLast((ancestor) => lineage.legs.some(({ timeline }) => timeline === ancestor.timeline));
  const leg = lineage.legs.find(({ timeline }) => timeline === common?.timeline);
  if (!common || !leg) return { after: 0, abandoned: [{ timeline: position.timeline, lsn: 0 }] };
  const after = Math.min(Number(common.endLsn), leg.endLsn);
  return {
    after,
    abandoned: [
      { timeline: position.timeline, lsn: 0 },
      { timeline: leg.timeline, lsn: leg.endLsn },
    ],
  };
}

/** How far along the way history has come: what it was told beyond the place where a timeline was left says nothing of the next. */
export function reachedOn(lineage: Lineage, position: Position | null): number {
  return resume(lineage, position, []).after;
}

export function lsnText(lsn: number): string {
  return formatLsn(BigInt(lsn));
}
