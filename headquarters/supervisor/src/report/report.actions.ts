import type { Applied, FindingReport, ProtectionWindow } from '@bulkhead/contracts';
import { EstateError, hasCode, type Log, type Now, sleepMs } from '@bulkhead/kernel';
import { callWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';
import { addReport, isHopeless, pathOf, type Report } from './report.rules.ts';
import type { ReportStore } from './report.store.ts';

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 2_000;

/** What headquarters sees, for off-site to hear. */
export type SeenFinding = Omit<FindingReport, 'seenAt'>;

/** Brings reports to off-site, each until it was heard, over restarts and absences. */
export class Reports {
  readonly #store: ReportStore;
  readonly #log: Log;
  readonly #now: Now;
  #waiting: Report[];
  #bell = Promise.withResolvers<void>();

  private constructor(deps: { readonly store: ReportStore; readonly log: Log; readonly now: Now }, waiting: Report[]) {
    this.#store = deps.store;
    this.#log = deps.log;
    this.#now = deps.now;
    this.#waiting = waiting;
  }

  static async load(deps: { readonly store: ReportStore; readonly log: Log; readonly now: Now }): Promise<Reports> {
    return new Reports(deps, await deps.store.list());
  }

  finding(seen: SeenFinding): void {
    this.#log.warn({ rule: seen.rule, compartment: seen.compartment, evidence: seen.evidence }, seen.summary);
    this.#add({ kind: 'finding', body: { ...seen, seenAt: this.#now().toISOString() } });
  }

  applied(applied: Omit<Applied, 'part' | 'at'>): void {
    this.#add({ kind: 'applied', body: { ...applied, part: 'supervisor', at: this.#now().toISOString() } });
  }

  window(window: ProtectionWindow): void {
    this.#add({ kind: 'window', body: window });
  }

  /** How many reports off-site has not heard. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Sends what waits, in order, until the signal aborts. */
  async run(recovery: WirePeer, signal: AbortSignal): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    while (!signal.aborted) {
      const [next] = this.#waiting;
      if (next === undefined) {
        await this.#untilAdded(signal);
        continue;
      }
      const outcome = await this.#send(recovery, next, signal);
      pauseMs = outcome === 'heard' ? FIRST_PAUSE_MS : Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
      if (outcome === 'heard' || outcome === 'hopeless') this.#remove(next);
      // What is refused for now must not keep the others waiting.
      if (outcome === 'refused') this.#waiting = [...this.#waiting.filter((one) => one !== next), next];
      if (outcome === 'refused' || outcome === 'away') await sleepMs(pauseMs, signal).catch(() => undefined);
    }
  }

  async #send(recovery: WirePeer, report: Report, signal: AbortSignal): Promise<'heard' | 'hopeless' | 'refused' | 'away'> {
    try {
      await callWire(recovery, { method: 'POST', path: pathOf(report), body: report.body, signal }, z.unknown());
      return 'heard';
    } catch (error) {
      if (!hasCode(error, 'wire.refused')) return 'away';
      const code = error instanceof EstateError && error.cause instanceof EstateError ? error.cause.code : undefined;
      // Another site is in charge: what is seen here is heard when this one is again.
      if (signal.aborted || code === 'site.not_in_charge') return 'away';
      this.#log.error({ err: error, kind: report.kind }, 'off-site refused a report');
      return isHopeless(code) ? 'hopeless' : 'refused';
    }
  }

  #add(report: Report): void {
    const next = addReport(this.#waiting, report);
    if (next === undefined) return;
    this.#waiting = next;
    this.#keep();
    this.#bell.resolve();
  }

  #remove(report: Report): void {
    this.#waiting = this.#waiting.filter((one) => one !== report);
    this.#keep();
  }

  #keep(): void {
    this.#store.save(this.#waiting).catch((error: unknown) => this.#log.error({ err: error }, 'keeping reports for off-site'));
  }

  async #untilAdded(signal: AbortSignal): Promise<void> {
    this.#bell = Promise.withResolvers();
    if (this.#waiting.length > 0) return;
    const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    await Promise.race([this.#bell.promise, aborted]);
  }
}
