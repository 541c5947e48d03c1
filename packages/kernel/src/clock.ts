/** Reads the wall clock. Passed down from composition roots, never called for in rules. */
export type Now = () => Date;

/** A clock for tests and exercises, which moves only when told. */
export class FakeClock {
  #now: Date;

  constructor(start: Date) {
    this.#now = start;
  }

  readonly now: Now = () => new Date(this.#now);

  /** Moves the clock forward (or back, with a negative number) by so many milliseconds. */
  advanceMs(ms: number): void {
    this.#now = new Date(this.#now.getTime() + ms);
  }
}

/** Waits; rejects with the signal's reason when it aborts first. */
export function sleepMs(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const timer = setTimeout(done, ms);
    function done() {
      signal?.removeEventListener('abort', cancel);
      resolve();
    }
    function cancel() {
      clearTimeout(timer);
      reject(signal?.reason);
    }
    signal?.addEventListener('abort', cancel, { once: true });
  });
}
