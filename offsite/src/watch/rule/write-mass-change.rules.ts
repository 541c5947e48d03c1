import type { Change, TransactionSummary } from '@bulkhead/contracts';
import {
  isMaintenance,
  listShortly,
  manifestName,
  markOf,
  onlyToken,
  type Seen,
  type TransactionRule,
  type WatchContext,
} from './rule.rules.ts';
import { isScrambled, namesRansom } from './scrambled.rules.ts';

/** Rows of one table within a minute from which their share in the table counts. */
const SHARE_FROM = 150;
const SHARE = 0.5;
/** Texts that lost their order within a minute, from which it is no chance. */
const SCRAMBLED_FROM = 5;
/** A minute has room for so many times what one transaction may change. */
const A_MINUTE = 5;
const MARKS_LIMIT = 100_000;

/**
 * T1486: many rows at once, many within a minute by one session, most of a table, order that was lost, or the words of a
 * ransom note [W7]. The estate's own releases and repairs may change as much as they need, its declared jobs as many rows. A
 * route that imports may write as many as its manifest says; of rows that stood before it may change no more than any other.
 */
export const writeMassChange: TransactionRule = {
  rule: 'write.mass_change',
  look: (transaction, context) => {
    const route = onlyToken(transaction)?.route;
    if (transaction.tables.length === 0 || isMaintenance(route, context.manifest.name)) return null;
    const tally = new Tally(context);
    const isJob = context.manifest.jobs.some(({ id }) => id === route);
    return {
      see: (change) => tally.add(change),
      tell: () => tally.tell(transaction, route, isJob),
    };
  },
};

class Tally {
  readonly #context: WatchContext;
  readonly #marks = new Map<string, Set<string>>();
  readonly #ransom = new Set<string>();
  #scrambled: number;
  #marked = 0;

  constructor(context: WatchContext) {
    this.#context = context;
    this.#scrambled = context.recent.scrambled;
  }

  add(change: Change): void {
    const { table, before } = change;
    this.#scrambled += countScrambled(change);
    if (writesRansomNote(change)) this.#ransom.add(manifestName(table) ?? table);
    if (before && this.#marked < MARKS_LIMIT) this.#mark(table, markOf(before));
  }

  tell(transaction: TransactionSummary, route: string | undefined, isJob: boolean): Seen | null {
    const why = [...(isJob ? [] : this.#countReasons(transaction, route)), ...this.#contentReasons()];
    if (why.length === 0) return null;
    return {
      summary: `a mass change of ${this.#context.manifest.name}: ${why.join('; ')}`.slice(0, 500),
      evidence: { rows: String(transaction.changes), reasons: why.join('; ').slice(0, 500) },
    };
  }

  #mark(table: string, mark: string): void {
    const known = this.#context.recent.marks.get(table);
    const marks = this.#marks.get(table) ?? new Set();
    if (known?.has(mark) || marks.has(mark) || this.#context.recent.born.get(table)?.has(mark)) return;
    this.#marks.set(table, marks.add(mark));
    this.#marked += 1;
  }

  #countReasons({ changes, tables }: TransactionSummary, route: string | undefined): string[] {
    const { manifest, recent, rowsOf } = this.#context;
    const allowed = manifest.routes.find(({ id }) => id === route)?.massRows;
    const limit = manifest.repair?.massRows ?? 1000;
    const before = [...recent.marks.values()].reduce((sum, { size }) => sum + size, 0);
    const emptied = tables.filter(({ truncates }) => truncates > 0).map(({ table }) => table);
    const shares = [...this.#marks].filter(([table, marks]) => {
      const touched = marks.size + (recent.marks.get(table)?.size ?? 0);
      const rows = rowsOf(table);
      return rows !== undefined && touched >= SHARE_FROM && touched >= rows * SHARE;
    });
    return [
      ...(changes > (allowed ?? limit) ? [`${changes} rows in one transaction`] : []),
      ...(allowed !== undefined && this.#marked > limit ? [`${this.#marked} rows that stood before in one import`] : []),
      ...(before > 0 && before + this.#marked > limit * A_MINUTE ? [`${before + this.#marked} rows within a minute`] : []),
      ...(emptied.length > 0 ? [`${listShortly(emptied)} emptied`] : []),
      ...(shares.length > 0 ? [`most rows of ${listShortly(shares.map(([table]) => table))}`] : []),
    ];
  }

  #contentReasons(): string[] {
    return [
      ...(this.#scrambled >= SCRAMBLED_FROM ? [`${this.#scrambled} texts replaced by what has no order`] : []),
      ...(this.#ransom.size > 0 ? [`the words of a ransom note in ${listShortly(this.#ransom)}`] : []),
    ];
  }
}

/** Texts of a change that lost their order. */
export function countScrambled({ kind, before, after }: Change): number {
  if (kind !== 'update' || !before || !after) return 0;
  return Object.entries(after).filter(([column, value]) => isScrambled(before[column], value)).length;
}

function writesRansomNote({ before, after }: Change): boolean {
  if (!after) return false;
  return Object.entries(after).some(([column, value]) => value !== before?.[column] && namesRansom(value));
}
