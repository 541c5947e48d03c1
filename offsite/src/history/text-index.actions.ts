import { type Log, sleepMs } from '@bulkhead/kernel';
import type { IndexReader } from './index-reader.store.ts';
import type { TextIndex } from './text-index.store.ts';

/** Following decoding must not wait: the index of texts gives way after so long, for as long. */
const SLICE_MS = 15;
const IDLE_MS = 500;
const RETRY_MS = 5_000;
/** A question waits so long for what was written just before it. */
const REACH_MS = 2_000;

export type TextKeeperDeps = {
  readonly texts: TextIndex;
  readonly reader: IndexReader;
  readonly compartment: string;
  /** Whether something is under way that people wait for: the index of texts rests meanwhile. */
  readonly mustRest: () => boolean;
  readonly monotonicMs: () => number;
  readonly log: Log;
};

/** Brings the index of texts up to the index, beside everything else. */
export class TextKeeper {
  readonly #deps: TextKeeperDeps;
  #fault: string | undefined;

  constructor(deps: TextKeeperDeps) {
    this.#deps = deps;
  }

  /** Why it does not go on just now. */
  get fault(): string | undefined {
    return this.#fault;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { monotonicMs, mustRest } = this.#deps;
    while (!signal.aborted) {
      const startedMs = monotonicMs();
      const isMore = !mustRest() && this.#advance();
      const pauseMs = this.#fault === undefined ? IDLE_MS : RETRY_MS;
      await sleepMs(isMore ? monotonicMs() - startedMs : pauseMs, signal).catch(() => undefined);
    }
  }

  /** The index of texts, if it has all that the index has now; undefined while it lags far behind. */
  async reach(): Promise<TextIndex | undefined> {
    const { texts, reader, monotonicMs } = this.#deps;
    const wanted = reader.lastChange();
    const startedMs = monotonicMs();
    while (texts.upTo < wanted) {
      if (monotonicMs() - startedMs > REACH_MS || !this.#advance()) return undefined;
      await new Promise(setImmediate);
    }
    return texts;
  }

  /** After it could not be read: it is made again. */
  giveUp(error: unknown): void {
    const { texts, compartment, log } = this.#deps;
    log.warn({ err: error, compartment }, 'the index of texts could not be read: it is made again');
    texts.discard();
  }

  #advance(): boolean {
    const { texts, monotonicMs, compartment, log } = this.#deps;
    const startedMs = monotonicMs();
    try {
      let isMore = true;
      while (isMore && monotonicMs() - startedMs < SLICE_MS) isMore = texts.advance();
      this.#fault = undefined;
      return isMore;
    } catch (error) {
      const fault = `indexing texts: ${error instanceof Error ? error.message : String(error)}`.slice(0, 500);
      if (this.#fault !== fault) log.warn({ err: error, compartment }, 'texts are not indexed just now');
      this.#fault = fault;
      return false;
    }
  }
}
