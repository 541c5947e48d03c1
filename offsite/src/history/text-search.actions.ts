import type { HistoryPage, TransactionSummary } from '@bulkhead/contracts';
import { EstateError, hasCode } from '@bulkhead/kernel';
import { valuesOfRecord } from './change-record.rules.ts';
import type { IndexReader } from './index-reader.store.ts';
import { type Asked, hasCriteria, listCandidates, meetsCriteria } from './search.store.ts';
import { foldText, holdText, matchOf, withinRecord } from './text.rules.ts';
import type { TextKeeper } from './text-index.actions.ts';
import { TEXT_CHANGES, type TextIndex, type TextPlace } from './text-index.store.ts';

/** Following decoding must not wait: a search gives way after so long. */
const SLICE_MS = 20;
/** What is not found by then is for the next page. */
const BUDGET_MS = 8_000;
/** So few transactions that meet the other criteria are looked through at once. */
const NARROW = 2_000;
const PAGE = 200;

export type TextSearchDeps = {
  readonly reader: IndexReader;
  /** Without it every text is looked for by going through the changes. */
  readonly texts?: TextKeeper | undefined;
  readonly monotonicMs: () => number;
};
type Search = Asked & { readonly text: string };

/** Where a text may stand: changes of a transaction, from one up to before another. */
type Candidate = {
  readonly sequence: number;
  readonly from: number;
  readonly to: number;
  /** Whether it is known to meet the other criteria. */
  readonly isMet: boolean;
};

/**
 * Transactions with a text in a value that they wrote or wrote over, newest first. The index of texts names the candidates; a
 * term too short for it, or while it lags behind, is looked for in all changes: for so long, then `next` says where to go on.
 */
export async function searchText(deps: TextSearchDeps, search: Search, limit: number): Promise<HistoryPage> {
  if (!search.text.isWellFormed())
    throw new EstateError('input.invalid', 'searching history: the text is not whole: half of a character stands in it');
  const folded = foldText(search.text);
  const narrow = hasCriteria(search) ? listCandidates(deps.reader, search, NARROW) : undefined;
  if (narrow && narrow.length < NARROW) return collect(deps, search, { limit, folded }, eachWhole(deps.reader, narrow));
  const match = matchOf(folded);
  const index = match === undefined ? undefined : await deps.texts?.reach();
  if (match === undefined || index === undefined) return collect(deps, search, { limit, folded }, eachOf(deps.reader, search));
  try {
    return await collect(deps, search, { limit, folded }, eachMatch(deps.reader, index, match, search.before));
  } catch (error) {
    if (!hasCode(error, 'history.unreadable')) throw error;
    deps.texts?.giveUp(error);
    return collect(deps, search, { limit, folded }, eachOf(deps.reader, search));
  }
}

/** Looks the candidates through, in their order. */
async function collect(
  { reader, monotonicMs }: TextSearchDeps,
  search: Search,
  { limit, folded }: { readonly limit: number; readonly folded: string },
  candidates: Iterable<Candidate>,
): Promise<HistoryPage> {
  const pace = new Pace(monotonicMs);
  const transactions: TransactionSummary[] = [];
  let current: number | undefined;
  let isSettled = false;
  for (const candidate of candidates) {
    await pace.giveWay();
    if (candidate.sequence !== current) {
      // Whatever was begun is looked through to its end: the next page begins behind it.
      if (current !== undefined && pace.isOver) return cutShort(reader, transactions, current);
      current = candidate.sequence;
      isSettled = !candidate.isMet && !meetsCriteria(reader, search, current);
    }
    if (isSettled || !(await holds(reader, candidate, folded, pace))) continue;
    isSettled = true;
    transactions.push(...reader.listSummaries([current]));
    if (transactions.length >= limit) return { transactions, next: current };
  }
  return { transactions, next: null };
}

function cutShort(reader: IndexReader, transactions: TransactionSummary[], next: number): HistoryPage {
  return { transactions, next, lookedBackTo: reader.findTransaction(next)?.committedAt };
}

async function holds(reader: IndexReader, { sequence, from, to }: Candidate, folded: string, pace: Pace): Promise<boolean> {
  const within = withinRecord(folded);
  for (let at = from; at < to; ) {
    const rows = reader.listRecordsOf(sequence, at, to, PAGE);
    for (const { payload } of rows)
      if (foldText(payload).includes(within) && holdText(valuesOfRecord(payload), folded)) return true;
    at = (rows.at(-1)?.id ?? to) + 1;
    await pace.giveWay();
  }
  return false;
}

function* eachWhole(reader: IndexReader, sequences: readonly number[]): Generator<Candidate> {
  for (const sequence of sequences) {
    const { from, to } = reader.spanOf(sequence);
    if (from < to) yield { sequence, from, to, isMet: true };
    else yield { sequence, from: 0, to: 0, isMet: true };
  }
}

function* eachOf(reader: IndexReader, search: Asked): Generator<Candidate> {
  for (let { before } = search; ; ) {
    const sequences = listCandidates(reader, { ...search, before }, PAGE);
    yield* eachWhole(reader, sequences);
    const last = sequences.at(-1);
    if (last === undefined) return;
    before = last;
  }
}

function* eachMatch(reader: IndexReader, index: TextIndex, match: string, before: number): Generator<Candidate> {
  const late = index.listLateMatches(match, before);
  let at = 0;
  let below = reader.firstChangeFrom(before);
  for (;;) {
    const page = index.listMatches(match, below, PAGE);
    for (const place of page) {
      for (let next = late[at]; next && next.sequence > place.sequence; next = late[at]) {
        yield toCandidate(next);
        at += 1;
      }
      if (place.sequence < before) yield toCandidate(place);
    }
    const last = page.at(-1);
    if (last === undefined) break;
    below = last.change;
  }
  for (const place of late.slice(at)) yield toCandidate(place);
}

function toCandidate({ sequence, change }: TextPlace): Candidate {
  return { sequence, from: change, to: change + TEXT_CHANGES, isMet: false };
}

/** How long a search takes, and when it lets others go on. */
class Pace {
  readonly #monotonicMs: () => number;
  readonly #endsAtMs: number;
  #sliceMs: number;

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
    this.#sliceMs = monotonicMs();
    this.#endsAtMs = this.#sliceMs + BUDGET_MS;
  }

  get isOver(): boolean {
    return this.#monotonicMs() > this.#endsAtMs;
  }

  async giveWay(): Promise<void> {
    if (this.#monotonicMs() - this.#sliceMs < SLICE_MS) return;
    await new Promise(setImmediate);
    this.#sliceMs = this.#monotonicMs();
  }
}
