import type { Receipt } from '@bulkhead/contracts';

const XIDS_LIMIT = 100;
const XID = /^\d{1,20}$/;

/** Reads the transactions that a compartment says it committed; null when the header is not in the agreed form. */
export function readCommits(header: string | string[] | undefined): readonly string[] | null {
  if (header === undefined || header === '') return [];
  if (Array.isArray(header)) return null;
  const xids = header.split(',').map((xid) => xid.trim());
  return xids.every((xid) => XID.test(xid)) ? xids : null;
}

/** One receipt, or several when it names more transactions than one receipt holds. */
export function splitReceipt(receipt: Receipt): readonly Receipt[] {
  if (receipt.xids.length <= XIDS_LIMIT) return [receipt];
  const parts = Array.from({ length: Math.ceil(receipt.xids.length / XIDS_LIMIT) }, (_, at) =>
    receipt.xids.slice(at * XIDS_LIMIT, (at + 1) * XIDS_LIMIT),
  );
  return parts.map((xids) => ({ ...receipt, xids }));
}
