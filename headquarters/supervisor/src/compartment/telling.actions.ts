import type { Applied, CompartmentState, Order } from '@bulkhead/contracts';
import type { LocalSeal } from '#order/order.rules.ts';
import type { Reports } from '#report/report.actions.ts';

const DETAIL_LIMIT = 1000;

/** Tells off-site what became of the orders for one compartment. */
export class Telling {
  readonly #name: string;
  readonly #reports: Pick<Reports, 'applied'>;
  #told = '';

  constructor(name: string, reports: Pick<Reports, 'applied'>) {
    this.#name = name;
    this.#reports = reports;
  }

  /** Once for each order and each seal of our own, however often it is found to be so. */
  async tellApplied(
    order: Order,
    state: CompartmentState,
    localSeal: LocalSeal | undefined,
    details: {
      readonly silence: Promise<string> | undefined;
      readonly laying: string | null;
      readonly closure: Applied['closure'];
    },
  ): Promise<void> {
    const key = `${order.epoch} ${state} ${localSeal?.sealedAt ?? ''}`;
    if (this.#told === key) return;
    this.#told = key;
    const by = localSeal === undefined ? '' : `sealed here by ${localSeal.by}: ${localSeal.reason}`;
    const detail = [by, await details.silence, order.image ? details.laying : ''].filter(Boolean).join('; ') || 'running';
    this.#reports.applied({
      compartment: this.#name,
      epoch: order.epoch,
      state,
      ok: true,
      detail: detail.slice(0, DETAIL_LIMIT),
      ...(details.closure ? { closure: details.closure } : {}),
    });
  }

  /** It is tried again: off-site waits a while for the better word. */
  tellFailed(order: Order, why: string): void {
    this.#told = '';
    const { epoch, state } = order;
    this.#reports.applied({ compartment: this.#name, epoch, state, ok: false, detail: why.slice(0, DETAIL_LIMIT) });
  }
}

/** An error and what caused it, in one line. */
export function tellCause(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
