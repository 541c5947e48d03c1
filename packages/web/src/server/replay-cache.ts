import { EstateError, type Now } from '@bulkhead/kernel';

/** Remembers ids until their time is over, so that each is used once; bounded in time and number. */
export class ReplayCache {
  readonly #endsAtMs = new Map<string, number>();
  readonly #now: Now;
  readonly #keepMs: number;
  readonly #limit: number;

  /** @param options.keepMs how long an id could be used again, if it were not remembered */
  constructor(options: { readonly now: Now; readonly keepMs: number; readonly limit: number }) {
    this.#now = options.now;
    this.#keepMs = options.keepMs;
    this.#limit = options.limit;
  }

  /**
   * Uses an id.
   * @throws EstateError `token.replayed` if it was used before; `request.too_many` if no more can be remembered:
   *   forgetting one that is still good would let it in twice
   */
  use(id: string): void {
    const nowMs = this.#now().getTime();
    this.#forgetBefore(nowMs);
    if (this.#endsAtMs.has(id)) throw new EstateError('token.replayed', 'verifying a token: it was used before');
    if (this.#endsAtMs.size >= this.#limit)
      throw new EstateError('request.too_many', `verifying a token: over ${this.#limit} are remembered`);
    this.#endsAtMs.set(id, nowMs + this.#keepMs);
  }

  get size(): number {
    return this.#endsAtMs.size;
  }

  // Ids stand in the order in which they end, as all are kept equally long.
  #forgetBefore(nowMs: number): void {
    for (const [id, endsAtMs] of this.#endsAtMs) {
      if (endsAtMs > nowMs) return;
      this.#endsAtMs.delete(id);
    }
  }
}
