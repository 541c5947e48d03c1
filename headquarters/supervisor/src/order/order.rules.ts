import type { CompartmentState, Order, SignedCommand } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';

/** An operator's own seal, which holds until off-site gives an order with a higher epoch. */
export type LocalSeal = { readonly epoch: number; readonly by: string; readonly reason: string; readonly sealedAt: string };

const FRESH_MS = 15 * 60_000;

/** The states in which nobody may reach a compartment. */
export function isClosed(state: CompartmentState): boolean {
  return state === 'sealed' || state === 'restoring' || state === 'verifying';
}

/**
 * Compares an order with the one that stands [O3].
 * @returns `same` for the very order that stands
 * @throws EstateError `order.stale` for an epoch that is not higher
 */
export function judgeOrder(
  standing: { readonly order: Order; readonly message: string } | undefined,
  given: { readonly order: Order; readonly message: string },
): 'new' | 'same' {
  if (standing === undefined || given.order.epoch > standing.order.epoch) return 'new';
  if (given.message === standing.message) return 'same';
  throw new EstateError(
    'order.stale',
    `reading an order for ${given.order.compartment}: its epoch is ${given.order.epoch}, and one of epoch ${standing.order.epoch} stands`,
  );
}

/**
 * Checks an operator's command that was given here: one operator may close, nobody may open [O7].
 * @returns the compartment and the reason
 * @throws EstateError `order.not_allowed`, `order.stale`
 */
export function judgeCommand(given: SignedCommand, now: Date): { readonly compartment: string; readonly reason: string } {
  if (given.command.kind !== 'seal') {
    throw new EstateError(
      'order.not_allowed',
      `reading an operator's command: headquarters obeys "seal" only; "${given.command.kind}" is given at the desk off-site`,
    );
  }
  if (Math.abs(now.getTime() - Date.parse(given.issuedAt)) > FRESH_MS) {
    throw new EstateError(
      'order.stale',
      "reading an operator's command: it was not issued within the last 15 minutes; sign a new one",
    );
  }
  return given.command;
}
