import { MANAGER, type WalRecord } from '#archive/wal-record.rules.ts';

const HEAP2 = 9;
const BTREE = 11;
const PRUNES = new Set([0x10, 0x20, 0x30]);
const VISIBLE = 0x40;
const BTREE_DELETE = 0x70;
const BTREE_REUSE = 0xd0;
const RUNNING_TRANSACTIONS = 0x10;

/** A record that takes old rows of the catalog away: up to which transaction, where it begins, and the last list before it. */
export type Cleaning = {
  readonly horizon: number;
  /** Whose catalog: 0 for what all databases share. Slots of other databases need nothing of it. */
  readonly database: number;
  readonly behindLsn: number;
  /** Where the last list of running transactions begins that was seen before it: 0 if none was. */
  readonly listLsn: number;
};

/** Whether a record lists the running transactions: a slot can be made there. */
export function isList({ manager, info }: WalRecord): boolean {
  return manager === MANAGER.standby && (info & 0xf0) === RUNNING_TRANSACTIONS;
}

/**
 * The transaction up to which a record takes old rows of the catalog away; undefined if it takes none. Replayed, it ends
 * every logical slot that still needs them (src/include/access/heapam_xlog.h, nbtxlog.h).
 */
export function catalogHorizon(record: WalRecord): number | undefined {
  const horizon = readHorizon(record);
  return horizon === 0 ? undefined : horizon;
}

/** The database whose catalog such a record is about; 0 for what all share. */
export function cleanedDatabase({ manager, info, main, files }: WalRecord): number {
  const isReuse = manager === BTREE && (info & 0xf0) === BTREE_REUSE;
  return isReuse ? main.readUInt32LE(4) : (files[0]?.database ?? 0);
}

function readHorizon({ manager, info, main }: WalRecord): number | undefined {
  const operation = info & 0x70;
  if (manager === HEAP2 && PRUNES.has(operation)) {
    const flags = main[1] ?? 0;
    const isOfCatalog = (flags & 0x02) !== 0 && (flags & 0x08) !== 0;
    return isOfCatalog && main.length >= 6 ? main.readUInt32LE(2) : undefined;
  }
  if (manager === HEAP2 && operation === VISIBLE) return ((main[4] ?? 0) & 0x04) !== 0 ? main.readUInt32LE(0) : undefined;
  if (manager !== BTREE) return undefined;
  if ((info & 0xf0) === BTREE_DELETE) return main[8] === 1 ? main.readUInt32LE(0) : undefined;
  if ((info & 0xf0) === BTREE_REUSE) return main[24] === 1 ? main.readUInt32LE(16) : undefined;
  return undefined;
}

/** Whether a slot that needs rows from `xmin` on is not hurt by a horizon; ids go round. */
export function isBeyond(xmin: number, horizon: number): boolean {
  return ((xmin - horizon) | 0) > 0;
}
