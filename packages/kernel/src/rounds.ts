import { sleepMs } from './clock.ts';
import type { Log } from './log.ts';

/**
 * Does the same work again and again until the signal; after a failure it waits, longer each time in a row.
 * The first failure of a row is logged, and the return.
 */
export async function runRounds(given: {
  readonly what: string;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly round: (signal: AbortSignal) => Promise<void>;
  readonly shortestPauseMs: number;
  readonly longestPauseMs: number;
  readonly failed?: () => unknown;
}): Promise<void> {
  let failures = 0;
  while (!given.signal.aborted) {
    try {
      await given.round(given.signal);
      if (failures > 0) given.log.info({ failures }, `${given.what}: works again`);
      failures = 0;
    } catch (error) {
      if (given.signal.aborted) return;
      failures += 1;
      if (failures === 1) given.log.warn({ err: error }, `${given.what}: failed, and is tried again`);
      given.failed?.();
      const pauseMs = Math.min(given.longestPauseMs, given.shortestPauseMs * 2 ** Math.min(failures - 1, 10));
      await sleepMs(pauseMs, given.signal).catch(() => undefined);
    }
  }
}
