import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { Change, HistoryGap, RowImage, Scope, TransactionSummary } from '@bulkhead/contracts';
import { z } from 'zod';
import { formatLsn, parseLsn } from '#archive/wal.rules.ts';
import {
  CHANGE_COLUMNS,
  type ChangePlace,
  type ChangeRow,
  COLUMNS,
  cut,
  type IndexedChange,
  type IndexedTransaction,
  isWhole,
  movesAway,
  type Page,
  type RecordRow,
  TRUNCATE,
  type TransactionRow,
  toChange,
  toIndexed,
  toSummary,
} from './index-rows.store.ts';
import { keyOf, shorten, valuesOf } from './key.rules.ts';
import { KnownRelations, type Relation } from './known-relation.store.ts';
import { ScopeReader } from './scope.store.ts';
import type { Place } from './transaction.rules.ts';

const SLICE = 1_000;

/** Everything that is asked of an index. It sees whole batches only, and reads beside the writer. */
export class IndexReader {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #relations: KnownRelations;
  readonly scopes: ScopeReader;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#relations = new KnownRelations({ all: (sql, ...values) => this.all(sql, ...values) });
    this.scopes = new ScopeReader({ all: (sql, ...values) => this.all(sql, ...values) });
  }

  close(): void {
    this.#db.close();
  }

  all<Row>(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#prepare(sql).all(...values) as Row[];
  }

  iterate<Row>(sql: string, ...values: SQLInputValue[]): Iterable<Row> {
    // A statement of its own: the caller may ask other things meanwhile.
    return this.#db.prepare(sql).iterate(...values) as Iterable<Row>;
  }

  count(): { readonly transactions: number; readonly changes: number; readonly unknown: number } {
    const [row] = this.all<{ transactions: number; changes: number; unknown: number }>(
      `select (select coalesce(max(sequence), 0) from tx) as transactions, (select coalesce(max(id), 0) from change) as changes,
              (select count(*) from tx where state = 1) as unknown`,
    );
    return row ?? { transactions: 0, changes: 0, unknown: 0 };
  }

  listGaps(): HistoryGap[] {
    const rows = this.all<{
      system_id: string;
      timeline: number;
      from_lsn: number;
      to_lsn: number;
      reason: string;
      found_at: string;
    }>('select * from (select * from gap order by id desc limit 1000) order by id');
    return rows.map((row) => ({
      systemId: row.system_id,
      timeline: row.timeline,
      fromLsn: formatLsn(BigInt(row.from_lsn)),
      toLsn: formatLsn(BigInt(row.to_lsn)),
      reason: row.reason,
      foundAt: row.found_at,
    }));
  }

  findTransaction(sequence: number): TransactionSummary | undefined {
    const [row] = this.all<TransactionRow>(`select ${COLUMNS} from tx where sequence = ?`, sequence);
    return row && toSummary(row);
  }

  hasPlace({ systemId, timeline, lsn, xid }: Place): boolean {
    const sql = 'select 1 as found from tx where xid = ? and lsn = ? and timeline = ? and system_id = ?';
    return this.all(sql, xid, lsn, timeline, systemId).length > 0;
  }

  findByPlace({ systemId, timeline, lsn, xid }: Place): TransactionSummary | undefined {
    const [row] = this.all<TransactionRow>(
      `select ${COLUMNS} from tx where xid = ? and lsn = ? and timeline = ? and system_id = ?`,
      xid,
      lsn,
      timeline,
      systemId,
    );
    return row && toSummary(row);
  }

  /** The first transaction behind a position of which only the WAL tells. */
  findUnknown(lsn: number): number | undefined {
    const [row] = this.all<{ lsn: number | null }>(
      'select min(lsn) as lsn from tx where state = 1 and abandoned = 0 and lsn > ?',
      lsn,
    );
    return row?.lsn ?? undefined;
  }

  /** Transactions after a sequence, oldest first. */
  listAfter(sequence: number, limit: number): TransactionSummary[] {
    return this.all<TransactionRow>(
      `select ${COLUMNS} from tx where sequence > ? order by sequence limit ?`,
      sequence,
      limit,
    ).map(toSummary);
  }

  *streamChanges(sequence: number, order: 'oldest' | 'newest' = 'oldest'): Generator<Change> {
    for (let beyond: number | null = null; ; ) {
      const page: readonly IndexedChange[] = this.listChanges(sequence, { order, beyond, limit: SLICE });
      for (const { change } of page) yield change;
      const last = page.at(-1);
      if (!last || page.length < SLICE) return;
      beyond = last.place.index;
    }
  }

  /** The cluster whose history this is. */
  systemId(): string | null {
    const [row] = this.all<{ value: string }>("select value from meta where name = 'position'");
    return row ? z.object({ systemId: z.string() }).parse(JSON.parse(row.value)).systemId : null;
  }

  /** Transactions of a scope that are part of the database; null for all of them. */
  listTransactions(scope: Scope | null, page: Page<number>): IndexedTransaction[] {
    if (scope === null || isWhole(scope)) {
      const [at, direction] = page.order === 'oldest' ? ['>', 'asc'] : ['<', 'desc'];
      const beyond = page.beyond ?? (page.order === 'oldest' ? 0 : Number.MAX_SAFE_INTEGER);
      const rows = this.all<TransactionRow>(
        `select ${COLUMNS} from tx where sequence ${at} ? and abandoned = 0 order by sequence ${direction} limit ?`,
        beyond,
        page.limit,
      );
      return rows.map(toIndexed);
    }
    return cut(this.scopes.listScope(scope), page).flatMap((sequence) => {
      const [row] = this.all<TransactionRow>(`select ${COLUMNS} from tx where sequence = ?`, sequence);
      return row ? [toIndexed(row)] : [];
    });
  }

  /** The first sequence whose commit stands at or after a position; one beyond the last if there is none. */
  sequenceFrom(lsn: string): number {
    const [row] = this.all<{ first: number | null; last: number | null }>(
      'select (select min(sequence) from tx where lsn >= ? and abandoned = 0) as first, (select max(sequence) from tx) as last',
      Number(parseLsn(lsn)),
    );
    return row?.first ?? (row?.last ?? 0) + 1;
  }

  /** A restore that stops before the first record at this position has everything before a transaction, and not it. */
  positionBefore(sequence: number): string | null {
    const [row] = this.all<{ lsn: number }>(
      'select p.lsn from tx t join tx p on p.lsn < t.lsn where t.sequence = ? and p.abandoned = 0 order by p.lsn desc limit 1',
      sequence,
    );
    return row ? formatLsn(BigInt(row.lsn)) : null;
  }

  listChanges(sequence: number, page: Page<number>): IndexedChange[] {
    const [at, direction] = page.order === 'oldest' ? ['>', 'asc'] : ['<', 'desc'];
    const [bounds] = this.all<{ first_change: number; changes: number }>(
      'select first_change, changes from tx where sequence = ?',
      sequence,
    );
    if (!bounds || bounds.changes === 0) return [];
    const { first_change: first, changes } = bounds;
    const beyond = page.beyond === null ? (page.order === 'oldest' ? first - 1 : first + changes) : first + page.beyond;
    const rows = this.all<ChangeRow>(
      `select ${CHANGE_COLUMNS} where c.id ${at} ? and c.id >= ? and c.id < ? order by c.id ${direction} limit ?`,
      beyond,
      first,
      first + changes,
      page.limit,
    );
    return rows.map(toChange);
  }

  /** All that is kept of changes after one, as text: keys and images. */
  listTexts(afterChange: number, limit: number): { readonly id: number; readonly text: string }[] {
    const sql = `select id, key || char(10) || coalesce(old_key, '') || char(10) || payload as text
      from change where id > ? order by id limit ?`;
    return this.all(sql, afterChange, limit);
  }

  /** Columns of a table's primary key, as history knows it; empty if it has none, undefined if it never changed. */
  findTableKey(table: string): readonly string[] | undefined {
    return this.#relations.find(table)?.key;
  }

  /** Changes whose row had this key before or has it after. */
  listRowChanges(table: string, key: RowImage, page: Page<ChangePlace>): IndexedChange[] {
    const relation = this.#relations.find(table);
    return relation ? this.#listChangesOf(relation, keyOf(key, relation.key), page) : [];
  }

  /** The same by the key's text. */
  listKeyChanges(table: string, typed: string, page: Page<ChangePlace>): IndexedChange[] {
    const relation = this.#relations.find(table);
    return relation ? this.#listChangesOf(relation, typed, page) : [];
  }

  #listChangesOf(relation: Relation, typed: string, page: Page<ChangePlace>): IndexedChange[] {
    const key = shorten(typed);
    const { where, order, values } = this.#beyond(page);
    // Few rows ever had another key: to look for those costs more than all the rest.
    const hasMoved = this.all('select 1 from change where relation = ? and old_key = ? limit 1', relation.id, key).length > 0;
    const held = `c.relation = ?1 and c.key = ?2 and c.kind <> ${TRUNCATE} and ${where}`;
    const found = hasMoved
      ? `c.id in (
         select id from (select id from change c where ${held} order by id ${order} limit ?4)
         union
         select id from (select id from change c where relation = ?1 and old_key = ?2 and ${where} order by id ${order} limit ?4))`
      : held;
    const rows = this.all<ChangeRow>(
      `select ${CHANGE_COLUMNS} where ${found} and t.abandoned = 0 order by c.id ${order} limit ?4`,
      relation.id,
      key,
      ...values,
      page.limit,
    );
    return rows.map(toChange);
  }

  /** Changes of a row after a transaction, following it where its key changed. */
  *listLaterChanges(table: string, key: string, afterSequence: number): Generator<IndexedChange> {
    const relation = this.#relations.find(table);
    if (!relation) return;
    let followed = shorten(key);
    let beyond: ChangePlace = { sequence: afterSequence, index: Number.MAX_SAFE_INTEGER };
    for (;;) {
      const page = this.listKeyChanges(table, followed, { order: 'oldest', beyond, limit: 100 });
      const moved = page.find(({ change }) => movesAway(change, relation.key, followed));
      for (const found of page) {
        yield found;
        beyond = found.place;
        if (found === moved) break;
      }
      if (!moved && page.length < 100) return;
      if (moved?.change.after) followed = keyOf(moved.change.after, relation.key);
    }
  }

  /** Changes after which the row holds these values; asked for foreign keys, which the index knows. */
  listHolding(table: string, values: RowImage, page: Page<ChangePlace>): IndexedChange[] {
    const relation = this.#relations.find(table);
    if (!relation) return [];
    const names = Object.keys(values);
    const isNamed = (columns: readonly string[]) =>
      columns.length === names.length && names.every((name) => columns.includes(name));
    const at = relation.holdings.findIndex(isNamed);
    if (at < 0) return this.#scanHolding(relation.id, values, page);
    const value = valuesOf(values, relation.holdings[at] ?? []);
    if (value === undefined) return [];
    const { where, order, values: bounds } = this.#beyond(page);
    const rows = this.all<ChangeRow>(
      `select ${CHANGE_COLUMNS} where c.id in (select change from holding where relation = ?1 and columns = ?2 and value = ?5)
         and ${where} and t.abandoned = 0 order by c.id ${order} limit ?4`,
      relation.id,
      at,
      ...bounds,
      page.limit,
      value,
    );
    return rows.map(toChange);
  }

  /** The keys that a row had before and has after a change. */
  keysOf({ before, after }: Change, columns: readonly string[]): string[] {
    return [before, after].flatMap((row) => (row === null || columns.length === 0 ? [] : [keyOf(row, columns)]));
  }

  /** The last change of all. */
  lastChange(): number {
    const [row] = this.all<{ last: number | null }>('select max(id) as last from change');
    return row?.last ?? 0;
  }

  /** The sequence of a change's transaction. */
  sequenceOf(change: number): number {
    const [row] = this.all<{ sequence: number }>('select sequence from change where id = ?', change);
    return row?.sequence ?? 0;
  }

  /** The changes of a transaction: from one up to before another. */
  spanOf(sequence: number): { readonly from: number; readonly to: number } {
    const [row] = this.all<{ first_change: number; changes: number }>(
      'select first_change, changes from tx where sequence = ?',
      sequence,
    );
    return row ? { from: row.first_change, to: row.first_change + row.changes } : { from: 0, to: 0 };
  }

  /** The first change of the first transaction from a sequence on that has any; one beyond all if there is none. */
  firstChangeFrom(sequence: number): number {
    const sql = 'select first_change from tx where sequence >= ? and changes > 0 order by sequence limit 1';
    const [row] = this.all<{ first_change: number }>(sql, sequence);
    return row?.first_change ?? Number.MAX_SAFE_INTEGER;
  }

  /** Changes of a transaction as they are recorded, from one up to before another. */
  listRecordsOf(sequence: number, from: number, to: number, limit: number): RecordRow[] {
    const sql = 'select id, sequence, payload from change where id >= ? and id < ? and sequence = ? order by id limit ?';
    return this.all<RecordRow>(sql, from, to, sequence, limit);
  }

  /** Changes as they are recorded, behind one of them, whatever their transactions. */
  listRecords(afterChange: number, limit: number): RecordRow[] {
    return this.all<RecordRow>('select id, sequence, payload from change where id > ? order by id limit ?', afterChange, limit);
  }

  /** Transactions that truncated a table, with their sequence. */
  listTruncates(table: string): IndexedChange[] {
    const relation = this.#relations.find(table);
    if (!relation) return [];
    return this.all<ChangeRow>(
      `select ${CHANGE_COLUMNS} where c.relation = ? and c.key = '' and c.kind = ${TRUNCATE} and t.abandoned = 0 order by c.id limit 1000`,
      relation.id,
    ).map(toChange);
  }

  /** The rows of transactions by their sequences; those that are not there are left out. */
  listSummaries(sequences: readonly number[]): TransactionSummary[] {
    return sequences.flatMap((sequence) => this.findTransaction(sequence) ?? []);
  }

  // A set of columns that is no foreign key's: the table's changes are gone through.
  #scanHolding(relation: number, values: RowImage, page: Page<ChangePlace>): IndexedChange[] {
    const { where, order, values: bounds } = this.#beyond(page);
    const found: IndexedChange[] = [];
    const rows = this.iterate<ChangeRow>(
      `select ${CHANGE_COLUMNS} where c.relation = ?1 and ${where} and t.abandoned = 0 and ?2 = ?2 and ?4 = ?4 order by c.id ${order}`,
      relation,
      0,
      ...bounds,
      0,
    );
    for (const row of rows) {
      const read = toChange(row);
      const { after } = read.change;
      if (after && Object.entries(values).every(([column, value]) => after[column] === value)) found.push(read);
      if (found.length >= page.limit) break;
    }
    return found;
  }

  /** The ids beyond a place, as the third parameter. */
  #beyond({ order, beyond }: Page<ChangePlace>) {
    const isOldest = order === 'oldest';
    const [at, direction] = isOldest ? ['>', 'asc'] : ['<', 'desc'];
    const id = beyond === null ? (isOldest ? 0 : Number.MAX_SAFE_INTEGER) : this.#idAt(beyond, isOldest);
    return { where: `c.id ${at} ?3`, order: direction, values: [id] };
  }

  #idAt({ sequence, index }: ChangePlace, isOldest: boolean): number {
    const [row] = this.all<{ first_change: number; changes: number }>(
      'select first_change, changes from tx where sequence = ?',
      sequence,
    );
    if (row) return row.first_change + Math.min(index, isOldest ? row.changes - 1 : row.changes);
    const [next] = this.all<{ first_change: number | null }>(
      'select min(first_change) as first_change from tx where sequence > ?',
      sequence,
    );
    return (next?.first_change ?? Number.MAX_SAFE_INTEGER) - (isOldest ? 1 : 0);
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}
