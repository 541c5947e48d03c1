import { type Log, sleepMs } from '@bulkhead/kernel';
import type { Press } from './press.actions.ts';

/** Between looks where nothing tells of changes, and the longest rest after one. */
const POLL_MS = 300;
const LONGEST_PAUSE_MS = 2_000;

/** Goes on looking at the rows of a compartment until it is told to stop; a fault is tried again, ever more slowly. */
export async function keepPublishing(
  press: Press,
  deps: { readonly log: Log; readonly signal: AbortSignal; readonly pollMs?: number },
): Promise<void> {
  const { log, signal, pollMs = POLL_MS } = deps;
  let pauseMs = pollMs;
  let isOpen = false;
  while (!signal.aborted) {
    try {
      if (!isOpen) await press.open();
      isOpen = true;
      await press.renew();
      const beganAtMs = performance.now();
      await press.refresh();
      // Not more than half of the time is spent looking, however much is written.
      const restMs = Math.min(pollMs, performance.now() - beganAtMs);
      await sleepMs(restMs, signal).catch(() => undefined);
      await press.waitForMore(signal, pollMs);
      pauseMs = pollMs;
    } catch (err) {
      if (signal.aborted) return;
      pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
      log.warn({ err, compartment: press.compartment, pauseMs }, 'looking for a new edition; trying again');
      await sleepMs(pauseMs, signal).catch(() => undefined);
    }
  }
}
