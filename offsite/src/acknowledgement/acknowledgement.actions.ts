import {
  type AcknowledgedSummary,
  type Receipt,
  receiptBatchSchema,
  type Signed,
  type TransactionSummary,
} from '@bulkhead/contracts';
import { EstateError, type Log, type Now } from '@bulkhead/kernel';
import { legsTo } from '#archive/plan.rules.ts';
import { parseLsn } from '#archive/wal.rules.ts';
import type { HistoryPeer } from '#peer/history.actions.ts';
import type { ReceiverPeer } from '#peer/receiver.actions.ts';
import { classify, isNamed, NEAR_MS } from './acknowledgement.rules.ts';
import type { AcknowledgementStore } from './acknowledgement.store.ts';

export type AcknowledgementDeps = {
  readonly acknowledgements: AcknowledgementStore;
  readonly history: Pick<HistoryPeer, 'search' | 'readStatus'>;
  readonly receiver: Pick<ReceiverPeer, 'readHistory'>;
  /** Receipts as they were signed, the newest first; only before a number, if one is given. */
  readonly listReceipts: (
    before: number | null,
    limit: number,
  ) => Promise<readonly { readonly id: number; readonly signed: Signed }[]>;
  readonly now: Now;
  readonly log: Log;
};

/** Where a recovery cut a compartment's WAL, and who was sealed out when. */
export type Cut = {
  readonly recovery: string;
  readonly compartment: string;
  /** The last position that is in the copy. */
  readonly cutLsn: string;
  readonly sealLsn: string | null;
  readonly sealedAt: Date;
  readonly timeline: number;
  /** Whether a transaction was taken out on purpose: it is an attack's, and nobody is told of it. */
  readonly isTakenOut: (transaction: TransactionSummary) => boolean;
};

const PAGE = 1000;
const TRANSACTIONS_LIMIT = 20_000;
const BATCHES_AT_ONCE = 50;
const ENDLESS = 2n ** 64n - 1n;

/**
 * Names each transaction near the cut, from history, the gateway's receipts and the seal, and keeps it with the recovery. Done
 * again it replaces what was told before: receipts may have come since [C31].
 */
export async function nameAcknowledged(deps: AcknowledgementDeps, cut: Cut): Promise<AcknowledgedSummary> {
  const { recovery, compartment, cutLsn, timeline } = cut;
  const unknown = await whyUnknown(deps, cut);
  const legs = legsTo(timeline, await deps.receiver.readHistory(compartment, timeline), ENDLESS);
  const isInCopy = ({ commitLsn, timeline: of }: TransactionSummary) => {
    const leg = legs.find((one) => one.timeline === of);
    return leg !== undefined && parseLsn(commitLsn) <= leg.endLsn && parseLsn(commitLsn) <= parseLsn(cutLsn);
  };
  const { transactions, fromAt, earlier } = await listNear(deps, cut, isInCopy);
  const receipts = await listReceipts(deps, cut, fromAt);
  const entries = classify({ transactions, receipts, isInCopy, earlier, isWhole: unknown === null });
  const count = (standing: string) => entries.filter((entry) => entry.standing === standing).length;
  const summary: AcknowledgedSummary = {
    cutLsn,
    guaranteed: count('guaranteed'),
    inDoubt: count('in-doubt'),
    lost: count('lost'),
    fromAt: fromAt?.toISOString() ?? null,
    computedAt: deps.now().toISOString(),
    unknown,
  };
  await deps.acknowledgements.keep(recovery, { summary, entries: entries.slice(0, TRANSACTIONS_LIMIT) });
  return summary;
}

/** @throws EstateError `request.not_found` */
export async function readAcknowledged(deps: AcknowledgementDeps, recovery: string) {
  const found = await deps.acknowledgements.find(recovery, TRANSACTIONS_LIMIT);
  if (found) return found;
  throw new EstateError(
    'request.not_found',
    `naming what was acknowledged: ${recovery.slice(0, 40)} is no recovery that came to its difference`,
  );
}

async function whyUnknown(deps: AcknowledgementDeps, { compartment, sealLsn }: Cut): Promise<string | null> {
  if (sealLsn === null) return null;
  const { reconciledLsn, indexedLsn, fault } = await deps.history.readStatus(compartment);
  const isWhole = reconciledLsn !== null && (parseLsn(reconciledLsn) >= parseLsn(sealLsn) || reconciledLsn === indexedLsn);
  if (isWhole && fault === null) return null;
  return `history stands at ${reconciledLsn ?? 'nothing'}, sealed at ${sealLsn}; ${fault ?? 'it reads on'}`.slice(0, 300);
}

type Near = {
  readonly transactions: TransactionSummary[];
  readonly fromAt: Date | undefined;
  /** Transactions of the minute before those, by their number. */
  readonly earlier: ReadonlySet<string>;
};

/** What is not in the copy, and what is from a minute before its last commit on. */
async function listNear(
  deps: AcknowledgementDeps,
  { compartment, timeline, isTakenOut }: Cut,
  isInCopy: (transaction: TransactionSummary) => boolean,
): Promise<Near> {
  const transactions: TransactionSummary[] = [];
  const earlier = new Set<string>();
  let fromMs: number | undefined;
  const near = () => ({ transactions, earlier, fromAt: fromMs === undefined ? undefined : new Date(fromMs) });
  for (let before: number | undefined; ; ) {
    const page = await deps.history.search(compartment, { ...(before === undefined ? {} : { before }), limit: PAGE });
    for (const transaction of page.transactions) {
      const committedMs = Date.parse(transaction.committedAt);
      if (fromMs === undefined && isInCopy(transaction)) fromMs = committedMs - NEAR_MS;
      if (fromMs !== undefined && committedMs < fromMs) {
        if (committedMs < fromMs - NEAR_MS) return near();
        earlier.add(transaction.xid);
        continue;
      }
      // What came on the new timeline came after the reopening.
      if (transaction.timeline <= timeline && isNamed(transaction) && !isTakenOut(transaction)) transactions.push(transaction);
    }
    if (page.next === null || transactions.length >= TRANSACTIONS_LIMIT) return near();
    before = page.next;
  }
}

async function listReceipts(
  deps: AcknowledgementDeps,
  { compartment, sealedAt }: Cut,
  fromAt: Date | undefined,
): Promise<Receipt[]> {
  const fromMs = (fromAt ?? new Date(sealedAt.getTime() - NEAR_MS)).getTime();
  const found: Receipt[] = [];
  for (let before: number | null = null; ; ) {
    const batches: readonly { readonly id: number; readonly signed: Signed }[] = await deps.listReceipts(before, BATCHES_AT_ONCE);
    for (const { signed } of batches) {
      const { receipts } = receiptBatchSchema.parse(JSON.parse(signed.message));
      found.push(
        ...receipts.filter(
          (receipt) =>
            receipt.compartment === compartment &&
            Date.parse(receipt.answeredAt) >= fromMs &&
            Date.parse(receipt.receivedAt) <= sealedAt.getTime(),
        ),
      );
      const newestMs = Math.max(...receipts.map(({ answeredAt }) => Date.parse(answeredAt)));
      if (newestMs < fromMs - NEAR_MS) return found.reverse();
    }
    const last = batches.at(-1);
    if (!last || batches.length < BATCHES_AT_ONCE) return found.reverse();
    before = last.id;
  }
}
