import type { FindingReport, Receipt, TransactionSummary } from '@bulkhead/contracts';
import { parseLsn } from '#archive/wal.rules.ts';
import { onlyToken } from './rule/rule.rules.ts';

/** The gateway keeps a receipt before it answers: one that it had not kept so long after it could is not coming. */
export const PATIENCE_MS = 700;
/** With no other request to compare with: so long after the transaction was seen, while headquarters is heard. */
export const SILENCE_MS = 15_000;
/** How far history must be past a receipt before a transaction that it names, and history lacks, was never committed. */
export const BEHIND_MS = 2000;
/** A receipt that names so many transactions may be one part of several. */
export const XIDS_A_RECEIPT = 100;

/** A transaction that waits for the gateway's word. */
export type Awaited = {
  readonly compartment: string;
  readonly request: string;
  readonly xid: string;
  readonly position: string;
  readonly committedAtMs: number;
  /** When it was first seen here, by this site's clock. */
  readonly notedAtMs: number;
  /** By then, by the gateway's clock, a later transaction had been answered: so this one could have been. */
  readonly releasedMs: number | null;
  readonly evidence: Readonly<Record<string, string>>;
};

/** A receipt as it is kept here. */
export type KeptReceipt = { readonly route: string; readonly status: number; readonly xids: readonly string[] };

/** Xids are 64 bits long in receipts and 32 in the WAL. */
export function shortXid(xid: string): string {
  return String(BigInt(xid) & 0xffffffffn);
}

/** Positions that sort as text: by timeline, then by place. */
export function positionOf({ timeline, commitLsn }: Pick<TransactionSummary, 'timeline' | 'commitLsn'>): string {
  return `${timeline.toString(16).padStart(8, '0')} ${parseLsn(commitLsn).toString(16).padStart(16, '0')}`;
}

/** Whether the gateway must have a receipt for it: one good token of a request. Jobs answer to nobody. */
export function requestOf(transaction: TransactionSummary, gatewayKeys: readonly string[]): string | undefined {
  const claims = onlyToken(transaction);
  if (!claims || claims.route.startsWith('job:') || !gatewayKeys.includes(claims.keyId)) return undefined;
  return claims.requestId;
}

/**
 * What receipts of its request say of a transaction that they do not name. `passed-over`: the gateway had the whole answer,
 * and the transaction was not in it. `in-doubt`: the request broke off, or failed, and its receipt vouches for nothing.
 */
export function judgeUnnamed(receipts: readonly KeptReceipt[]): 'passed-over' | 'in-doubt' | 'unknown' {
  if (receipts.length === 0) return 'unknown';
  if (receipts.some(({ status }) => status >= 500)) return 'in-doubt';
  const last = receipts.at(-1);
  return last && last.xids.length < XIDS_A_RECEIPT ? 'passed-over' : 'unknown';
}

/**
 * Whether the gateway went past a transaction without a word of it [W12]. A later transaction of the compartment was
 * answered, so that this one could have been; then a further request came `PATIENCE_MS` after that and was answered too,
 * whole. How slow the link is does not matter: all of these are times of the gateway.
 */
export function isPassedOver(awaited: Awaited, latestReceivedMs: number | undefined): boolean {
  if (awaited.releasedMs === null || latestReceivedMs === undefined) return false;
  return latestReceivedMs >= awaited.releasedMs + PATIENCE_MS;
}

/** Nobody else asks for anything, headquarters is heard, and no word came [W12]. */
export function isMetWithSilence({ notedAtMs }: Awaited, heardAtMs: number | null, nowMs: number): boolean {
  return nowMs - notedAtMs >= SILENCE_MS && heardAtMs !== null && heardAtMs >= notedAtMs + SILENCE_MS / 2;
}

type Told = Pick<FindingReport, 'rule' | 'summary'> & { readonly evidence: Record<string, string> };

export function tellUnnamed(awaited: Awaited): Told {
  return {
    rule: 'write.tagged_twice',
    summary: `a transaction of ${awaited.compartment} carries the token of a request whose receipt does not name it`,
    evidence: { ...awaited.evidence, why: 'the receipt names other transactions, or none' },
  };
}

export function tellWithoutReceipt(awaited: Awaited, why: string): Told {
  return {
    rule: 'write.without_receipt',
    summary: `a transaction of ${awaited.compartment} carries a request's token, and the gateway has no receipt for it`,
    evidence: { ...awaited.evidence, why },
  };
}

export function tellNeverCommitted(receipt: Pick<Receipt, 'requestId' | 'compartment' | 'route'>, xid: string): Told {
  return {
    rule: 'stream.mismatch',
    summary: `the gateway has a receipt for a transaction of ${receipt.compartment} that was never committed`,
    evidence: { request: receipt.requestId, route: receipt.route, xid },
  };
}
