import { EstateError, type Now } from '@bulkhead/kernel';
import type { Flow } from './federation.rules.ts';

const FLOWS_LIMIT = 20_000;
const OF_BROWSER = 10;
const LASTS_MS = 600_000;

/**
 * Who is on the way through a provider, by the state that travels with them. It is in memory, as setting out is a GET, which
 * writes no row; a restart sends people back to the beginning.
 */
export class FlowShelf {
  readonly #now: Now;
  readonly #newSecret: () => string;
  readonly #flows = new Map<string, { readonly flow: Flow; readonly endsAtMs: number }>();

  constructor(given: { readonly now: Now; readonly newSecret: () => string }) {
    this.#now = given.now;
    this.#newSecret = given.newSecret;
  }

  /** @throws EstateError `request.too_many` */
  begin(flow: Flow): string {
    this.#forgetOld();
    const mine = [...this.#flows].filter(([, kept]) => kept.flow.browser === flow.browser).map(([state]) => state);
    if (mine.length >= OF_BROWSER && mine[0] !== undefined) this.#flows.delete(mine[0]);
    if (this.#flows.size >= FLOWS_LIMIT)
      throw new EstateError('request.too_many', 'setting out to a provider: too many are under way');
    const state = this.#newSecret();
    this.#flows.set(state, { flow, endsAtMs: this.#now().getTime() + LASTS_MS });
    return state;
  }

  /** Takes a flow off the shelf: good once, and in the browser in which it began only [F10]. */
  take(state: string, browser: string): Flow | null {
    this.#forgetOld();
    const kept = this.#flows.get(state);
    if (!kept || kept.flow.browser !== browser) return null;
    this.#flows.delete(state);
    return kept.flow;
  }

  #forgetOld(): void {
    const nowMs = this.#now().getTime();
    for (const [state, { endsAtMs }] of this.#flows) {
      if (endsAtMs > nowMs) return;
      this.#flows.delete(state);
    }
  }
}
