import type { FindingReport, Receipt, TransactionSummary } from '@bulkhead/contracts';
import { evidenceOf } from './rule/rule.rules.ts';
import {
  type Awaited,
  BEHIND_MS,
  isMetWithSilence,
  isPassedOver,
  judgeUnnamed,
  positionOf,
  requestOf,
  shortXid,
  tellNeverCommitted,
  tellUnnamed,
  tellWithoutReceipt,
} from './testimony.rules.ts';
import type { TestimonyStore } from './testimony.store.ts';

/** Receipts are needed for as long as a token can be used again, and much longer. */
const RECEIPTS_KEPT_MS = 3_600_000;
/** Requests that broke off after they had written, within a minute, from which it is no chance. */
const DOUBTS_LIMIT = 20;
const MINUTE_MS = 60_000;

export type Raise = (report: Omit<FindingReport, 'seenAt'>) => void;

/** Joins what the WAL shows with what the gateway testifies, in both directions. */
export class TestimonyBook {
  readonly #store: TestimonyStore;
  readonly #gatewayKeys: readonly string[];
  readonly #raise: Raise;
  readonly #doubts = new Map<string, number[]>();

  constructor(store: TestimonyStore, gatewayKeys: readonly string[], raise: Raise) {
    this.#store = store;
    this.#gatewayKeys = gatewayKeys;
    this.#raise = raise;
  }

  /** A transaction that was committed. */
  noteTransaction(compartment: string, transaction: TransactionSummary, nowMs: number): void {
    const request = requestOf(transaction, this.#gatewayKeys);
    if (request === undefined) return;
    const awaited: Awaited = {
      compartment,
      request,
      xid: transaction.xid,
      position: positionOf(transaction),
      committedAtMs: Date.parse(transaction.committedAt),
      notedAtMs: nowMs,
      releasedMs: null,
      evidence: evidenceOf(transaction),
    };
    const answeredAtMs = this.#store.takeNamed(compartment, request, awaited.xid);
    if (answeredAtMs !== undefined) return this.#store.releaseBefore(compartment, awaited.position, answeredAtMs);
    if (!this.#settleUnnamed(awaited)) this.#store.addAwaited(awaited);
  }

  /** A receipt that the gateway signed. */
  noteReceipt(receipt: Receipt): void {
    const { compartment, requestId: request, route, status } = receipt;
    const receivedAtMs = Date.parse(receipt.receivedAt);
    const answeredAtMs = Date.parse(receipt.answeredAt);
    const xids = receipt.xids.map(shortXid);
    this.#store.addReceipt({ compartment, request, route, status, xids, receivedAtMs, answeredAtMs });
    const waiting = this.#store.listAwaitedOf(compartment, request);
    for (const xid of xids) {
      const found = waiting.find((awaited) => awaited.xid === xid);
      if (!found) this.#store.addNamed({ compartment, request, xid, route, receivedAtMs, answeredAtMs });
      else {
        this.#store.dropAwaited(compartment, found.position);
        this.#store.releaseBefore(compartment, found.position, answeredAtMs);
      }
    }
    for (const awaited of waiting)
      if (!xids.includes(awaited.xid) && this.#settleUnnamed(awaited)) this.#store.dropAwaited(compartment, awaited.position);
  }

  /** Looks at what still waits: was it passed over, is there silence, was something named that never came? */
  settle(compartment: string, heardAtMs: number | null, nowMs: number): void {
    const latestReceivedMs = this.#store.findLatestReceived(compartment);
    for (const awaited of this.#store.listAwaited(compartment)) {
      const why = isPassedOver(awaited, latestReceivedMs)
        ? 'later requests were answered, and it was passed over'
        : isMetWithSilence(awaited, heardAtMs, nowMs)
          ? 'headquarters is heard, and says nothing of it'
          : undefined;
      if (why === undefined) continue;
      this.#store.dropAwaited(compartment, awaited.position);
      this.#raise({ compartment, ...tellWithoutReceipt(awaited, why) });
    }
    this.#settleNamed(compartment, latestReceivedMs);
  }

  #settleNamed(compartment: string, latestReceivedMs: number | undefined): void {
    const judged = this.#store.findJudgedSpan(compartment);
    if (!judged) return this.#forgetOld(compartment, latestReceivedMs);
    for (const named of this.#store.takeNamedBefore(compartment, judged.untilMs - BEHIND_MS)) {
      // What was asked for before history began is not there, and says nothing.
      if (named.receivedAtMs < judged.sinceMs) continue;
      this.#raise({ compartment, ...tellNeverCommitted({ ...named, requestId: named.request }, named.xid) });
    }
    this.#store.forgetReceipts(compartment, judged.untilMs - RECEIPTS_KEPT_MS);
  }

  // Without a history of the compartment nothing is ever compared.
  #forgetOld(compartment: string, latestReceivedMs: number | undefined): void {
    if (latestReceivedMs === undefined) return;
    this.#store.takeNamedBefore(compartment, latestReceivedMs - RECEIPTS_KEPT_MS);
    this.#store.forgetReceipts(compartment, latestReceivedMs - RECEIPTS_KEPT_MS);
  }

  /** True if the receipts of its request have said all that they will say of it. */
  #settleUnnamed(awaited: Awaited): boolean {
    const { compartment, request } = awaited;
    const verdict = judgeUnnamed(this.#store.listReceipts(compartment, request));
    if (verdict === 'passed-over') this.#raise({ compartment, ...tellUnnamed(awaited) });
    if (verdict === 'in-doubt') this.#countDoubt(awaited);
    return verdict !== 'unknown';
  }

  // People close pages and servers fail: some requests break off. Whoever breaks off many to hide what they wrote is seen.
  #countDoubt(awaited: Awaited): void {
    const { compartment, committedAtMs } = awaited;
    const recent = (this.#doubts.get(compartment) ?? []).filter((at) => at > committedAtMs - MINUTE_MS);
    recent.push(committedAtMs);
    this.#doubts.set(compartment, recent.slice(-DOUBTS_LIMIT));
    if (recent.length < DOUBTS_LIMIT) return;
    const { request: _, ...evidence } = awaited.evidence;
    this.#doubts.set(compartment, []);
    this.#raise({
      compartment,
      rule: 'write.without_receipt',
      summary: `${DOUBTS_LIMIT} requests of ${compartment} broke off within a minute after they had written`,
      evidence: {
        doubt: 'the gateway had no answer to them',
        lsn: evidence['lsn'] ?? '',
        committedAt: evidence['committedAt'] ?? '',
      },
    });
  }
}
