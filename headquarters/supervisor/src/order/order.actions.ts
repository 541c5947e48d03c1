import { type Order, openSigned, orderSchema, PURPOSES, type Signed, signedCommandSchema, type Trust } from '@bulkhead/contracts';
import { EstateError, type Log, type Now } from '@bulkhead/kernel';
import { isClosed, judgeCommand, judgeOrder, type LocalSeal } from './order.rules.ts';
import type { OrderStore } from './order.store.ts';

const NONCES_LIMIT = 1000;

/** What stands for one compartment. */
export type Standing = {
  readonly order: Order | undefined;
  readonly localSeal: LocalSeal | undefined;
  /** Another site runs the compartments. */
  readonly isAside?: boolean;
};

export type OrderDeps = {
  readonly compartments: readonly string[];
  readonly trust: Pick<Trust, 'orderKeys' | 'operatorKeys'>;
  readonly store: OrderStore;
  readonly log: Log;
  readonly now: Now;
  /** Told at once, before anything waits for the disk. */
  readonly changed: (compartment: string) => void;
  /** Whether it begins aside: a stand-in waits to be called. */
  readonly startsAside?: boolean;
};

type KnownOrder = { readonly order: Order; readonly message: string; readonly signed: Signed };

/** The orders that stand. Headquarters does nothing to a compartment but on the word of these. */
export class OrderBook {
  readonly #deps: OrderDeps;
  /** What stands. */
  readonly #orders = new Map<string, KnownOrder>();
  /** What is on disk, or on its way there. */
  readonly #kept = new Map<string, KnownOrder>();
  readonly #localSeals = new Map<string, LocalSeal>();
  #nonces: string[] = [];
  #isAside = false;

  private constructor(deps: OrderDeps) {
    this.#deps = deps;
  }

  /** Reads what stood before. An order that cannot be verified does not stand: the compartment waits for off-site [O2]. */
  static async load(deps: OrderDeps): Promise<OrderBook> {
    const book = new OrderBook(deps);
    const kept = await deps.store.find().catch((error: unknown) => {
      deps.log.error({ err: error }, 'reading the orders kept on disk: nothing runs until off-site orders again');
      return undefined;
    });
    for (const [name, signed] of Object.entries(kept?.orders ?? {})) book.#restore(name, signed);
    for (const [name, seal] of Object.entries(kept?.localSeals ?? {})) {
      if (deps.compartments.includes(name)) book.#localSeals.set(name, seal);
    }
    book.#nonces = [...(kept?.nonces ?? [])];
    book.#isAside = kept?.isAside ?? deps.startsAside ?? false;
    return book;
  }

  standingOf(compartment: string): Standing {
    const order = this.#orders.get(compartment)?.order;
    const localSeal = this.#localSeals.get(compartment);
    const isAside = this.#isAside;
    return { order, localSeal: localSeal && localSeal.epoch >= (order?.epoch ?? 0) ? localSeal : undefined, isAside };
  }

  /**
   * Off-site said that another site runs the compartments: everything is closed at once, and stays so over restarts [O16].
   */
  async standAside(): Promise<void> {
    if (this.#isAside) return;
    this.#isAside = true;
    this.#deps.log.warn('another site runs the compartments: closing everything here');
    for (const name of this.#deps.compartments) this.#deps.changed(name);
    await this.#save();
  }

  /** Off-site orders here again, and every order that stands was taken. */
  async comeBack(): Promise<void> {
    if (!this.#isAside) return;
    this.#isAside = false;
    await this.#save();
    this.#deps.log.warn('in charge of the compartments');
    for (const name of this.#deps.compartments) this.#deps.changed(name);
  }

  /** What a lease is asked for. A compartment sealed here asks for none. */
  listEpochs(): { readonly name: string; readonly epoch: number }[] {
    return this.#deps.compartments.flatMap((name) => {
      const { order, localSeal } = this.standingOf(name);
      return order === undefined || localSeal !== undefined || this.#isAside ? [] : [{ name, epoch: order.epoch }];
    });
  }

  /**
   * Takes an order of off-site. Closing takes effect before it is on disk, opening after [O4].
   * @throws EstateError `signature.invalid`, `compartment.unknown`, `order.stale`
   */
  async obey(signed: Signed): Promise<'new' | 'same'> {
    const order = this.#open(signed);
    const before = this.#kept.get(order.compartment);
    const judged = judgeOrder(before, { order, message: signed.message });
    if (judged === 'same') return judged;
    const known = { order, message: signed.message, signed };
    this.#kept.set(order.compartment, known);
    if (isClosed(order.state)) this.#stand(known);
    await this.#saveOrForget(known, before);
    // Another order may have come while this one went to disk.
    if (this.#kept.get(order.compartment) === known && !isClosed(order.state)) this.#stand(known);
    this.#deps.log.info(
      { compartment: order.compartment, epoch: order.epoch, from: before?.order.state, to: order.state },
      'order',
    );
    return judged;
  }

  /**
   * Takes an operator's own seal [O7].
   * @throws EstateError `signature.invalid`, `order.not_allowed`, `order.stale`, `compartment.unknown`
   */
  async seal(
    signed: Signed,
  ): Promise<{ readonly compartment: string; readonly epoch: number; readonly by: string; readonly reason: string }> {
    const { value, keyId } = openSigned(signed, {
      purpose: PURPOSES.command,
      keys: this.#deps.trust.operatorKeys,
      schema: signedCommandSchema,
    });
    const now = this.#deps.now();
    const { compartment, reason } = judgeCommand(value, now);
    if (!this.#deps.compartments.includes(compartment)) throw unknownCompartment(compartment);
    if (this.#nonces.includes(value.nonce))
      throw new EstateError('order.stale', "reading an operator's command: it was used before");
    this.#nonces = [...this.#nonces, value.nonce].slice(-NONCES_LIMIT);
    const epoch = this.#orders.get(compartment)?.order.epoch ?? 0;
    this.#localSeals.set(compartment, { epoch, by: keyId, reason, sealedAt: now.toISOString() });
    this.#deps.changed(compartment);
    await this.#save();
    return { compartment, epoch, by: keyId, reason };
  }

  #open(signed: Signed): Order {
    const { value: order } = openSigned(signed, {
      purpose: PURPOSES.order,
      keys: this.#deps.trust.orderKeys,
      schema: orderSchema,
    });
    if (!this.#deps.compartments.includes(order.compartment)) throw unknownCompartment(order.compartment);
    return order;
  }

  #stand(known: KnownOrder): void {
    this.#orders.set(known.order.compartment, known);
    this.#deps.changed(known.order.compartment);
  }

  #restore(name: string, signed: Signed): void {
    try {
      const order = this.#open(signed);
      if (order.compartment !== name)
        throw new EstateError('order.not_allowed', 'reading an order: it is for another compartment');
      const known = { order, message: signed.message, signed };
      this.#orders.set(name, known);
      this.#kept.set(name, known);
    } catch (error) {
      this.#deps.log.error({ err: error, compartment: name }, 'reading an order kept on disk: it does not stand');
    }
  }

  /** An order that could not be written must be taken anew when it comes again. */
  async #saveOrForget(known: KnownOrder, before: KnownOrder | undefined): Promise<void> {
    try {
      await this.#save();
    } catch (error) {
      const name = known.order.compartment;
      if (this.#kept.get(name) === known) {
        if (before) this.#kept.set(name, before);
        else this.#kept.delete(name);
      }
      throw error;
    }
  }

  #save(): Promise<void> {
    return this.#deps.store.save({
      orders: Object.fromEntries([...this.#kept].map(([name, { signed }]) => [name, signed])),
      localSeals: Object.fromEntries(this.#localSeals),
      nonces: this.#nonces,
      isAside: this.#isAside,
    });
  }
}

function unknownCompartment(name: string): EstateError {
  return new EstateError('compartment.unknown', `looking for compartment ${name}: headquarters has none of this name`);
}
