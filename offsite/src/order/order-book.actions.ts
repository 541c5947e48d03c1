import type { Applied, CompartmentState, Order } from '@bulkhead/contracts';
import { sleepMs } from '@bulkhead/kernel';
import type { IssuedOrder } from './order.rules.ts';

export type Part = Applied['part'];
export type KnownApplied = Applied & { readonly receivedAt: Date };

const WAITERS_LIMIT = 256;

/** The orders in force, held in memory so that a new one reaches headquarters without a query. The database is behind it. */
export class OrderBook {
  readonly #issued = new Map<string, IssuedOrder>();
  readonly #released = new Map<string, IssuedOrder>();
  readonly #applied = new Map<string, KnownApplied>();
  readonly #contained = new Set<string>();
  readonly #turns = new Map<string, Promise<unknown>>();
  #change = Promise.withResolvers<void>();
  #waiters = 0;

  /** The order with the highest epoch, visible to headquarters or not yet. */
  issued(compartment: string): Order | undefined {
    return this.#issued.get(compartment)?.order;
  }

  issuedOrder(compartment: string): IssuedOrder | undefined {
    return this.#issued.get(compartment);
  }

  stateOf(compartment: string): CompartmentState | undefined {
    return this.issued(compartment)?.state;
  }

  /** The order that headquarters sees. */
  released(compartment: string): IssuedOrder | undefined {
    return this.#released.get(compartment);
  }

  listReleased(): readonly IssuedOrder[] {
    return [...this.#released.values()];
  }

  listIssued(): readonly Order[] {
    return [...this.#issued.values()].map(({ order }) => order);
  }

  /** Changes with every order that headquarters can see; the same after a restart. */
  sequence(): number {
    return this.listReleased().reduce((sum, { order }) => sum + order.epoch, 0);
  }

  noteIssued(issued: IssuedOrder): void {
    const known = this.issued(issued.order.compartment);
    if (known === undefined || known.epoch < issued.order.epoch) this.#issued.set(issued.order.compartment, issued);
  }

  /** Makes an order visible, unless a higher epoch was issued meanwhile [C2]; tells whether it is. */
  release(issued: IssuedOrder): boolean {
    const { compartment, epoch } = issued.order;
    this.noteIssued(issued);
    if (this.issued(compartment)?.epoch !== epoch) return false;
    this.#released.set(compartment, issued);
    this.#contained.delete(compartment);
    this.announce();
    return true;
  }

  /** From now on the compartment gets no lease: a seal is on its way [C4]. */
  contain(compartment: string): void {
    this.#contained.add(compartment);
  }

  isBeingSealed(compartment: string): boolean {
    return this.#contained.has(compartment);
  }

  applied(compartment: string, part: Part): KnownApplied | undefined {
    return this.#applied.get(`${compartment} ${part}`);
  }

  noteApplied(applied: KnownApplied): void {
    const known = this.applied(applied.compartment, applied.part);
    if (known !== undefined && known.epoch > applied.epoch) return;
    if (known?.epoch === applied.epoch && known.ok && known.state === applied.state) return;
    this.#applied.set(`${applied.compartment} ${applied.part}`, applied);
    this.announce();
  }

  /** Wakes whoever waits for a change. */
  announce(): void {
    const { resolve } = this.#change;
    this.#change = Promise.withResolvers();
    resolve();
  }

  get isCrowded(): boolean {
    return this.#waiters >= WAITERS_LIMIT;
  }

  /** Resolves at the next change, when the time is over or when the signal aborts. */
  async untilChanged(withinMs: number, signal?: AbortSignal): Promise<void> {
    const patience = new AbortController();
    const signals = signal ? AbortSignal.any([signal, patience.signal]) : patience.signal;
    this.#waiters += 1;
    await Promise.race([this.#change.promise, sleepMs(withinMs, signals).catch(() => undefined)]);
    this.#waiters -= 1;
    patience.abort();
  }

  /** Runs one piece of work a compartment at a time, in the order asked. */
  inTurn<T>(compartment: string, work: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(compartment) ?? Promise.resolve();
    const turn = before.then(work, work);
    this.#turns.set(
      compartment,
      turn.catch(() => undefined),
    );
    return turn;
  }
}
