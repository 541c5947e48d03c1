import type { CompartmentState, Order, SiteStatus } from '@bulkhead/contracts';
import type { Leave } from '#lease/lease.rules.ts';
import { isClosed, type LocalSeal } from '#order/order.rules.ts';

/** What should run of a compartment. */
export type Target = {
  /** `app` writes, `reader` reads only, `nothing` runs; `wait` for the first word of off-site. */
  readonly run: 'app' | 'reader' | 'nothing' | 'wait';
  /** Whether the database runs. `as it is`: an evidence that nobody can reach is left alone. */
  readonly database: 'running' | 'stopped' | 'as it is';
  /** Whether commits wait for off-site. */
  readonly isSynchronous: boolean;
};

const CLOSED: Target = { run: 'nothing', database: 'as it is', isSynchronous: true };

/** What a compartment's target is decided from. */
export type Situation = {
  readonly order: Order | undefined;
  readonly localSeal: LocalSeal | undefined;
  readonly leave: Leave;
  /** Off-site has not answered yet, and this process started a moment ago. */
  readonly mayStillAnswer: boolean;
  readonly isLost: boolean;
  readonly isAside?: boolean;
};

/**
 * Decides what should run [O1]: nothing without an order, nothing that is sealed, and writes only with leave. A database is
 * prepared before the first order, since nobody can log into it.
 */
export function decideTarget(situation: Situation): Target {
  const { order, leave } = situation;
  if (situation.isLost || situation.isAside) return { ...CLOSED, database: 'stopped' };
  if (situation.localSeal) return CLOSED;
  if (order === undefined) return { run: 'wait', database: 'running', isSynchronous: true };
  // Off-site takes the new stream and base of a restored cluster before anybody is let in.
  if (order.state === 'verifying' || (order.state === 'restoring' && order.image)) return { ...CLOSED, database: 'running' };
  if (isClosed(order.state)) return CLOSED;
  if (order.state === 'read-only') return { run: 'reader', database: 'running', isSynchronous: true };
  if (leave === 'leased') return { run: 'app', database: 'running', isSynchronous: true };
  if (leave === 'unprotected') return { run: 'app', database: 'running', isSynchronous: false };
  return { run: situation.mayStillAnswer ? 'wait' : 'reader', database: 'running', isSynchronous: true };
}

/** The state that people find a compartment in, whatever was ordered. */
export function actualState(
  order: Order | undefined,
  localSeal: LocalSeal | undefined,
  running: Target['run'],
): CompartmentState {
  if (order === undefined || localSeal !== undefined) return 'sealed';
  if (isClosed(order.state)) return order.state;
  return running === 'app' ? 'open' : 'read-only';
}

/** Whether acknowledged writes exist off-site too. */
export function tellProtection(running: Target['run'], isSynchronous: boolean): SiteStatus['compartments'][number]['protection'] {
  if (running !== 'app') return 'not writing';
  return isSynchronous ? 'protected' : 'unprotected';
}

/**
 * Whether a cluster that was made before off-site's first word belongs to this estate: a new estate begins with epoch 1,
 * and a later one means that what stood here was lost with every trace of it.
 */
export function isForeignStart(firstEpoch: number | null, order: Order): boolean {
  return firstEpoch === null && order.epoch > 1 && order.image === undefined;
}

const FIRST_RETRY_MS = 200;
const LONGEST_RETRY_MS = 15_000;

/** How long to wait before what failed is tried again. */
export function retryMs(failuresInARow: number): number {
  return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failuresInARow - 1, 10));
}
