import type { HistoryPage, HistorySearch, RowLife, Scope, ScopeCount } from '@bulkhead/contracts';
import { historySearchSchema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import type { IndexReader } from './index-reader.store.ts';
import { listCandidates } from './search.store.ts';
import type { TextKeeper } from './text-index.actions.ts';
import { searchText } from './text-search.actions.ts';

export type { IndexReader, TextKeeper };

const SHARES_LIMIT = 20_000;

/** Transactions that meet every criterion, newest first. A page may be short: `next` tells whether there is more. */
export async function searchHistory(
  reader: IndexReader,
  given: HistorySearch,
  monotonicMs: () => number,
  texts?: TextKeeper,
): Promise<HistoryPage> {
  const search = historySearchSchema.parse(given);
  if (search.key !== undefined && search.table === undefined) {
    throw new EstateError('input.invalid', 'searching history: a key needs its table');
  }
  const { text, limit } = search;
  const asked = { ...search, before: search.before ?? Number.MAX_SAFE_INTEGER };
  if (text !== undefined) return searchText({ reader, texts, monotonicMs }, { ...asked, text }, limit);
  const sequences = listCandidates(reader, asked, limit);
  return { transactions: reader.listSummaries(sequences), next: sequences.length < limit ? null : (sequences.at(-1) ?? null) };
}

/** All that ever happened to a row, oldest first, following it where its key changed, both ways. */
export function readRowLife(
  reader: IndexReader,
  { table, key, limit }: { readonly table: string; readonly key: string; readonly limit: number },
): RowLife {
  const steps = [...walkLife(reader, table, key, limit + 1)];
  const kept = steps.slice(0, limit);
  return {
    steps: kept.flatMap(({ place, change }) => {
      const transaction = reader.findTransaction(place.sequence);
      return transaction ? [{ transaction, change }] : [];
    }),
    isWhole: steps.length <= limit,
  };
}

function walkLife(reader: IndexReader, table: string, key: string, limit: number) {
  const seen = new Map<string, ReturnType<IndexReader['listKeyChanges']>[number]>();
  const waiting = [key];
  const asked = new Set<string>();
  const columns = reader.findTableKey(table) ?? [];
  for (let next = waiting.shift(); next !== undefined && asked.size < 100; next = waiting.shift()) {
    if (asked.has(next)) continue;
    asked.add(next);
    for (const found of reader.listKeyChanges(table, next, { order: 'oldest', beyond: null, limit })) {
      seen.set(`${found.place.sequence}.${found.place.index}`, found);
      waiting.push(...reader.keysOf(found.change, columns));
    }
  }
  if (seen.size > 0)
    for (const found of reader.listTruncates(table)) seen.set(`${found.place.sequence}.${found.place.index}`, found);
  return [...seen.values()]
    .toSorted((left, right) => left.place.sequence - right.place.sequence || left.place.index - right.place.index)
    .slice(0, limit);
}

/** How much a scope covers, criterion by criterion: each counts what those before it did not. */
export async function countScope(reader: IndexReader, scope: Scope): Promise<ScopeCount> {
  const seen = new Set<number>();
  const shares: ScopeCount['shares'] = [];
  let rows = 0;
  let first: string | null = null;
  let last: string | null = null;
  let hasDdl = false;
  for (const [criterion, sequences] of reader.scopes.criteria(scope, 0)) {
    const added = sequences.filter((sequence) => !seen.has(sequence));
    for (const sequence of added) seen.add(sequence);
    const counted = reader.scopes.countTransactions(added);
    shares.push({ criterion: criterion.slice(0, 200), transactions: added.length, rows: counted.rows });
    rows += counted.rows;
    hasDdl ||= counted.hasDdl;
    if (counted.firstAt !== null && (first === null || counted.firstAt < first)) first = counted.firstAt;
    if (counted.lastAt !== null && (last === null || counted.lastAt > last)) last = counted.lastAt;
    if (shares.length >= SHARES_LIMIT) break;
    await new Promise(setImmediate);
  }
  const left = reader.scopes.listLeftBehind(scope);
  const leftBehind = { transactions: left.length, rows: reader.scopes.countTransactions(left).rows };
  return { shares, transactions: seen.size, rows, firstAt: first, lastAt: last, hasDdl, leftBehind };
}
