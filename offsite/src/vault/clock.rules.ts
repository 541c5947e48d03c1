/**
 * Off-site's own age of things, in seconds: it runs while the vault runs and nobody can set it.
 * A wall clock that jumps by a year makes no lease a year older.
 */
export class OwnTime {
  readonly #fromSeconds: number;
  readonly #elapsedMs: () => number;
  readonly #beganMs: number;

  constructor(fromSeconds: number, elapsedMs: () => number) {
    this.#fromSeconds = fromSeconds;
    this.#elapsedMs = elapsedMs;
    this.#beganMs = elapsedMs();
  }

  readonly seconds = (): number => this.#fromSeconds + Math.floor((this.#elapsedMs() - this.#beganMs) / 1000);
}
