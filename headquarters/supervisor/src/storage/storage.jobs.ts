import { type Log, sleepMs } from '@bulkhead/kernel';
import { lookAtStorage, type StoragePlaces } from './storage.actions.ts';
import { findLoss, type StorageLook } from './storage.rules.ts';

const LOOK_MS = 300;

/**
 * Watches a compartment's storage until the signal aborts.
 * @param options.shouldStand false while the data may rightly be absent: before they were made, while an image is laid down
 * @param options.lost told what is gone; the watch then begins anew
 */
export async function watchStorage(options: {
  readonly places: StoragePlaces;
  readonly shouldStand: () => boolean;
  readonly lost: (what: string) => void;
  readonly log: Log;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { places, shouldStand, lost, log, signal } = options;
  let before: StorageLook | undefined;
  while (!signal.aborted) {
    if (shouldStand()) {
      try {
        const now = await lookAtStorage(places);
        // What changed while we looked may have been right.
        const loss = shouldStand() ? findLoss(before, now) : undefined;
        before = loss === undefined ? now : undefined;
        if (loss !== undefined) lost(loss);
      } catch (error) {
        log.error({ err: error }, 'looking at storage');
      }
    } else {
      before = undefined;
    }
    await sleepMs(LOOK_MS, signal).catch(() => undefined);
  }
}
