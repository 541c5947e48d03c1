import type { Scope } from '@bulkhead/contracts';
import type { RecordedChange, RecordedTransaction, RepairSource } from './source.ts';

const PAGE = 1000;
type Order = 'oldest' | 'newest';

/** All transactions of a scope (`null`: of history), after `beyond`. */
export function* eachTransaction(
  source: RepairSource,
  scope: Scope | null,
  order: Order,
  beyond: number | null = null,
): Generator<RecordedTransaction> {
  for (let at = beyond; ; ) {
    const page = source.listTransactions(scope, { order, beyond: at, limit: PAGE });
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    at = last.sequence;
  }
}

/** All changes of a transaction. */
export function* eachChange(source: RepairSource, sequence: number, order: Order): Generator<RecordedChange> {
  for (let at: number | null = null; ; ) {
    const page: readonly RecordedChange[] = source.listChanges(sequence, { order, beyond: at, limit: PAGE });
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    at = last.place.index;
  }
}
