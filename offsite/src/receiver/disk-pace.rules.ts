/** A disk that answers so fast is waited for; a slower one works in another thread. */
const QUICK_MS = 2;
/** The weight of the last answer in the mean. */
const WEIGHT = 0.2;
/** A slow disk is waited for once in so many times what it took, to see whether it still is: one per cent of the time. */
const LOOK_AGAIN_TIMES = 100;

/**
 * Whether a disk is to be waited for. It is judged by answers that were waited for, and by them alone: what another thread tells came
 * there and back as well, which on a busy machine takes longer than the disk.
 */
export class DiskPace {
  #meanMs = 0;
  #lookAgainAtMs = 0;

  isQuick(nowMs: number): boolean {
    return this.#meanMs < QUICK_MS || nowMs >= this.#lookAgainAtMs;
  }

  /** The disk answered after `tookMs`. */
  note(tookMs: number, nowMs: number): void {
    this.#meanMs += WEIGHT * (tookMs - this.#meanMs);
    this.#lookAgainAtMs = nowMs + LOOK_AGAIN_TIMES * tookMs;
  }
}
