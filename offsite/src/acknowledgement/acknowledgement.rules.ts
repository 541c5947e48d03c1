import type { AcknowledgedEntry, AcknowledgedSummary, AckStanding, Receipt, TransactionSummary } from '@bulkhead/contracts';
import { canonicalJson, sha256Hex } from '@bulkhead/kernel';
import type { Reach } from './cut.rules.ts';

/** How far before the cut transactions are named. */
export const NEAR_MS = 60_000;
const FAILED = 500;
const ORDER: readonly AckStanding[] = ['lost', 'in-doubt', 'guaranteed'];

/** What was said of the transactions near a cut. */
export type Naming = { readonly summary: AcknowledgedSummary; readonly entries: readonly AcknowledgedEntry[] };

/** What is known of the time around a cut. */
export type Around = {
  readonly transactions: readonly TransactionSummary[];
  /** Of this compartment, of requests that came before the seal. */
  readonly receipts: readonly Receipt[];
  readonly isInCopy: (transaction: TransactionSummary) => boolean;
  /** What history knows from before these transactions: a receipt may come long after its commit. */
  readonly earlier: ReadonlySet<string>;
  /** What history does not know is not in the copy, or never came off-site if it knows everything before the seal. */
  readonly reach: Pick<Reach, 'knowsCopy' | 'unknown'>;
};

/**
 * Names each transaction, and each request that was passed on, with what became of it [C31]. A receipt of 500 and above says that
 * the person was told nothing certain; one below that the reply went out, or was about to.
 */
export function classify({ transactions, receipts, isInCopy, earlier, reach }: Around): AcknowledgedEntry[] {
  const byRequest = groupReceipts(receipts);
  const byXid = new Map(receipts.flatMap((receipt) => receipt.xids.map((xid) => [shortXid(xid), receipt] as const)));
  const entries: AcknowledgedEntry[] = [];
  const met = new Set<string>();
  const known = new Set<string>();
  for (const transaction of transactions) {
    known.add(transaction.xid);
    const claims = claimsOf(transaction);
    const receipt = claims ? byRequest.get(claims.requestId) : byXid.get(transaction.xid);
    if (receipt) met.add(receipt.requestId);
    entries.push(describeTransaction(transaction, receipt, isInCopy(transaction)));
  }
  const oldest = [...known, ...earlier].map(Number).reduce((least, xid) => Math.min(least, xid), Number.MAX_SAFE_INTEGER);
  const isTold = (xid: string) => known.has(xid) || earlier.has(xid);
  const isLost = (xid: string) => reach.knowsCopy && Number(xid) > oldest;
  const words = {
    missing: reach.unknown === null ? 'never came off-site' : 'is not in the copy',
    traceless: reach.knowsCopy ? 'nothing of it is in the copy' : 'history does not reach it',
  };
  for (const receipt of byRequest.values())
    entries.push(...describeUnseen(receipt, { isTold, isLost, isMet: met.has(receipt.requestId), ...words }));
  return entries.toSorted(
    (left, right) => ORDER.indexOf(left.standing) - ORDER.indexOf(right.standing) || compareTimes(left, right),
  );
}

/** The same for the same words, whenever they were said. */
export function digestOfNaming({ summary, entries }: Naming): string {
  return sha256Hex(canonicalJson({ ...summary, computedAt: '', entries: [...entries] }));
}

/** A transaction that nobody made who would wait for an answer: neither a person's nor a program's. */
export function isNamed({ tokens, changes }: TransactionSummary): boolean {
  return changes > 0 || tokens.length > 0;
}

function describeTransaction(
  transaction: TransactionSummary,
  receipt: Receipt | undefined,
  isInCopy: boolean,
): AcknowledgedEntry {
  const claims = claimsOf(transaction);
  const wasTold = receipt !== undefined && receipt.status < FAILED;
  // A job's transaction has nobody who waits: that it is in the copy is all there is to say.
  const isOfNobody = claims !== null && claims.accountId === null && claims.sessionId === null && receipt === undefined;
  const standing = !isInCopy ? 'lost' : wasTold || isOfNobody ? 'guaranteed' : 'in-doubt';
  return {
    standing,
    isInCopy,
    requestId: claims?.requestId ?? receipt?.requestId ?? null,
    accountId: claims?.accountId ?? receipt?.accountId ?? null,
    route: claims?.route ?? receipt?.route ?? null,
    xid: transaction.xid,
    commitLsn: transaction.commitLsn,
    committedAt: transaction.committedAt,
    status: receipt?.status ?? null,
    detail: tellTransaction(standing, receipt),
  };
}

function tellTransaction(standing: AckStanding, receipt: Receipt | undefined): string {
  if (standing === 'guaranteed') return receipt ? 'answered, and in the copy' : 'in the copy; nobody waited for an answer';
  const told = receipt === undefined ? 'no receipt tells what was answered' : `answered ${receipt.status}`;
  if (standing === 'in-doubt') return `in the copy; ${told}`;
  return receipt !== undefined && receipt.status < FAILED
    ? `not in the copy, though its person was answered ${receipt.status}`
    : `not in the copy; ${told}`;
}

type Unseen = Readonly<Record<'isTold' | 'isLost', (xid: string) => boolean>> & {
  readonly isMet: boolean;
  /** What became of one that is lost. */
  readonly missing: string;
  /** What is known of one that left no trace. */
  readonly traceless: string;
};

/** What a receipt tells that history does not: transactions that never came off-site, requests of which nobody knows. */
function describeUnseen(receipt: Receipt, { isTold, isLost, isMet, missing, traceless }: Unseen): AcknowledgedEntry[] {
  const base = {
    isInCopy: false,
    requestId: receipt.requestId,
    accountId: receipt.accountId,
    route: receipt.route,
    commitLsn: null,
    committedAt: null,
    status: receipt.status,
  };
  const untold = receipt.xids.filter((xid) => !isTold(shortXid(xid)));
  if (untold.length > 0)
    return untold.map((xid) => {
      const answered = `answered ${receipt.status}`;
      return isLost(shortXid(xid))
        ? { ...base, standing: 'lost', xid, detail: `committed at headquarters, and ${missing}; ${answered}` }
        : { ...base, standing: 'in-doubt', xid, detail: `committed at headquarters; history does not reach it; ${answered}` };
    });
  if (isMet || receipt.status < FAILED || receipt.xids.length > 0) return [];
  const detail = `passed on, answered ${receipt.status}; ${traceless}`;
  return [{ ...base, standing: 'in-doubt', xid: null, detail }];
}

/** A request's receipts as one: parts of a long one name more transactions. */
function groupReceipts(receipts: readonly Receipt[]): Map<string, Receipt> {
  const grouped = new Map<string, Receipt>();
  for (const receipt of receipts) {
    const before = grouped.get(receipt.requestId);
    const xids = [...new Set([...(before?.xids ?? []), ...receipt.xids])];
    // The last word counts: a receipt may follow the one that was written when the compartment did not answer.
    grouped.set(receipt.requestId, { ...receipt, xids });
  }
  return grouped;
}

function claimsOf({ tokens }: TransactionSummary) {
  return tokens.find(({ verdict, claims }) => verdict === 'verified' && claims !== null)?.claims ?? null;
}

/** History has the 32 bits of the WAL, receipts have 64. */
function shortXid(xid: string): string {
  return String(BigInt(xid) & 0xffff_ffffn);
}

function compareTimes(left: AcknowledgedEntry, right: AcknowledgedEntry): number {
  return (left.committedAt ?? '').localeCompare(right.committedAt ?? '');
}
