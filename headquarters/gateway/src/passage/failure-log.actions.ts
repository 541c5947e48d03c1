import type { Log } from '@bulkhead/kernel';
import type { Failure } from './failure.rules.ts';

const EVERY_MS = 1000;

/** Failures that nobody but an operator can do something about; the others stand in the access log. */
const TOLD = new Set<Failure['code']>(['compartment.unreachable', 'disk.full', 'sign_in.unreachable']);

/** Logs failures: faults of ours each time, failures of others once a second a kind, with how many there were. */
export class FailureLog {
  readonly #log: Log;
  readonly #monotonicMs: () => number;
  readonly #last = new Map<string, { atMs: number; silent: number }>();

  constructor(log: Log, monotonicMs: () => number) {
    this.#log = log;
    this.#monotonicMs = monotonicMs;
  }

  tell(failure: Failure, told: { readonly err: unknown; readonly requestId: string; readonly compartment: string | null }): void {
    if (failure.status === 500) this.#log.error(told, 'answering a request');
    if (!TOLD.has(failure.code)) return;
    const kind = `${failure.code} ${told.compartment}`;
    const last = this.#last.get(kind);
    const nowMs = this.#monotonicMs();
    if (last && nowMs - last.atMs < EVERY_MS) {
      last.silent += 1;
      return;
    }
    this.#log.warn({ ...told, silent: last?.silent ?? 0 }, 'answering a request');
    this.#last.set(kind, { atMs: nowMs, silent: 0 });
  }
}
