import {
  type Applied,
  admits,
  type Blocks,
  openSigned,
  orderSchema,
  PURPOSES,
  type Signed,
  signedCommandSchema,
  type Trust,
} from '@bulkhead/contracts';
import { EstateError, type Log, type Now } from '@bulkhead/kernel';
import { Blocking } from '#block/block.rules.ts';
import { FIRST_STANDING, isClosed, obeyOperator, obeyOrder, type Standing } from './seal.rules.ts';
import type { KeptOrders, LocalSeal, OrderStore } from './seal.store.ts';

const NONCES_LIMIT = 1000;

export type SealDeps = {
  readonly compartments: readonly string[];
  readonly trust: Pick<Trust, 'orderKeys' | 'operatorKeys'>;
  readonly store: OrderStore;
  readonly now: Now;
  readonly log: Log;
  /** Destroys everything that lives of a compartment's connections. */
  readonly cut: (compartment: string) => void;
  /** Destroys what lives of a session. */
  readonly cutSession: (sessionId: string) => void;
};

/** Which compartments are open, as off-site ordered; the first thing that any request is held against. */
export class SealBoard {
  readonly #deps: SealDeps;
  readonly #standings = new Map<string, Standing>();
  readonly #orders = new Map<string, Signed>();
  readonly #localSeals = new Map<string, LocalSeal>();
  /** Closed because what was kept on disk could not be believed. */
  readonly #distrusted = new Set<string>();
  #nonces: string[] = [];
  #isDirty = false;
  #isAside = false;
  #blocking = new Blocking([]);

  private constructor(deps: SealDeps) {
    this.#deps = deps;
  }

  /** Reads what was carried out before the start; signatures are verified again. */
  static async load(deps: SealDeps): Promise<SealBoard> {
    const board = new SealBoard(deps);
    const kept = await deps.store.find();
    for (const name of deps.compartments) board.#standings.set(name, FIRST_STANDING);
    if (kept === 'damaged') board.#distrustAll();
    else if (kept !== null) board.#restore(kept);
    board.#blocking = board.#compile();
    return board;
  }

  /** Another site runs the compartments: nothing is served here but the page that says so [G28]. */
  get isAside(): boolean {
    return this.#isAside;
  }

  /** At once in memory, `save` must follow; until off-site orders something here again, over restarts too. */
  standAside(): void {
    if (this.#isAside) return;
    this.#isAside = true;
    this.#isDirty = true;
    this.#deps.log.warn('another site runs the compartments: closing everything here');
    for (const name of this.#deps.compartments) this.#deps.cut(name);
  }

  /** After all orders that stand were carried out. */
  comeBack(): void {
    if (!this.#isAside) return;
    this.#isAside = false;
    this.#isDirty = true;
    this.#deps.log.warn('in charge of the compartments again');
  }

  standingOf(compartment: string): Standing {
    if (this.#isAside) return { ...(this.#standings.get(compartment) ?? FIRST_STANDING), state: 'sealed' };
    return this.#standings.get(compartment) ?? { ...FIRST_STANDING, state: 'sealed' };
  }

  /** What orders refuse besides closed compartments. */
  get blocking(): Blocking {
    return this.#blocking;
  }

  /** The same, with what the next order of a compartment would refuse besides. */
  blockingWith(compartment: string, blocks: Blocks): Blocking {
    return this.#compile([compartment, blocks]);
  }

  /** People whose sessions orders block. */
  listBlockedPeople(): Pick<Blocks, 'sessions' | 'accounts'> {
    const all = [...this.#standings.values()].map(({ blocks }) => blocks);
    return {
      sessions: all.flatMap(({ sessions }) => sessions).slice(0, 10_000),
      accounts: all.flatMap(({ accounts }) => accounts).slice(0, 10_000),
    };
  }

  listEpochs(): { readonly name: string; readonly epoch: number }[] {
    return [...this.#standings].map(([name, { epoch }]) => ({ name, epoch }));
  }

  /**
   * Carries out an order in memory, at once; `save` must follow. A kill between the two finds the order again off-site.
   * @returns what to tell off-site; null when an operator has sealed here since this order
   * @throws EstateError `signature.invalid`, `compartment.unknown`, `order.stale`
   */
  obey(signed: Signed): Applied | null {
    const { value: order } = openSigned(signed, {
      purpose: PURPOSES.order,
      keys: this.#deps.trust.orderKeys,
      schema: orderSchema,
    });
    const { compartment, epoch, state } = order;
    const standing = this.#standings.get(compartment);
    if (!standing)
      throw new EstateError('compartment.unknown', `reading an order: there is no compartment "${compartment}" here`);
    if (this.#orders.get(compartment)?.message !== signed.message) {
      this.#stand(compartment, obeyOrder(standing, order));
      this.#orders.set(compartment, signed);
      this.#localSeals.delete(compartment);
      this.#distrusted.delete(compartment);
      this.#deps.log.info({ compartment, epoch, state }, 'carried out an order');
    } else if (standing.isSealedLocally) return null;
    const at = this.#deps.now().toISOString();
    return { compartment, epoch, state, part: 'gateway', ok: true, detail: 'routing changed', at };
  }

  /** Keeps what was carried out on disk, if something was since the last time. */
  async save(): Promise<void> {
    if (!this.#isDirty) return;
    this.#isDirty = false;
    try {
      await this.#deps.store.save({
        orders: Object.fromEntries(this.#orders),
        localSeals: Object.fromEntries(this.#localSeals),
        nonces: this.#nonces,
        isAside: this.#isAside,
      });
    } catch (error) {
      this.#isDirty = true;
      throw error;
    }
  }

  /**
   * Carries out an operator's own seal, until off-site orders something later.
   * @throws EstateError `signature.invalid`, `compartment.unknown`, `order.not_allowed`, `order.stale`
   */
  async obeyOperator(signed: Signed): Promise<{ readonly compartment: string; readonly epoch: number }> {
    const keys = this.#deps.trust.operatorKeys;
    const { value, keyId } = openSigned(signed, { purpose: PURPOSES.command, keys, schema: signedCommandSchema });
    const compartment = value.command.kind === 'seal' ? value.command.compartment : '';
    if (this.#nonces.includes(value.nonce))
      throw new EstateError('order.stale', "reading an operator's command: it was used before");
    const standing = this.#standings.get(compartment) ?? FIRST_STANDING;
    const nowAt = this.#deps.now();
    const next = obeyOperator(standing, value, nowAt);
    if (!this.#standings.has(compartment))
      throw new EstateError(
        'compartment.unknown',
        `reading an operator's command: there is no compartment "${compartment}" here`,
      );
    this.#nonces = [...this.#nonces, value.nonce].slice(-NONCES_LIMIT);
    if (next !== standing) {
      this.#stand(compartment, next);
      this.#localSeals.set(compartment, { command: signed, sealedAt: nowAt.toISOString(), epoch: standing.epoch });
      this.#deps.log.warn({ compartment, by: keyId }, 'sealed on the word of an operator');
    }
    this.#isDirty = true;
    await this.save();
    return { compartment, epoch: next.epoch };
  }

  /** Opens what was closed for want of a believable order, once off-site has said that it never ordered anything. */
  settle(ordered: ReadonlySet<string>): void {
    for (const name of this.#distrusted) {
      if (ordered.has(name)) continue;
      this.#distrusted.delete(name);
      this.#standings.set(name, FIRST_STANDING);
    }
  }

  #stand(compartment: string, standing: Standing): void {
    this.#standings.set(compartment, standing);
    this.#isDirty = true;
    this.#blocking = this.#compile();
    for (const session of standing.blocks.sessions) this.#deps.cutSession(session);
    if (admits(standing.state) === 'nothing') this.#deps.cut(compartment);
  }

  #compile(...more: readonly (readonly [string, Blocks])[]): Blocking {
    return new Blocking([...[...this.#standings].map(([name, { blocks }]) => [name, blocks] as const), ...more]);
  }

  #restore(kept: KeptOrders): void {
    this.#nonces = kept.nonces;
    this.#isAside = kept.isAside;
    for (const [name, signed] of Object.entries(kept.orders)) this.#restoreOrder(name, signed);
    for (const [name, seal] of Object.entries(kept.localSeals)) this.#restoreLocalSeal(name, seal);
  }

  #restoreOrder(name: string, signed: Signed): void {
    if (!this.#standings.has(name)) return;
    try {
      const { value } = openSigned(signed, { purpose: PURPOSES.order, keys: this.#deps.trust.orderKeys, schema: orderSchema });
      if (value.compartment !== name)
        throw new EstateError('order.not_allowed', 'reading an order: it is for another compartment');
      this.#standings.set(name, obeyOrder(FIRST_STANDING, value));
      this.#orders.set(name, signed);
    } catch (error) {
      this.#distrust(name, error);
    }
  }

  #restoreLocalSeal(name: string, seal: LocalSeal): void {
    const standing = this.#standings.get(name);
    if (!standing || standing.epoch > seal.epoch || isClosed(standing.state)) return;
    this.#standings.set(name, {
      ...standing,
      state: 'sealed',
      sinceAt: seal.sealedAt,
      nextUpdateAt: null,
      isSealedLocally: true,
    });
    this.#localSeals.set(name, seal);
  }

  // What was tampered with must not open anything: closed until off-site orders again.
  #distrustAll(): void {
    for (const name of this.#deps.compartments) this.#distrust(name, new Error('the file of orders is damaged'));
  }

  #distrust(name: string, error: unknown): void {
    this.#deps.log.error(
      { err: error, compartment: name },
      'reading the order kept on disk: it stays closed until off-site orders',
    );
    const sinceAt = this.#deps.now().toISOString();
    this.#standings.set(name, { ...FIRST_STANDING, state: 'sealed', sinceAt });
    this.#distrusted.add(name);
  }
}
