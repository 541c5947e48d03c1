import { type Receipt, receiptBatchSchema, type Signed, type TransactionSummary } from '@bulkhead/contracts';
import type { HistoryPeer } from '#peer/history.actions.ts';
import { isNamed, NEAR_MS } from './acknowledgement.rules.ts';
import type { Cut } from './cut.rules.ts';

/** Receipts as they were signed, the newest first; only before a number, if one is given. */
export type ListReceipts = (
  before: number | null,
  limit: number,
) => Promise<readonly { readonly id: number; readonly signed: Signed }[]>;

/** So many transactions are named at most. */
export const TRANSACTIONS_LIMIT = 20_000;
const PAGE = 1000;
const BATCHES_AT_ONCE = 50;

export type Near = {
  readonly transactions: TransactionSummary[];
  readonly fromAt: Date | undefined;
  /** Transactions of the minute before those, by their number. */
  readonly earlier: ReadonlySet<string>;
};

/** What is not in the copy, and what is from a minute before its last commit on. */
export async function listNear(
  history: Pick<HistoryPeer, 'search'>,
  { compartment, timeline }: Cut,
  { isInCopy, isTakenOut }: Readonly<Record<'isInCopy' | 'isTakenOut', (transaction: TransactionSummary) => boolean>>,
): Promise<Near> {
  const transactions: TransactionSummary[] = [];
  const earlier = new Set<string>();
  let fromMs: number | undefined;
  const near = () => ({ transactions, earlier, fromAt: fromMs === undefined ? undefined : new Date(fromMs) });
  for (let before: number | undefined; ; ) {
    const page = await history.search(compartment, { ...(before === undefined ? {} : { before }), limit: PAGE });
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

/** The compartment's receipts of requests that came before the seal, from an instant on. */
export async function listReceipts(
  list: ListReceipts,
  { compartment, sealedAt }: Cut,
  fromAt: Date | undefined,
): Promise<Receipt[]> {
  const sealedMs = Date.parse(sealedAt);
  const fromMs = fromAt?.getTime() ?? sealedMs - NEAR_MS;
  const found: Receipt[] = [];
  for (let before: number | null = null; ; ) {
    const batches: Awaited<ReturnType<ListReceipts>> = await list(before, BATCHES_AT_ONCE);
    for (const { signed } of batches) {
      const { receipts } = receiptBatchSchema.parse(JSON.parse(signed.message));
      found.push(
        ...receipts.filter(
          (receipt) =>
            receipt.compartment === compartment &&
            Date.parse(receipt.answeredAt) >= fromMs &&
            Date.parse(receipt.receivedAt) <= sealedMs,
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
