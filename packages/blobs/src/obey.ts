import { sleepMs } from '@bulkhead/kernel';
import type { BlobStore, Obeyed } from './blob-store.ts';

/**
 * Asks the vault again and again what it needs of this compartment, until the signal aborts.
 * @param options.done told when something was done or is lacking
 * @param options.failed told when the vault could not be asked; it is asked again
 */
export async function obeyVaultForever(
  store: Pick<BlobStore, 'obeyVault'>,
  options: {
    readonly everyMs: number;
    readonly signal: AbortSignal;
    readonly done: (obeyed: Obeyed) => void;
    readonly failed: (error: unknown) => void;
  },
): Promise<void> {
  while (!options.signal.aborted) {
    await store.obeyVault().then(
      (obeyed) => {
        if (obeyed.brought + obeyed.lacking + obeyed.erased > 0) options.done(obeyed);
      },
      (error: unknown) => options.failed(error),
    );
    await sleepMs(options.everyMs, options.signal).catch(() => undefined);
  }
}
