import { type Log, runRounds } from '@bulkhead/kernel';
import type { SawFinding } from '#finding/finding.actions.ts';
import { Bell } from '#round/bell.actions.ts';
import type { Leases } from './lease.actions.ts';

/** Renews the lease three times in its length, and at once when `wake` is called. */
export class LeaseKeeper {
  readonly #bell = new Bell();
  #isOutTold = false;

  /** Asks for a lease now, because an order was carried out. */
  renewNow(): void {
    this.#bell.ring();
  }

  run(given: {
    readonly leases: Leases;
    readonly leaseMs: number;
    readonly listEpochs: () => readonly { readonly name: string; readonly epoch: number }[];
    readonly missedOrders: (compartments: readonly string[]) => void;
    readonly saw: SawFinding;
    readonly log: Log;
    readonly signal: AbortSignal;
  }): Promise<void> {
    const { leases, leaseMs } = given;
    const thirdMs = Math.floor(leaseMs / 3);
    return runRounds({
      what: 'renewing the lease',
      log: given.log,
      signal: given.signal,
      shortestPauseMs: Math.min(250, thirdMs),
      longestPauseMs: Math.min(2000, thirdMs),
      failed: () => leases.hasRunOut() && this.#tellRunOut(given),
      round: async (signal) => {
        const compartments = given.listEpochs();
        const { missed, hadRunOut } = await leases.renew({
          compartments,
          longestMs: leaseMs,
          timeoutMs: Math.max(500, thirdMs),
          signal,
        });
        if (hadRunOut) this.#tellRunOut(given);
        this.#isOutTold = false;
        if (missed.length > 0) given.missedOrders(missed);
        // An order carried out meanwhile has rung: the next round begins at once.
        await this.#bell.wait(signal, thirdMs);
      },
    });
  }

  #tellRunOut(given: { readonly leaseMs: number; readonly saw: SawFinding }): void {
    if (this.#isOutTold) return;
    this.#isOutTold = true;
    given.saw({
      rule: 'lease.run_out',
      compartment: null,
      summary: 'Off-site could not be reached: the lease of headquarters ran out',
      evidence: { leaseMs: String(given.leaseMs) },
    });
  }
}
