import {
  type CompartmentManifest,
  type CompartmentState,
  type Order,
  orderSchema,
  PURPOSES,
  type Signed,
  type SigningKey,
  signMessage,
} from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';

/** An order with its signature and what asked for it. */
export type IssuedOrder = { readonly order: Order; readonly signed: Signed; readonly cause: string };

/** What an order is made from. */
export type OrderDraft = Omit<Order, 'issuedAt'> & { readonly cause: string };

/**
 * What holds until another order says otherwise stands in every order [C25]: a headquarters that lost everything, or a
 * gateway that sees only the last, still refuses what is blocked and runs the build that was ordered.
 */
export function standingWith(current: Order | undefined): Pick<Order, 'blocks' | 'build'> {
  return {
    ...(current?.blocks ? { blocks: current.blocks } : {}),
    ...(current?.build ? { build: current.build } : {}),
  };
}

/** How long after each kind of order the public is promised news. */
const NEXT_UPDATE_MS: Partial<Record<CompartmentState, number>> = {
  sealed: 3_600_000,
  restoring: 1_800_000,
  verifying: 1_800_000,
  'read-only': 1_800_000,
};

export function nextUpdateFor(state: CompartmentState, now: Date): string | undefined {
  const afterMs = NEXT_UPDATE_MS[state];
  return afterMs === undefined ? undefined : new Date(now.getTime() + afterMs).toISOString();
}

/** Signs an order; its bytes are what headquarters keeps and obeys. */
export function signOrder(key: SigningKey, draft: OrderDraft, now: Date): IssuedOrder {
  const { cause, ...asked } = draft;
  const nextUpdateAt = asked.nextUpdateAt ?? nextUpdateFor(asked.state, now);
  const order = orderSchema.parse({ ...asked, ...(nextUpdateAt ? { nextUpdateAt } : {}), issuedAt: now.toISOString() });
  return { order, signed: signMessage(key, PURPOSES.order, order), cause };
}

/** A compartment runs, and so may hold a lease, in these states only [C4]. */
export function mayHoldLease(state: CompartmentState): boolean {
  return state === 'open' || state === 'read-only';
}

/**
 * A compartment opens only after those it needs [C9].
 * @throws EstateError `compartment.wrong_state` naming what must be opened first
 */
export function checkNeeds(manifest: CompartmentManifest, stateOf: (compartment: string) => CompartmentState | undefined): void {
  const closed = manifest.needs.filter((needed) => stateOf(needed) !== 'open');
  if (closed.length === 0) return;
  throw new EstateError(
    'compartment.wrong_state',
    `opening ${manifest.name}: it needs ${closed.join(', ')}, which must be opened first`,
  );
}
