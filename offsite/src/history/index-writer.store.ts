import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Attribution, Change, DecodingCatalog, HistoryGap, RowImage, TransactionSummary } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { z } from 'zod';
import { formatLsn, parseLsn } from '#archive/wal.rules.ts';
import { packChange, unpackChange } from './change-record.rules.ts';
import { MARKS, type Mark } from './index-schema.store.ts';
import { keyOf, valuesOf } from './key.rules.ts';
import { listRelations, type Relation } from './relation.store.ts';
import { countChange, isTagged, type Place, type Position, type TableCounts } from './transaction.rules.ts';

const positionSchema = z.object({ systemId: z.string(), timeline: z.number(), lsn: z.number() });

/** What a transaction is written with, besides its changes. */
export type NewTransaction = {
  readonly place: Place;
  readonly committedAt: string;
  readonly state: 'decoded' | 'unknown';
  readonly tokens: readonly Attribution[];
  readonly ddl: TransactionSummary['ddl'];
};

const LIST_LIMIT = 10_000;
const CLAIM_MARKS = {
  session: 'sessionId',
  account: 'accountId',
  address: 'address',
  request: 'requestId',
  route: 'route',
  key: 'keyId',
} as const;
const NAMES = { position: 'position', begin: 'begin', reconciled: 'reconciled', judged: 'judged' } as const;

/** The one writer of a compartment's index. Everything it does stands in batches: all of one, or nothing. */
export class IndexWriter {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #insertChange: StatementSync;
  readonly #insertMark: StatementSync;
  readonly #insertHolding: StatementSync;
  #relations = new Map<string, Relation>();
  #position: Position | null = null;
  #nextSequence = 1;
  #nextChange = 1;
  #open: { sequence: number; firstChange: number; counts: Map<string, TableCounts>; changes: number } | undefined;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#insertChange = db.prepare('insert into change values (?, ?, ?, ?, ?, ?, ?)');
    this.#insertMark = db.prepare('insert or ignore into mark values (?, ?, ?)');
    this.#insertHolding = db.prepare('insert or ignore into holding values (?, ?, ?, ?)');
    this.#reload();
  }

  /** All of it, or nothing. */
  inBatch<Result>(work: () => Result): Result {
    try {
      this.begin();
      const result = work();
      this.commit();
      return result;
    } catch (error) {
      this.rollback();
      throw error;
    }
  }

  begin(): void {
    this.#db.exec('begin immediate');
  }

  commit(): void {
    this.#db.exec('commit');
  }

  /** Back to where the last batch ended; SQLite may have gone there by itself, having no room. */
  rollback(): void {
    if (this.#db.isTransaction) this.#db.exec('rollback');
    this.#reload();
  }

  close(): void {
    this.#db.close();
  }

  get position(): Position | null {
    return this.#position;
  }

  keepPosition(position: Position): void {
    this.#position = position;
    this.#writeJson(NAMES.position, position);
  }

  /** Where history begins: what was committed before is in no index. */
  get beginning(): Position | null {
    return this.#readPosition(NAMES.begin);
  }

  keepBeginning(position: Position): void {
    this.#writeJson(NAMES.begin, position);
  }

  get reconciled(): Position | null {
    return this.#readPosition(NAMES.reconciled);
  }

  keepReconciled(position: Position): void {
    this.#writeJson(NAMES.reconciled, position);
  }

  /** What reconciling must remember across restarts. */
  get reconcilingNote(): unknown {
    return this.#readJson('reconciling');
  }

  keepReconcilingNote(note: unknown): void {
    this.#writeJson('reconciling', note);
  }

  /** The last transaction that the watch has seen. */
  get judgedSequence(): number {
    return Number(this.#readJson(NAMES.judged) ?? 0);
  }

  keepJudged(sequence: number): void {
    this.#writeJson(NAMES.judged, sequence);
  }

  get lastSequence(): number {
    return this.#nextSequence - 1;
  }

  findRelation(table: string): Relation | undefined {
    return this.#relations.get(table);
  }

  /** Takes over what decoding does not say. Changes told before are keyed anew where a table's key has become another. */
  keepCatalog({ tables }: DecodingCatalog): void {
    for (const { table, key, keepsWholeRows, references } of tables) {
      const holdings = references.filter((columns) => columns.length > 0);
      const known = this.#relations.get(table);
      const isSame = known && known.keepsWhole === keepsWholeRows && isEqual(known.key, key) && isEqual(known.holdings, holdings);
      if (isSame) continue;
      const relation: Relation = {
        id: known?.id ?? this.#nextRelation(),
        name: table,
        key,
        keepsWhole: keepsWholeRows,
        columns: known?.columns,
        holdings,
      };
      this.#keepRelation(relation);
      if (known && (!isEqual(known.key, key) || !isEqual(known.holdings, holdings))) this.#indexAgain(relation);
    }
  }

  /** A table that the catalog does not show, such as one dropped since. */
  addRelation(name: string): Relation {
    const relation: Relation = { id: this.#nextRelation(), name, key: [], keepsWhole: true, columns: undefined, holdings: [] };
    this.#keepRelation(relation);
    return relation;
  }

  /** After a change of the table its columns must be told anew. */
  forgetColumns(table: string): void {
    const relation = this.#relations.get(table);
    if (relation?.columns) this.#keepRelation({ ...relation, columns: undefined });
  }

  keepColumns(relation: Relation, columns: readonly string[]): void {
    relation.columns = columns;
    this.#run('update relation set columns = ? where id = ?', JSON.stringify(columns), relation.id);
  }

  /** The sequence of a transaction that stands in the index already. */
  findTransaction({
    systemId,
    timeline,
    lsn,
    xid,
  }: Place): { readonly sequence: number; readonly isUnknown: boolean } | undefined {
    const row = this.#prepare('select sequence, state from tx where xid = ? and lsn = ? and timeline = ? and system_id = ?').get(
      xid,
      lsn,
      timeline,
      systemId,
    ) as { sequence: number; state: number } | undefined;
    return row && { sequence: row.sequence, isUnknown: row.state === 1 };
  }

  /** Whether a transaction was begun and has not ended. */
  get isStarted(): boolean {
    return this.#open !== undefined;
  }

  /** Begins a transaction whose changes follow by `addChange`; `finish` gives it its place. */
  start(): void {
    this.#open = { sequence: this.#nextSequence, firstChange: this.#nextChange, counts: new Map(), changes: 0 };
  }

  /** @param old the old row, or as much of it as the table keeps: its key */
  addChange(change: Change, old: RowImage | null = change.before): void {
    const open = this.#opened();
    const relation = this.#relations.get(change.table) ?? this.addRelation(change.table);
    const { kind, payload } = packChange(change);
    const id = this.#nextChange;
    this.#nextChange += 1;
    const { key, oldKey } = keysOf(change, old, relation.key);
    this.#insertChange.run(id, open.sequence, relation.id, kind, key, oldKey, payload);
    this.#hold(relation, change, id);
    countChange(open.counts, change);
    open.changes += 1;
  }

  /**
   * Ends the transaction begun last; one that stood there as unknown keeps its sequence.
   * @param unknown the sequence of the unknown one
   */
  finish(given: NewTransaction, unknown?: number): TransactionSummary {
    const open = this.#opened();
    this.#open = undefined;
    const { place, tokens } = given;
    const sequence = unknown ?? open.sequence;
    const tables = [...open.counts.values()].toSorted((left, right) => (left.table < right.table ? -1 : 1)).slice(0, LIST_LIMIT);
    if (unknown === undefined) this.#nextSequence += 1;
    else if (open.changes > 0) this.#run('update change set sequence = ? where sequence = ?', sequence, open.sequence);
    this.#run(
      'insert or replace into tx values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)',
      sequence,
      place.systemId,
      place.timeline,
      place.lsn,
      place.xid,
      Date.parse(given.committedAt),
      given.state === 'unknown' ? 1 : 0,
      tokens.length === 0 ? '[]' : JSON.stringify(tokens),
      given.ddl.length === 0 ? '[]' : JSON.stringify(given.ddl),
      JSON.stringify(tables),
      open.changes,
      open.firstChange,
      isTagged(tokens) ? 0 : 1,
    );
    this.#markTransaction(sequence, tokens, tables);
    return {
      sequence,
      systemId: place.systemId,
      timeline: place.timeline,
      commitLsn: formatLsn(BigInt(place.lsn)),
      xid: place.xid,
      committedAt: given.committedAt,
      state: given.state,
      tokens: [...tokens],
      ddl: given.ddl,
      tables,
      changes: open.changes,
    };
  }

  /** Transactions of a timeline beyond the place where the followed one branched off are no part of the database any more. */
  abandonBeyond(timeline: number, lsn: number): number {
    const done = this.#run('update tx set abandoned = 1 where timeline = ? and lsn > ? and abandoned = 0', timeline, lsn);
    return Number(done.changes);
  }

  addGap({ systemId, timeline, fromLsn, toLsn, reason, foundAt }: HistoryGap): void {
    this.#run(
      'insert into gap (system_id, timeline, from_lsn, to_lsn, reason, found_at) values (?, ?, ?, ?, ?, ?)',
      systemId,
      timeline,
      Number(parseLsn(fromLsn)),
      Number(parseLsn(toLsn)),
      reason.slice(0, 500),
      foundAt,
    );
  }

  #markTransaction(sequence: number, tokens: readonly Attribution[], tables: readonly TableCounts[]): void {
    for (const { verdict, claims } of tokens) {
      // Who a refused token names is hearsay: nobody is found by it.
      if (!claims || verdict !== 'verified') continue;
      for (const [mark, claim] of Object.entries(CLAIM_MARKS) as [Mark, keyof typeof claims][]) {
        const value = claims[claim];
        if (value !== null) this.#insertMark.run(MARKS.indexOf(mark), value, sequence);
      }
    }
    for (const { table } of tables) this.#insertMark.run(MARKS.indexOf('table'), table, sequence);
  }

  #hold(relation: Relation, change: Change, id: number): void {
    if (change.after === null || relation.holdings.length === 0) return;
    for (const [at, columns] of relation.holdings.entries()) {
      const value = valuesOf(change.after, columns);
      if (value !== undefined) this.#insertHolding.run(relation.id, at, value, id);
    }
  }

  #indexAgain(relation: Relation): void {
    this.#run('delete from holding where relation = ?', relation.id);
    const update = this.#prepare('update change set key = ?, old_key = ? where id = ?');
    const rows = this.#db.prepare('select id, kind, payload from change where relation = ? order by id');
    for (const row of rows.iterate(relation.id) as Iterable<{ id: number; kind: number; payload: string }>) {
      const change = unpackChange(relation.name, row);
      const { key, oldKey } = keysOf(change, change.before, relation.key);
      update.run(key, oldKey, row.id);
      this.#hold(relation, change, row.id);
    }
  }

  #nextRelation(): number {
    return this.#relations.size + 1;
  }

  #keepRelation(relation: Relation): void {
    this.#relations.set(relation.name, relation);
    this.#run(
      'insert or replace into relation values (?, ?, ?, ?, ?, ?)',
      relation.id,
      relation.name,
      JSON.stringify(relation.key),
      relation.columns === undefined ? null : JSON.stringify(relation.columns),
      relation.keepsWhole ? 1 : 0,
      JSON.stringify(relation.holdings),
    );
  }

  #opened() {
    if (this.#open) return this.#open;
    throw new EstateError('history.unreadable', 'writing the index: no transaction was begun');
  }

  #reload(): void {
    this.#open = undefined;
    this.#position = this.#readPosition(NAMES.position);
    const sequence = this.#db.prepare('select max(sequence) as last from tx').get() as { last: number | null };
    const change = this.#db.prepare('select max(id) as last from change').get() as { last: number | null };
    this.#nextSequence = (sequence.last ?? 0) + 1;
    this.#nextChange = (change.last ?? 0) + 1;
    this.#relations = new Map(listRelations(this.#db).map((relation) => [relation.name, relation]));
  }

  #readPosition(name: string): Position | null {
    const json = this.#readJson(name);
    return json === null ? null : positionSchema.parse(json);
  }

  #readJson(name: string): unknown {
    const row = this.#prepare('select value from meta where name = ?').get(name) as { value: string } | undefined;
    return row === undefined ? null : JSON.parse(row.value);
  }

  #writeJson(name: string, value: unknown): void {
    this.#run('insert or replace into meta values (?, ?)', name, JSON.stringify(value));
  }

  #run(sql: string, ...values: (string | number | null)[]) {
    return this.#prepare(sql).run(...values);
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

/** The key that a row has after a change (of a deleted row: had), and the one before where it was another. */
function keysOf(
  { kind, after }: Change,
  old: RowImage | null,
  columns: readonly string[],
): { readonly key: string; readonly oldKey: string | null } {
  if (kind === 'truncate') return { key: '', oldKey: null };
  const row = after ?? old;
  const key = row === null ? '' : keyOf(row, columns);
  if (old === null || after === null) return { key, oldKey: null };
  const oldKey = keyOf(old, columns);
  return { key, oldKey: oldKey === key ? null : oldKey };
}

function isEqual(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
