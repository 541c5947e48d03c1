import type { Blocks, Session } from '@bulkhead/contracts';
import { limitKeyOf } from '@bulkhead/front';
import { EstateError } from '@bulkhead/kernel';

export const NO_BLOCKS: Blocks = { sessions: [], accounts: [], addresses: [], routes: [] };

type OfCompartment = { readonly addresses: ReadonlySet<string>; readonly routes: ReadonlySet<string> };

/** What the orders in force refuse [G18]: addresses and routes at the compartment whose order names them, people everywhere. */
export class Blocking {
  readonly #byCompartment: ReadonlyMap<string, OfCompartment>;
  readonly #sessions: ReadonlySet<string>;
  /** Account → the moment before which its sessions began. */
  readonly #accounts: ReadonlyMap<string, string>;

  constructor(standing: readonly (readonly [compartment: string, blocks: Blocks])[]) {
    const byCompartment = new Map<string, OfCompartment>();
    const accounts = new Map<string, string>();
    for (const [compartment, blocks] of standing) {
      const known = byCompartment.get(compartment);
      byCompartment.set(compartment, {
        addresses: new Set([...(known?.addresses ?? []), ...blocks.addresses.map(limitKeyOf)]),
        routes: new Set([...(known?.routes ?? []), ...blocks.routes]),
      });
      for (const { account, before } of blocks.accounts) {
        const other = accounts.get(account);
        if (other === undefined || other < before) accounts.set(account, before);
      }
    }
    this.#byCompartment = byCompartment;
    this.#sessions = new Set(standing.flatMap(([, { sessions }]) => sessions));
    this.#accounts = accounts;
  }

  /**
   * Refuses a route that is closed, and whoever comes from an address that is blocked.
   * @throws EstateError `route.closed`, `address.blocked`
   */
  requireUnblocked(compartment: string, asked: { readonly route: string | null; readonly address: string }): void {
    const own = this.#byCompartment.get(compartment);
    if (own === undefined) return;
    if (asked.route !== null && own.routes.has(asked.route))
      throw new EstateError('route.closed', `using the route ${asked.route}: an order keeps it closed`);
    if (own.addresses.has(limitKeyOf(asked.address)))
      throw new EstateError('address.blocked', `answering a request: an order of ${compartment} blocks its address`);
  }

  /** Whether a session is known to be ended by its id alone: identity need not be asked. */
  isEnded(sessionId: string): boolean {
    return this.#sessions.has(sessionId);
  }

  /** Whether a session that identity knows is not to be used any more: it, or its account's sessions from before a moment. */
  isRefused({ id, accountId, startedAt }: Pick<Session, 'id' | 'accountId' | 'startedAt'>): boolean {
    const before = this.#accounts.get(accountId);
    return this.#sessions.has(id) || (before !== undefined && startedAt < before);
  }
}
