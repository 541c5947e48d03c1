import { type Log, runRounds, sleepMs } from '@bulkhead/kernel';
import type { WirePeer } from '@bulkhead/wire';
import type { Receipts } from './receipt.actions.ts';

/** Receipts of this time travel together. */
const GATHER_MS = 20;

/** Sends receipts until the signal. */
export function sendReceipts(given: {
  readonly receipts: Receipts;
  readonly recovery: WirePeer;
  readonly log: Log;
  readonly signal: AbortSignal;
}): Promise<void> {
  return runRounds({
    what: 'sending receipts off-site',
    log: given.log,
    signal: given.signal,
    shortestPauseMs: 200,
    longestPauseMs: 2000,
    round: async (signal) => {
      await given.receipts.sendNext(given.recovery, signal);
      await sleepMs(GATHER_MS, signal);
    },
  });
}
