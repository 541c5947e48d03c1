import type { JailPosition } from '@bulkhead/contracts';
import { type Lsn, parseLsn } from '#archive/wal.rules.ts';

/** So long must replay have stood still, with all received, for what is left to hold no whole record. */
const STILL_MS = 400;

/** Tells when a standby has replayed all that stands before a position: a seal may cut a record in two, which is never replayed. */
export class ReplayEnd {
  readonly #lsn: Lsn;
  #replayLsn: string | null = null;
  #movedAtMs = 0;

  constructor(lsn: Lsn) {
    this.#lsn = lsn;
  }

  isReached({ receivedLsn, replayLsn }: Pick<JailPosition, 'receivedLsn' | 'replayLsn'>, nowMs: number): boolean {
    if (replayLsn === null) return false;
    if (parseLsn(replayLsn) >= this.#lsn) return true;
    if (replayLsn !== this.#replayLsn) {
      this.#replayLsn = replayLsn;
      this.#movedAtMs = nowMs;
    }
    const hasAll = receivedLsn !== null && parseLsn(receivedLsn) >= this.#lsn;
    return hasAll && nowMs - this.#movedAtMs >= STILL_MS;
  }
}
