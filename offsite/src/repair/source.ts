import type { Change, RowImage, Scope } from '@bulkhead/contracts';

/** A change's place in history: its transaction's place in the order of commits, and its own in the transaction (from 0). */
export type Place = { readonly sequence: number; readonly index: number };

/** The transaction behind a change, as steps and dependents name it. */
export type Origin = { readonly timeline: number; readonly commitLsn: string; readonly xid: string };

/** What a plan must know of a transaction. */
export type RecordedTransaction = {
  readonly sequence: number;
  readonly origin: Origin;
  /** `unknown`: the WAL holds its commit, and decoding did not tell of it. */
  readonly state: 'decoded' | 'unknown';
  readonly ddl: readonly { readonly command: string; readonly type: string; readonly identity: string }[];
};

/** One row's change where it stands in history. */
export type RecordedChange = { readonly place: Place; readonly origin: Origin; readonly change: Change };

/** A page of a listing: what comes after `beyond` in the order asked, at most `limit`. */
export type Page<At> = { readonly order: 'oldest' | 'newest'; readonly beyond: At | null; readonly limit: number };

/**
 * History, as a repair reads it. Every method answers from an index: its cost grows with what it returns, not with the
 * length of history. An answer shorter than the limit is the last.
 */
export type RepairSource = {
  /** The cluster whose history this is; null while there is none. */
  readonly systemId: () => string | null;
  /** Transactions of a scope (`null`: all of them), by their sequence. */
  readonly listTransactions: (scope: Scope | null, page: Page<number>) => readonly RecordedTransaction[];
  /** The first sequence whose commit stands at or after a position; one beyond the last if there is none. */
  readonly sequenceFrom: (lsn: string) => number;
  /** Changes of one transaction, by their index. */
  readonly listChanges: (sequence: number, page: Page<number>) => readonly RecordedChange[];
  /**
   * Changes whose row had this key before or has it after, by their place. `key` holds the columns of the primary key in
   * its order (the whole row where a table has none); `table` is the one that the change names, a partition itself.
   * Truncates are not among them.
   */
  readonly listRowChanges: (table: string, key: RowImage, page: Page<Place>) => readonly RecordedChange[];
  /**
   * Changes of `table` whose row holds these values afterwards (inserts, and updates that leave or put them there), by
   * their place. Asked for foreign keys and for a declared basis only.
   */
  readonly listHolding: (table: string, values: RowImage, page: Page<Place>) => readonly RecordedChange[];
};

/** Which of two places comes first: below zero if `left` does. */
export function comparePlaces(left: Place, right: Place): number {
  return left.sequence - right.sequence || left.index - right.index;
}
