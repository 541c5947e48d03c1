import type { LedgerHead, LedgerRequest } from '@bulkhead/contracts';
import { hasCode, type Log, type Now, sleepMs } from '@bulkhead/kernel';
import type { LedgerPeer } from '#peer/ledger.actions.ts';
import type { RecordStore } from './record.store.ts';
import { runRounds } from './round.actions.ts';

/** The way into the ledger. */
export type Recorder = {
  /** Durable here at once, in the ledger as soon as it answers. */
  readonly note: (entry: LedgerRequest) => Promise<void>;
  /** Tells that an entry was added to those due in a transaction of its own. */
  readonly wake: () => void;
  /** Returns once the ledger itself holds it. */
  readonly append: (entry: LedgerRequest, timeoutMs?: number) => Promise<LedgerHead>;
  readonly close: () => Promise<void>;
};

const RETRY_MS = 1000;
const BATCH = 100;

export function createRecorder(deps: {
  readonly store: RecordStore;
  readonly ledger: LedgerPeer;
  readonly now: Now;
  readonly log: Log;
}): Recorder {
  const stopping = new AbortController();
  let wake = Promise.withResolvers<void>();
  const delivering = deliverUntilStopped();

  function deliverUntilStopped(): Promise<void> {
    let isMore = false;
    const deliver = async () => {
      isMore = await deliverDue();
    };
    const pause = async (isWell: boolean) => {
      if (isWell && isMore) return;
      await Promise.race([sleepMs(RETRY_MS, stopping.signal).catch(() => undefined), ...(isWell ? [wake.promise] : [])]);
      wake = Promise.withResolvers();
    };
    return runRounds({ what: 'bringing entries to the ledger', log: deps.log, signal: stopping.signal }, deliver, pause);
  }

  /** Entries arrive in the order in which they were noted; tells whether there may be more. */
  async function deliverDue(): Promise<boolean> {
    const due = await deps.store.listDue(BATCH);
    let refused = 0;
    for (const { id, entry } of due) {
      if (stopping.signal.aborted) break;
      const isKept = await deliver(entry);
      if (isKept) await deps.store.removeDue(id);
      else refused += 1;
    }
    return due.length > refused;
  }

  // What the ledger will never take stays in the table for a person, and does not hold up the others.
  async function deliver(entry: LedgerRequest): Promise<boolean> {
    try {
      await deps.ledger.append(entry);
      return true;
    } catch (error) {
      if (!hasCode(error, 'input.invalid') && !hasCode(error, 'input.too_large')) throw error;
      deps.log.error({ err: error, key: entry.idempotencyKey }, 'the ledger refuses an entry; it is kept here');
      return false;
    }
  }

  return {
    note: async (entry) => {
      await deps.store.addDue(entry, deps.now());
      wake.resolve();
    },
    wake: () => wake.resolve(),
    append: (entry, timeoutMs) => deps.ledger.append(entry, timeoutMs),
    close: async () => {
      stopping.abort();
      wake.resolve();
      await delivering;
    },
  };
}
