import type { CompartmentManifest } from '@bulkhead/contracts';

/** A lease as it was granted: what off-site knew, and until when on this machine's monotonic clock. */
export type GrantedLease = { readonly epochs: ReadonlyMap<string, number>; readonly untilMs: number };

/** Whether a compartment may write: under the lease, for a while without protection, or not. */
export type Leave = 'leased' | 'unprotected' | 'none';

const MINUTE_MS = 60_000;

/**
 * Judges whether a compartment may write now [G13]. A lease counts only for the epoch that is carried out here:
 * with another one an order has been missed.
 */
export function judgeLeave(
  lease: GrantedLease | null,
  given: { readonly manifest: Pick<CompartmentManifest, 'name' | 'seal'>; readonly epoch: number; readonly nowMs: number },
): Leave {
  if (lease === null || lease.epochs.get(given.manifest.name) !== given.epoch) return 'none';
  if (given.nowMs < lease.untilMs) return 'leased';
  const { unreachable } = given.manifest.seal;
  if (unreachable === 'stop') return 'none';
  return given.nowMs < lease.untilMs + unreachable.degradeMinutes * MINUTE_MS ? 'unprotected' : 'none';
}
