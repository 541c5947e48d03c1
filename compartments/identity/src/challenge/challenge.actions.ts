import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Now } from '@bulkhead/kernel';

/** A challenge is good for so long. */
export const CHALLENGE_MS = 600_000;
const TIME_BYTES = 6;
const RANDOM_BYTES = 16;
const MAC_BYTES = 32;
const REMEMBERED = 50_000;

/** What a challenge is for, and whose it is: a browser, a session, an invitation. */
export type ChallengeUse = { readonly purpose: string; readonly holder: string };

/**
 * Challenges that are good once, for one purpose, for one holder, for ten minutes [I40]. They carry their own proof, so that
 * asking for one costs no memory; only those that were presented are remembered. A restart ends them all.
 */
export class Challenges {
  readonly #key: Uint8Array;
  readonly #randomBytes: (length: number) => Uint8Array;
  readonly #now: Now;
  readonly #used = new Map<string, number>();

  constructor(deps: { readonly randomBytes: (length: number) => Uint8Array; readonly now: Now }) {
    this.#key = deps.randomBytes(32);
    this.#randomBytes = deps.randomBytes;
    this.#now = deps.now;
  }

  issue(use: ChallengeUse): Uint8Array<ArrayBuffer> {
    const body = Buffer.alloc(TIME_BYTES + RANDOM_BYTES);
    body.writeUIntBE(this.#now().getTime() + CHALLENGE_MS, 0, TIME_BYTES);
    body.set(this.#randomBytes(RANDOM_BYTES), TIME_BYTES);
    return Uint8Array.from(Buffer.concat([body, this.#mac(use, body)]));
  }

  /** The same, as it stands in a form. */
  issueText(use: ChallengeUse): string {
    return Buffer.from(this.issue(use)).toString('base64url');
  }

  /** Uses a challenge up: true for the first who presents it in time, for what and as whom it was issued. */
  take(text: string, use: ChallengeUse): boolean {
    const bytes = Buffer.from(text.slice(0, 200), 'base64url');
    if (bytes.length !== TIME_BYTES + RANDOM_BYTES + MAC_BYTES || bytes.toString('base64url') !== text) return false;
    const body = bytes.subarray(0, TIME_BYTES + RANDOM_BYTES);
    const endsMs = body.readUIntBE(0, TIME_BYTES);
    const isGenuine = timingSafeEqual(bytes.subarray(TIME_BYTES + RANDOM_BYTES), this.#mac(use, body));
    if (!isGenuine || endsMs <= this.#now().getTime()) return false;
    return this.#remember(body.toString('base64url'), endsMs);
  }

  /** Secret bytes that belong to a challenge: the same whenever asked, and nobody else can tell them. */
  derive(text: string, what: string, length: number): Uint8Array {
    return createHmac('sha256', this.#key).update(`${what}\n${text}`).digest().subarray(0, length);
  }

  #remember(body: string, endsMs: number): boolean {
    const nowMs = this.#now().getTime();
    for (const [old, oldEndsMs] of this.#used) {
      if (oldEndsMs > nowMs && this.#used.size < REMEMBERED) break;
      if (oldEndsMs <= nowMs) this.#used.delete(old);
      else return false;
    }
    if (this.#used.has(body)) return false;
    this.#used.set(body, endsMs);
    return true;
  }

  #mac({ purpose, holder }: ChallengeUse, body: Uint8Array): Buffer {
    return createHmac('sha256', this.#key).update(`${purpose}\n${holder}\n`).update(body).digest();
  }
}
