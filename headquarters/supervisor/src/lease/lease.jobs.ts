import type { CompartmentManifest } from '@bulkhead/contracts';
import { type Log, sleepMs } from '@bulkhead/kernel';
import type { Leases } from './lease.actions.ts';

const SHORTEST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/** Renews the lease three times in its length, at once when asked to, and tells whenever what is allowed may have changed. */
export class LeaseKeeper {
  #bell = Promise.withResolvers<void>();

  /** Asks for a lease now: another order stands. */
  renewNow(): void {
    this.#bell.resolve();
  }

  async run(given: {
    readonly leases: Leases;
    readonly leaseMs: number;
    readonly manifests: readonly CompartmentManifest[];
    readonly listEpochs: () => readonly { readonly name: string; readonly epoch: number }[];
    /** Off-site knows other orders for these. */
    readonly missedOrders: (compartments: readonly string[]) => void;
    readonly changed: () => void;
    readonly log: Log;
    readonly signal: AbortSignal;
  }): Promise<void> {
    const { leases, signal } = given;
    const thirdMs = Math.floor(given.leaseMs / 3);
    let pauseMs = SHORTEST_PAUSE_MS;
    let expiry: NodeJS.Timeout | undefined;
    while (!signal.aborted) {
      this.#bell = Promise.withResolvers();
      try {
        const missed = await leases.renew(given.listEpochs(), { timeoutMs: Math.max(500, Math.min(thirdMs, 5_000)), signal });
        pauseMs = thirdMs;
        if (missed.length > 0) given.missedOrders(missed);
      } catch (error) {
        if (signal.aborted) break;
        given.log.debug({ err: error }, 'renewing the lease');
        pauseMs = Math.min(LONGEST_PAUSE_MS, thirdMs, pauseMs * 2);
      }
      // Each round, also a failed one: a lease that ran out a moment ago has no change ahead of it any more to wait for.
      given.changed();
      clearTimeout(expiry);
      expiry = this.#tellExpiry(given);
      await Promise.race([sleepMs(pauseMs, signal).catch(() => undefined), this.#bell.promise]);
    }
    clearTimeout(expiry);
  }

  #tellExpiry(given: {
    readonly leases: Leases;
    readonly manifests: readonly CompartmentManifest[];
    readonly changed: () => void;
  }) {
    const inMs = given.leases.nextChangeMs(given.manifests);
    // A little late rather than early: the judgement itself looks at the clocks.
    return inMs === undefined ? undefined : setTimeout(() => given.changed(), inMs + 5);
  }
}
