import { isSameSecret } from '@bulkhead/kernel';

const CODE_MS = 30_000;
const CODES_LIMIT = 10_000;

type Pending = {
  readonly sessionId: string;
  readonly host: string;
  readonly path: string;
  readonly nonce: string;
  readonly untilMs: number;
};

/** One-time codes that carry a session from identity's origin to another; each works once, for 30 seconds, in one browser [G16]. */
export class Handoffs {
  readonly #pending = new Map<string, Pending>();
  readonly #monotonicMs: () => number;
  readonly #newSecret: () => string;

  constructor(given: { readonly monotonicMs: () => number; readonly newSecret: () => string }) {
    this.#monotonicMs = given.monotonicMs;
    this.#newSecret = given.newSecret;
  }

  issue(given: { readonly sessionId: string; readonly host: string; readonly path: string; readonly nonce: string }): string {
    this.#forgetExpired();
    const code = this.#newSecret();
    this.#pending.set(code, { ...given, untilMs: this.#monotonicMs() + CODE_MS });
    return code;
  }

  /**
   * Uses a code up.
   * @param nonce hash of the nonce in the browser's own cookie
   * @returns null when the code is unknown, used, expired, for another origin or for another browser
   */
  redeem(code: string, host: string, nonce: string): { readonly sessionId: string; readonly path: string } | null {
    const pending = this.#pending.get(code);
    if (!pending) return null;
    this.#pending.delete(code);
    if (pending.host !== host || pending.untilMs < this.#monotonicMs() || !isSameSecret(nonce, pending.nonce)) return null;
    return { sessionId: pending.sessionId, path: pending.path };
  }

  #forgetExpired(): void {
    const nowMs = this.#monotonicMs();
    for (const [code, pending] of this.#pending) {
      if (pending.untilMs >= nowMs && this.#pending.size < CODES_LIMIT) return;
      this.#pending.delete(code);
    }
  }
}
