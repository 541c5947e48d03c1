import type { Change, TransactionSummary } from '@bulkhead/contracts';
import { markOf, NOTHING_RECENT, onlyToken, type Recent } from './rule.rules.ts';
import { countScrambled } from './write-mass-change.rules.ts';

const WINDOW_MS = 60_000;
const SUBJECTS_LIMIT = 2000;
const MARKS_A_TRANSACTION = 5000;
const ENTRIES_LIMIT = 5000;

type Mark = readonly [table: string, mark: string];
type Counts = Map<string, Map<string, number>>;
type Entry = {
  readonly atMs: number;
  readonly scrambled: number;
  readonly marks: readonly Mark[];
  readonly born: readonly Mark[];
};
type Subject = { readonly entries: Entry[]; scrambled: number; readonly marks: Counts; readonly born: Counts };

/** What each session changed within the last minute, by the time of the commits: the same for the same history. */
export class RecentWork {
  readonly #subjects = new Map<string, Subject>();

  /** What was done before this transaction by the one who did it. Requests without a session have nothing in common. */
  before(transaction: TransactionSummary): Recent {
    const subject = this.#subjects.get(subjectOf(transaction) ?? '');
    if (!subject) return NOTHING_RECENT;
    forget(subject, Date.parse(transaction.committedAt) - WINDOW_MS);
    return subject;
  }

  add(transaction: TransactionSummary, changes: Iterable<Change>): void {
    const name = subjectOf(transaction);
    if (name === undefined) return;
    const marks: Mark[] = [];
    const born: Mark[] = [];
    const own = this.#subjects.get(name)?.born;
    let scrambled = 0;
    for (const change of changes) {
      scrambled += countScrambled(change);
      if (marks.length + born.length >= MARKS_A_TRANSACTION) continue;
      const { table, before, after } = change;
      if (before && !own?.get(table)?.has(markOf(before))) marks.push([table, markOf(before)]);
      if (after && !before) born.push([table, markOf(after)]);
    }
    if (marks.length + born.length > 0) this.#keep(name, { atMs: Date.parse(transaction.committedAt), scrambled, marks, born });
  }

  #keep(name: string, entry: Entry): void {
    const subject: Subject = this.#subjects.get(name) ?? { entries: [], scrambled: 0, marks: new Map(), born: new Map() };
    // Set anew: the one that was not heard of for the longest time is the first to be forgotten.
    this.#subjects.delete(name);
    this.#subjects.set(name, subject);
    const [oldest] = this.#subjects.keys();
    if (this.#subjects.size > SUBJECTS_LIMIT && oldest !== undefined) this.#subjects.delete(oldest);
    subject.entries.push(entry);
    subject.scrambled += entry.scrambled;
    count(subject.marks, entry.marks, 1);
    count(subject.born, entry.born, 1);
    if (subject.entries.length > ENTRIES_LIMIT) drop(subject);
  }
}

function count(counts: Counts, marks: readonly Mark[], by: 1 | -1): void {
  for (const [table, mark] of marks) {
    const known = counts.get(table) ?? new Map<string, number>();
    const now = (known.get(mark) ?? 0) + by;
    if (now > 0) known.set(mark, now);
    else known.delete(mark);
    counts.set(table, known);
  }
}

function forget(subject: Subject, beforeMs: number): void {
  while ((subject.entries[0]?.atMs ?? Number.POSITIVE_INFINITY) < beforeMs) drop(subject);
}

function drop(subject: Subject): void {
  const entry = subject.entries.shift();
  if (!entry) return;
  subject.scrambled -= entry.scrambled;
  count(subject.marks, entry.marks, -1);
  count(subject.born, entry.born, -1);
}

/** A session, or all that carries no good token. */
function subjectOf(transaction: TransactionSummary): string | undefined {
  const claims = onlyToken(transaction);
  if (!claims) return 'without a token';
  return claims.sessionId === null ? undefined : `session ${claims.sessionId}`;
}
