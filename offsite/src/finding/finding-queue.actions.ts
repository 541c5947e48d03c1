import type { FindingReport } from '@bulkhead/contracts';
import { hasCode, type Log, type Now, sleepMs } from '@bulkhead/kernel';
import { callWire, type WirePeer } from '@bulkhead/wire';
import { z } from 'zod';

const QUEUE_LIMIT = 200;
const RETRY_MS = 1000;
/** The same rule in the same compartment is told at once, then again at most this often, with a count. */
const QUIET_MS = 10_000;

export type Seen = Omit<FindingReport, 'seenAt'>;
export type FindingQueue = {
  /** Tells of a finding; never waits and never throws. */
  readonly raise: (seen: Seen) => void;
  readonly close: () => Promise<void>;
};

/**
 * Sends findings of an off-site process to recovery, in order, again and again until they arrive.
 * The queue is bounded and repeats are counted, so that whoever provokes findings cannot flood the ledger with them.
 */
export function createFindingQueue(deps: {
  readonly peer: WirePeer;
  readonly now: Now;
  readonly log: Log;
  readonly quietMs?: number;
}): FindingQueue {
  const waiting: FindingReport[] = [];
  const quiet = new Map<string, { repeats: number; last: Seen }>();
  const stopping = new AbortController();
  let sending = Promise.resolve();
  let isSending = false;

  function raise(seen: Seen): void {
    const kind = `${seen.rule} ${seen.compartment}`;
    const told = quiet.get(kind);
    if (told) {
      quiet.set(kind, { repeats: told.repeats + 1, last: seen });
      return;
    }
    beginQuiet(kind, seen);
    enqueue(seen);
  }

  function beginQuiet(kind: string, seen: Seen): void {
    quiet.set(kind, { repeats: 0, last: seen });
    setTimeout(() => endQuiet(kind), deps.quietMs ?? QUIET_MS).unref();
  }

  function endQuiet(kind: string): void {
    const told = quiet.get(kind);
    quiet.delete(kind);
    if (!told || told.repeats === 0 || stopping.signal.aborted) return;
    beginQuiet(kind, told.last);
    enqueue({ ...told.last, evidence: { ...told.last.evidence, repeats: String(told.repeats) } });
  }

  function enqueue(seen: Seen): void {
    deps.log.warn({ finding: seen }, 'raising a finding');
    if (waiting.length >= QUEUE_LIMIT) {
      deps.log.error({ rule: seen.rule }, 'the queue of findings is full: this one stands in the log only');
      return;
    }
    waiting.push({ ...seen, seenAt: deps.now().toISOString() });
    if (isSending) return;
    isSending = true;
    sending = sendAll();
  }

  async function sendAll(): Promise<void> {
    for (let next = waiting[0]; next && !stopping.signal.aborted; next = waiting[0]) {
      if (await isSent(next)) waiting.shift();
      else await sleepMs(RETRY_MS, stopping.signal).catch(() => {});
    }
    isSending = false;
  }

  async function isSent(report: FindingReport): Promise<boolean> {
    try {
      await callWire(deps.peer, { method: 'POST', path: '/findings', body: report, signal: stopping.signal }, z.unknown());
      return true;
    } catch (error) {
      if (hasCode(error, 'input.invalid')) {
        deps.log.error({ err: error, finding: report }, 'recovery refused a finding: it stands in the log only');
        return true;
      }
      deps.log.warn({ err: error, rule: report.rule, waiting: waiting.length }, 'sending a finding; trying again');
      return false;
    }
  }

  return {
    raise,
    close: async () => {
      stopping.abort(new Error('stopping'));
      await sending;
    },
  };
}
