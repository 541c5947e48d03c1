import { EstateError, type Log, sleepMs } from '@bulkhead/kernel';

/**
 * Does a piece of background work again and again until the signal aborts. It takes no input and reads the world anew each time.
 * A fault is logged when it begins, or becomes another, and when it is over: not each time.
 * @param pause waits until the next round; it is told whether this one went well
 */
export async function runRounds(
  given: { readonly what: string; readonly log: Log; readonly signal: AbortSignal },
  work: () => Promise<void>,
  pause: (isWell: boolean) => Promise<void>,
): Promise<void> {
  let fault: string | undefined;
  while (!given.signal.aborted) {
    try {
      await work();
      if (fault !== undefined) given.log.info({ work: given.what }, 'goes well again');
      fault = undefined;
    } catch (error) {
      const seen = describe(error);
      if (seen !== fault && !given.signal.aborted) given.log.warn({ err: error, work: given.what }, 'does not go; trying again');
      fault = seen;
    }
    await pause(fault === undefined);
  }
}

/** A pause of always the same length. */
export function every(ms: number, signal: AbortSignal): () => Promise<void> {
  return () => sleepMs(ms, signal).catch(() => undefined);
}

function describe(error: unknown): string {
  if (error instanceof EstateError) return `${error.code} ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}
