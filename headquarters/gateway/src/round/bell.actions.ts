/** Wakes one waiting job. A ring that comes while nobody waits is heard at the next wait. */
export class Bell {
  #isRung = false;
  #wake: (() => void) | null = null;

  ring(): void {
    this.#isRung = true;
    this.#wake?.();
  }

  /** Waits for a ring, the signal, or so many milliseconds. */
  async wait(signal: AbortSignal, longestMs?: number): Promise<void> {
    if (!this.#isRung && !signal.aborted) await this.#untilWoken(signal, longestMs);
    this.#isRung = false;
  }

  #untilWoken(signal: AbortSignal, longestMs: number | undefined): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#wake = null;
        resolve();
      };
      const timer = longestMs === undefined ? undefined : setTimeout(done, longestMs);
      this.#wake = done;
      signal.addEventListener('abort', done, { once: true });
    });
  }
}
