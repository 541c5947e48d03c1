import type { JailPosition } from '@bulkhead/contracts';
import { sleepMs } from '@bulkhead/kernel';
import { type Lsn, parseLsn } from '#archive/wal.rules.ts';

/** Between looks while the standby is about to replay what it was given. */
const SHORTEST_MS = 2;
const LONGEST_MS = 32;

/** Tells when a standby has replayed more: nobody can be notified on a standby, but WAL that is passed on to it is a sign to look. */
export class ReplayWatch {
  #passedTo: Lsn = 0n;
  readonly #waiting = new Set<() => void>();

  /** WAL up to here was passed on. After another timeline was joined it may lie before what was passed then. */
  passed(endLsn: number): void {
    this.#passedTo = BigInt(endLsn);
    for (const wake of this.#waiting) wake();
  }

  /** Looks until more than `after` is replayed, the time is over or the signal comes; answers with what it saw last. */
  async waitBeyond(
    after: Lsn,
    given: { readonly look: () => Promise<JailPosition>; readonly longestMs: number; readonly signal: AbortSignal },
  ): Promise<JailPosition> {
    const ended = AbortSignal.any([given.signal, AbortSignal.timeout(given.longestMs)]);
    let pauseMs = SHORTEST_MS;
    for (;;) {
      const position = await given.look();
      const replayed = position.replayLsn === null ? 0n : parseLsn(position.replayLsn);
      if (replayed > after || ended.aborted) return position;
      if (replayed < this.#passedTo) {
        await sleepMs(pauseMs, ended).catch(() => undefined);
        pauseMs = Math.min(LONGEST_MS, pauseMs * 2);
      } else {
        await this.#untilPassed(ended);
        pauseMs = SHORTEST_MS;
      }
    }
  }

  #untilPassed(ended: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        ended.removeEventListener('abort', wake);
        this.#waiting.delete(wake);
        resolve();
      };
      this.#waiting.add(wake);
      ended.addEventListener('abort', wake, { once: true });
    });
  }
}
