import type { SessionChanges } from '@bulkhead/contracts';

/** As many ids as one answer may carry. */
const REMEMBERED = 10_000;

type Change = { readonly sequence: number; readonly sessionId: string };

/**
 * Tells those who wait of sessions that ended or whose roles changed, the moment it is committed.
 * It lives in the memory of this process: the only one that changes sessions. A listener that was cut off by a restart
 * hears a sequence lower than its own and forgets all that it kept.
 */
export class ChangeFeed {
  #sequence = 0;
  readonly #changes: Change[] = [];
  readonly #waiting = new Set<() => void>();
  #isClosed = false;

  announce(sessionIds: readonly string[]): void {
    if (sessionIds.length === 0) return;
    for (const sessionId of sessionIds) {
      this.#sequence += 1;
      this.#changes.push({ sequence: this.#sequence, sessionId });
    }
    this.#changes.splice(0, this.#changes.length - REMEMBERED);
    this.#wakeAll();
  }

  /** The changes after a sequence; waits for one, but not longer than this. */
  async after(sequence: number, waitMs: number): Promise<SessionChanges> {
    if (sequence === this.#sequence && !this.#isClosed) await this.#untilChange(waitMs);
    // Some were forgotten: sequence 0 makes the listener forget all too, and ask again from the start.
    const oldest = this.#changes[0]?.sequence ?? 1;
    if (sequence > this.#sequence || (sequence > 0 && sequence < oldest - 1)) return { sequence: 0, sessions: [] };
    const sessions = this.#changes.filter((change) => change.sequence > sequence).map((change) => change.sessionId);
    return { sequence: this.#sequence, sessions: [...new Set(sessions)] };
  }

  /** Lets everybody go who waits: the process stops. */
  close(): void {
    this.#isClosed = true;
    this.#wakeAll();
  }

  #untilChange(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, waitMs);
      this.#waiting.add(wake);
    });
  }

  #wakeAll(): void {
    for (const wake of this.#waiting) wake();
  }
}
