import type { Lease, RunningSite } from '@bulkhead/contracts';
import { requireCharge } from './failover.rules.ts';
import type { FailoverStore } from './failover.store.ts';

/** Who runs the compartments: one site, on disk before anybody is served by it [FO1]. */
export class Charge {
  readonly #store: Pick<FailoverStore, 'findCharge' | 'saveCharge'>;
  readonly #monotonicMs: () => number;
  #site: RunningSite = 'headquarters';
  #sinceAt: Date;
  #homeAskedAt: Date | null = null;
  /** Compartment → when a lease was last given for it, by the monotonic clock of this process. */
  readonly #leasedMs = new Map<string, number>();
  /** A process that just began cannot know what the one before gave a moment ago. */
  readonly #beganMs: number;

  constructor(
    store: Pick<FailoverStore, 'findCharge' | 'saveCharge'>,
    clocks: { readonly now: Date; readonly monotonicMs: () => number },
  ) {
    this.#store = store;
    this.#monotonicMs = clocks.monotonicMs;
    this.#sinceAt = clocks.now;
    this.#beganMs = clocks.monotonicMs();
  }

  get site(): RunningSite {
    return this.#site;
  }

  get sinceAt(): Date {
    return this.#sinceAt;
  }

  /** When headquarters last asked without being in charge. */
  get homeAskedAt(): Date | null {
    return this.#homeAskedAt;
  }

  async load(): Promise<void> {
    const kept = await this.#store.findCharge();
    if (!kept) return this.#store.saveCharge({ site: this.#site, sinceAt: this.#sinceAt }, null);
    this.#site = kept.site;
    this.#sinceAt = kept.sinceAt;
  }

  /** On disk before the next one is heard: a kill in between leaves the one before in charge, with everything sealed. */
  async give(site: RunningSite, move: string, now: Date): Promise<void> {
    if (this.#site === site) return;
    await this.#store.saveCharge({ site, sinceAt: now }, move);
    this.#site = site;
    this.#sinceAt = now;
    this.#homeAskedAt = null;
  }

  /** @throws EstateError `site.not_in_charge` */
  admit(caller: string, now: Date): void {
    if (caller === 'headquarters' && this.#site !== 'headquarters') this.#homeAskedAt = now;
    requireCharge(this.#site, caller);
  }

  /** Called before the lease leaves: it holds from then on at the latest. */
  noteLease(lease: Lease): void {
    const nowMs = this.#monotonicMs();
    for (const { name } of lease.compartments) this.#leasedMs.set(name, nowMs);
  }

  sinceLeaseMs(compartment: string): number {
    return this.#monotonicMs() - (this.#leasedMs.get(compartment) ?? this.#beganMs);
  }
}
