import type { CompartmentManifest } from '@bulkhead/contracts';

/** A lease as it was granted, by both clocks: the monotonic one stands still while a machine sleeps, the other can be set. */
export type GrantedLease = {
  readonly epochs: ReadonlyMap<string, number>;
  readonly untilMonotonicMs: number;
  readonly untilWallMs: number;
};

/** The clocks of this machine. */
export type Clocks = { readonly monotonicMs: number; readonly wallMs: number };

/** Whether a compartment may write: under the lease, for a while without protection, or not. */
export type Leave = 'leased' | 'unprotected' | 'none';

const MINUTE_MS = 60_000;

/** Judges whether a compartment may write now [O5]. A lease counts only for the epoch of the order that stands. */
export function judgeLeave(
  lease: GrantedLease | undefined,
  given: { readonly name: string; readonly epoch: number; readonly unreachable: CompartmentManifest['seal']['unreachable'] },
  clocks: Clocks,
): Leave {
  if (lease === undefined || lease.epochs.get(given.name) !== given.epoch) return 'none';
  if (!isOver(lease, clocks, 0)) return 'leased';
  if (given.unreachable === 'stop') return 'none';
  return isOver(lease, clocks, given.unreachable.degradeMinutes * MINUTE_MS) ? 'none' : 'unprotected';
}

/** How long until the judgement can change by time alone; undefined if never. */
export function nextChangeMs(
  lease: GrantedLease | undefined,
  degradeMinutes: readonly number[],
  clocks: Clocks,
): number | undefined {
  if (lease === undefined) return undefined;
  const ends = [0, ...degradeMinutes.map((minutes) => minutes * MINUTE_MS)].map((extraMs) =>
    Math.min(lease.untilMonotonicMs + extraMs - clocks.monotonicMs, lease.untilWallMs + extraMs - clocks.wallMs),
  );
  const ahead = ends.filter((ms) => ms > 0);
  return ahead.length === 0 ? undefined : Math.min(...ahead);
}

function isOver(lease: GrantedLease, clocks: Clocks, extraMs: number): boolean {
  return clocks.monotonicMs >= lease.untilMonotonicMs + extraMs || clocks.wallMs >= lease.untilWallMs + extraMs;
}
