import type { Attribution, Change, TransactionSummary } from '@bulkhead/contracts';

/** A transaction's place: what makes it the one it is. */
export type Place = { readonly systemId: string; readonly timeline: number; readonly lsn: number; readonly xid: string };

/** Where an index stands. */
export type Position = { readonly systemId: string; readonly timeline: number; readonly lsn: number };

export type TableCounts = TransactionSummary['tables'][number];

export function countChange(counts: Map<string, TableCounts>, { table, kind }: Pick<Change, 'table' | 'kind'>): void {
  let count = counts.get(table);
  if (!count) {
    count = { table, inserts: 0, updates: 0, deletes: 0, truncates: 0 };
    counts.set(table, count);
  }
  count[`${kind}s`] += 1;
}

/** Exactly one verified token makes a transaction attributable. */
export function isTagged(tokens: readonly Attribution[]): boolean {
  return tokens.length === 1 && tokens[0]?.verdict === 'verified';
}
