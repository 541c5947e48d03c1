import type { ProtectionWindow } from '@bulkhead/contracts';
import type { Now } from '@bulkhead/kernel';
import type { Reports } from '#report/report.actions.ts';
import type { WindowStore } from './window.store.ts';

/** Keeps account of the times without protection, here and for off-site. */
export class Windows {
  readonly #deps: { readonly store: WindowStore; readonly reports: Reports; readonly now: Now };
  readonly #open = new Map<string, ProtectionWindow>();

  constructor(deps: { readonly store: WindowStore; readonly reports: Reports; readonly now: Now }) {
    this.#deps = deps;
  }

  /** Ends what a killed supervisor left open: its databases ended with it, so nothing was acknowledged since. */
  async endLeftovers(): Promise<void> {
    for (const window of await this.#deps.store.listOpen()) await this.#end(window);
  }

  /** Writes down that from now on commits of a compartment may exist here alone. */
  async begin(compartment: string, reason: string): Promise<void> {
    if (this.#open.has(compartment)) return;
    const window = { compartment, fromAt: this.#deps.now().toISOString(), toAt: null, reason };
    await this.#deps.store.add(window);
    this.#open.set(compartment, window);
    this.#deps.reports.window(window);
  }

  /** Writes down that every commit of a compartment exists off-site again, or that none can come any more. */
  async end(compartment: string): Promise<void> {
    const window = this.#open.get(compartment);
    if (window === undefined) return;
    await this.#end(window);
    this.#open.delete(compartment);
  }

  /** When the window that is open now began. */
  openSince(compartment: string): Date | undefined {
    const window = this.#open.get(compartment);
    return window === undefined ? undefined : new Date(window.fromAt);
  }

  async #end(window: ProtectionWindow): Promise<void> {
    const ended = { ...window, toAt: this.#deps.now().toISOString() };
    await this.#deps.store.add(ended);
    this.#deps.reports.window(ended);
  }
}
