import {
  attributionSchema,
  CHANGE_KINDS,
  type Change,
  type Scope,
  type TransactionSummary,
  transactionSummarySchema,
} from '@bulkhead/contracts';
import { z } from 'zod';
import { formatLsn } from '#archive/wal.rules.ts';
import { unpackChange } from './change-record.rules.ts';
import { keyOf } from './key.rules.ts';

export type TransactionRow = {
  readonly sequence: number;
  readonly system_id: string;
  readonly timeline: number;
  readonly lsn: number;
  readonly xid: string;
  readonly committed_at: number;
  readonly state: number;
  readonly tokens: string;
  readonly ddl: string;
  readonly tables: string;
  readonly changes: number;
  readonly first_change: number;
};
export type ChangeRow = {
  readonly id: number;
  readonly sequence: number;
  readonly kind: number;
  readonly payload: string;
  readonly name: string;
  readonly timeline: number;
  readonly lsn: number;
  readonly xid: string;
  readonly first_change: number;
};

/** A change as it is recorded. */
export type RecordRow = { readonly id: number; readonly sequence: number; readonly payload: string };

/** A change's place: its transaction's, and its own within it, from 0. */
export type ChangePlace = { readonly sequence: number; readonly index: number };
export type Origin = { readonly timeline: number; readonly commitLsn: string; readonly xid: string };
export type IndexedChange = { readonly place: ChangePlace; readonly origin: Origin; readonly change: Change };
export type IndexedTransaction = {
  readonly sequence: number;
  readonly origin: Origin;
  readonly state: 'decoded' | 'unknown';
  readonly ddl: TransactionSummary['ddl'];
};
/** What comes after `beyond` in the order asked, at most `limit`. */
export type Page<At> = { readonly order: 'oldest' | 'newest'; readonly beyond: At | null; readonly limit: number };

export const COLUMNS = 'sequence, system_id, timeline, lsn, xid, committed_at, state, tokens, ddl, tables, changes, first_change';
export const CHANGE_COLUMNS =
  'c.id, c.sequence, c.kind, c.payload, r.name, t.timeline, t.lsn, t.xid, t.first_change from change c join relation r on r.id = c.relation join tx t on t.sequence = c.sequence';
export const TRUNCATE = CHANGE_KINDS.indexOf('truncate');
const shapeOfTables = transactionSummarySchema.shape.tables;
const shapeOfDdl = transactionSummarySchema.shape.ddl;
const shapeOfTokens = z.array(attributionSchema);

export function toSummary(row: TransactionRow): TransactionSummary {
  return {
    sequence: row.sequence,
    systemId: row.system_id,
    timeline: row.timeline,
    commitLsn: formatLsn(BigInt(row.lsn)),
    xid: row.xid,
    committedAt: new Date(row.committed_at).toISOString(),
    state: row.state === 1 ? 'unknown' : 'decoded',
    tokens: row.tokens === '[]' ? [] : shapeOfTokens.parse(JSON.parse(row.tokens)),
    ddl: row.ddl === '[]' ? [] : shapeOfDdl.parse(JSON.parse(row.ddl)),
    tables: shapeOfTables.parse(JSON.parse(row.tables)),
    changes: row.changes,
  };
}

export function toIndexed(row: TransactionRow): IndexedTransaction {
  return {
    sequence: row.sequence,
    origin: { timeline: row.timeline, commitLsn: formatLsn(BigInt(row.lsn)), xid: row.xid },
    state: row.state === 1 ? 'unknown' : 'decoded',
    ddl: row.ddl === '[]' ? [] : shapeOfDdl.parse(JSON.parse(row.ddl)),
  };
}

export function toChange(row: ChangeRow): IndexedChange {
  return {
    place: { sequence: row.sequence, index: row.id - row.first_change },
    origin: { timeline: row.timeline, commitLsn: formatLsn(BigInt(row.lsn)), xid: row.xid },
    change: unpackChange(row.name, row),
  };
}

export function readColumns(json: string): string[] {
  return z.array(z.string()).parse(JSON.parse(json));
}

/** The sets of columns whose values the index knows of a table. */
export function readHoldings(json: string): string[][] {
  return z.array(z.array(z.string())).parse(JSON.parse(json));
}

export function movesAway({ kind, after }: Change, columns: readonly string[], key: string): boolean {
  return kind === 'update' && after !== null && keyOf(after, columns) !== key;
}

export function isWhole({ everything, fromAt, toAt }: Scope): boolean {
  return everything && fromAt === null && toAt === null;
}

/** A page of ascending sequences. */
export function cut(sequences: readonly number[], { order, beyond, limit }: Page<number>): number[] {
  const at =
    beyond === null
      ? order === 'oldest'
        ? 0
        : sequences.length
      : lowerBound(sequences, order === 'oldest' ? beyond + 1 : beyond);
  return order === 'oldest' ? sequences.slice(at, at + limit) : sequences.slice(Math.max(0, at - limit), at).toReversed();
}

export function lowerBound(sequences: readonly number[], value: number): number {
  let low = 0;
  let high = sequences.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sequences[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
