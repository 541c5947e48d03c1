import type { CompartmentStream, Order } from '@bulkhead/contracts';
import { isRunning } from './finding.rules.ts';

/** How long a stream may be away before it is a finding, and how long it may take to begin. */
export const LOST_AFTER_MS = 5000;
export const BEGINS_WITHIN_MS = 120_000;

/** What is remembered of one stream from look to look. */
export type StreamMemory = {
  /** Streaming was seen under the running order. */
  readonly epoch: number;
  readonly wasStreaming: boolean;
  readonly awaySince: Date | null;
  readonly isTold: boolean;
};

/** Decides from one look at the receiver; `isLost` is true once for each loss. */
export function lookAtStream(
  memory: StreamMemory | undefined,
  seen: Pick<CompartmentStream, 'state'> | undefined,
  order: Order,
  now: Date,
): { readonly memory: StreamMemory; readonly isLost: boolean } {
  const before =
    memory?.epoch === order.epoch ? memory : { epoch: order.epoch, wasStreaming: false, awaySince: null, isTold: false };
  if (seen?.state === 'streaming' || !isRunning(order.state)) {
    return { memory: { ...before, wasStreaming: seen?.state === 'streaming', awaySince: null, isTold: false }, isLost: false };
  }
  const awaySince = before.awaySince ?? now;
  const limitMs = before.wasStreaming ? LOST_AFTER_MS : BEGINS_WITHIN_MS;
  const isLost = !before.isTold && now.getTime() - awaySince.getTime() >= limitMs;
  return { memory: { ...before, awaySince, isTold: before.isTold || isLost }, isLost };
}

/** The receiver holds a seal that no order knows of: a crash came between the two. */
export function isSealUnknown(seen: CompartmentStream, order: Order): boolean {
  return seen.seal !== null && isRunning(order.state) && seen.seal.epoch > order.epoch;
}
