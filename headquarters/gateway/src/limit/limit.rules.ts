/** How many buckets are kept; beyond, the ones longest unused are forgotten. */
const BUCKETS_LIMIT = 50_000;

type Bucket = { tokens: number; atMs: number };

/** Token buckets, one a key: a minute's worth may come at once, then at the steady rate. */
export class RateLimits {
  readonly #buckets = new Map<string, Bucket>();

  /**
   * Takes a token.
   * @returns 0 when there was one, else the milliseconds until there is one
   */
  take(key: string, perMinute: number, nowMs: number): number {
    const perMs = perMinute / 60_000;
    const known = this.#buckets.get(key);
    const tokens = known ? Math.min(perMinute, known.tokens + Math.max(0, nowMs - known.atMs) * perMs) : perMinute;
    // Setting again moves the key to the end: the first of the map is the one longest unused.
    this.#buckets.delete(key);
    this.#buckets.set(key, { tokens: tokens >= 1 ? tokens - 1 : tokens, atMs: nowMs });
    if (this.#buckets.size > BUCKETS_LIMIT) this.#forgetOldest();
    return tokens >= 1 ? 0 : Math.ceil((1 - tokens) / perMs);
  }

  /** How many more may come at once, and after how many milliseconds it is a whole minute's worth again. */
  look(key: string, perMinute: number, nowMs: number): { readonly left: number; readonly wholeAfterMs: number } {
    const known = this.#buckets.get(key);
    const perMs = perMinute / 60_000;
    const tokens = known ? Math.min(perMinute, known.tokens + Math.max(0, nowMs - known.atMs) * perMs) : perMinute;
    return { left: Math.floor(tokens), wholeAfterMs: Math.ceil((perMinute - tokens) / perMs) };
  }

  #forgetOldest(): void {
    const oldest = this.#buckets.keys().next();
    if (!oldest.done) this.#buckets.delete(oldest.value);
  }
}
