import type { Blocks, CompartmentState, Order, SignedCommand } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { NO_BLOCKS } from '#block/block.rules.ts';

/** How the gateway stands to one compartment. */
export type Standing = {
  readonly state: CompartmentState;
  /** Of the last order carried out; 0 before the first. */
  readonly epoch: number;
  /** ISO 8601; null before the first order. */
  readonly sinceAt: string | null;
  readonly nextUpdateAt: string | null;
  /** Whether an operator sealed it here, and no later order of off-site has come. */
  readonly isSealedLocally: boolean;
  /** What its orders refuse, until another order says otherwise. */
  readonly blocks: Blocks;
};

export const FIRST_STANDING: Standing = {
  state: 'open',
  epoch: 0,
  sinceAt: null,
  nextUpdateAt: null,
  isSealedLocally: false,
  blocks: NO_BLOCKS,
};

/**
 * Lays an order over what stands [G12].
 * @throws EstateError `order.stale` unless its epoch is higher
 */
export function obeyOrder(standing: Standing, order: Order): Standing {
  if (order.epoch <= standing.epoch)
    throw new EstateError(
      'order.stale',
      `reading an order for ${order.compartment}: epoch ${order.epoch}, here stands ${standing.epoch}`,
    );
  // Since when it is closed counts from the first closing order, not from each step of the way back.
  const goesOn = isClosed(standing.state) && isClosed(order.state) && standing.sinceAt !== null;
  return {
    state: order.state,
    epoch: order.epoch,
    sinceAt: goesOn ? standing.sinceAt : order.issuedAt,
    nextUpdateAt: order.nextUpdateAt ?? null,
    isSealedLocally: false,
    blocks: order.blocks ?? standing.blocks,
  };
}

const FRESH_MS = 15 * 60_000;

/**
 * Lays an operator's own seal over what stands: when off-site is out of reach, one operator may close, never open.
 * @throws EstateError `order.not_allowed`, `order.stale`
 */
export function obeyOperator(standing: Standing, given: SignedCommand, nowAt: Date): Standing {
  if (given.command.kind !== 'seal')
    throw new EstateError('order.not_allowed', `reading an operator's command: "${given.command.kind}" is off-site's to order`);
  if (Math.abs(nowAt.getTime() - Date.parse(given.issuedAt)) > FRESH_MS)
    throw new EstateError('order.stale', "reading an operator's command: it was issued more than 15 minutes ago");
  if (isClosed(standing.state)) return standing;
  return { ...standing, state: 'sealed', sinceAt: nowAt.toISOString(), nextUpdateAt: null, isSealedLocally: true };
}

export function isClosed(state: CompartmentState): boolean {
  return state === 'sealed' || state === 'restoring' || state === 'verifying';
}
