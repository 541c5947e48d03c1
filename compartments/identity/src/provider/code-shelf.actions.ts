import { EstateError, type Now } from '@bulkhead/kernel';

/** Codes that are under way at once, at most. */
const CODES_LIMIT = 20_000;
const CODES_OF_GRANT = 20;

type Kept = {
  readonly payload: Record<string, unknown>;
  readonly grantId: string;
  readonly endsAtMs: number;
  isConsumed: boolean;
};

/**
 * Authorization codes. They live for a minute in the memory of the one process that gives and takes them: an authorization
 * request is a GET, which writes no row. A restart forgets them, and whoever was under way begins again.
 */
export class CodeShelf {
  readonly #now: Now;
  readonly #codes = new Map<string, Kept>();

  constructor(now: Now) {
    this.#now = now;
  }

  /** @throws EstateError `request.too_many` */
  add(code: string, payload: Record<string, unknown>, grantId: string, seconds: number): void {
    this.#forgetOld();
    const ofGrant = [...this.#codes.values()].filter((kept) => kept.grantId === grantId).length;
    if (this.#codes.size >= CODES_LIMIT || ofGrant >= CODES_OF_GRANT)
      throw new EstateError('request.too_many', 'giving out a code: too many are under way');
    this.#codes.set(code, { payload, grantId, endsAtMs: this.#now().getTime() + seconds * 1000, isConsumed: false });
  }

  /** A code with what it stands for; one that was used before says so. */
  find(code: string): { readonly payload: Record<string, unknown>; readonly isConsumed: boolean } | undefined {
    this.#forgetOld();
    return this.#codes.get(code);
  }

  /** Uses a code; false if it was used before. */
  consume(code: string): boolean {
    const kept = this.#codes.get(code);
    if (!kept || kept.isConsumed) return false;
    kept.isConsumed = true;
    return true;
  }

  forgetGrant(grantId: string): void {
    for (const [code, kept] of this.#codes) if (kept.grantId === grantId) this.#codes.delete(code);
  }

  #forgetOld(): void {
    const nowMs = this.#now().getTime();
    for (const [code, kept] of this.#codes) {
      if (kept.endsAtMs > nowMs) return;
      this.#codes.delete(code);
    }
  }
}
