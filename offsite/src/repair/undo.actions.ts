import { setImmediate } from 'node:timers/promises';
import type { RepairStep, Scope } from '@bulkhead/contracts';
import { type DependentDeps, listReferring, listResting, listSwept } from './dependent.actions.ts';
import { placeText, type RowLife } from './life.rules.ts';
import { eachChange, eachTransaction } from './listing.actions.ts';
import { type PlanSink, Unmapped } from './sink.rules.ts';
import type { Place, RecordedChange, RecordedTransaction, RepairSource } from './source.ts';
import { type KnownTable, type KnownTables } from './table.rules.ts';
import { traceRow } from './trace.actions.ts';
import { undoChange } from './undo.rules.ts';

const CHANGES_A_TURN = 500;

export type PlannerDeps = { readonly source: RepairSource; readonly tables: KnownTables; readonly sink: PlanSink };

/** Plans to take a scope back: its changes from the newest to the oldest. */
export async function planUndo({ source, tables, sink }: PlannerDeps, scope: Scope): Promise<void> {
  const attack = new Set<number>();
  for (const { sequence } of eachTransaction(source, scope, 'oldest')) attack.add(sequence);
  const [first] = attack;
  if (first === undefined) return;
  const undo = new Undo({ source, tables, sink }, attack, { sequence: first, index: -1 });
  for (const transaction of eachTransaction(source, scope, 'newest')) await undo.takeBack(transaction);
  undo.finish();
}

class Undo {
  readonly #deps: PlannerDeps;
  readonly #dependents: DependentDeps;
  readonly #attack: ReadonlySet<number>;
  readonly #floor: Place;
  readonly #unmapped = new Unmapped();
  /** Lives of rows that older changes of the attack, still to come, changed too. */
  readonly #lives = new Map<string, RowLife>();
  #sinceTurn = 0;

  constructor(deps: PlannerDeps, attack: ReadonlySet<number>, floor: Place) {
    this.#deps = deps;
    this.#attack = attack;
    this.#floor = floor;
    this.#dependents = { source: deps.source, tables: deps.tables, isAttack: (recorded) => this.#isAttack(recorded) };
  }

  async takeBack(transaction: RecordedTransaction): Promise<void> {
    const { source, sink } = this.#deps;
    sink.countTransaction();
    if (transaction.state === 'unknown') this.#tellUnknown(transaction);
    this.#takeBackSchema(transaction);
    const truncated = new Set<string>();
    for (const recorded of eachChange(source, transaction.sequence, 'newest')) {
      sink.countChange();
      this.#sinceTurn += 1;
      if (this.#sinceTurn % CHANGES_A_TURN === 0) await setImmediate();
      // The copy stands before the whole transaction: what it did before truncating is not in it.
      if (!truncated.has(recorded.change.table)) await this.#takeBackChange(recorded, truncated);
    }
  }

  finish(): void {
    for (const dependent of this.#unmapped.list()) this.#deps.sink.tell(dependent);
  }

  async #takeBackChange(recorded: RecordedChange, truncated: Set<string>): Promise<void> {
    const { tables, sink } = this.#deps;
    const table = tables.get(recorded.change.table);
    if (recorded.change.kind === 'truncate') {
      truncated.add(recorded.change.table);
      sink.takeFromCopy(table?.target ?? recorded.change.table, recorded.origin.commitLsn);
      return;
    }
    if (table === undefined) return this.#unmapped.count(recorded.change.table, null);
    this.#countUnmapped(table, recorded);
    const life = this.#lifeOf(table, recorded);
    const { steps, dependents, sweptAt } = undoChange(table, life, recorded);
    for (const dependent of dependents) sink.tell(dependent);
    for (const dependent of sweptAt ? listSwept(this.#deps, sweptAt) : []) sink.tell(dependent);
    for (const dependent of listResting(this.#dependents, table, life, recorded)) sink.tell(dependent);
    for (const step of steps) await this.#put(table, recorded, step);
  }

  async #put(table: KnownTable, recorded: RecordedChange, step: RepairStep): Promise<void> {
    const { sink } = this.#deps;
    if (step.kind === 'delete') {
      for (const dependent of listReferring(this.#dependents, table, step.key, recorded)) sink.tell(dependent);
    }
    await sink.putStep(step);
  }

  #lifeOf(table: KnownTable, recorded: RecordedChange): RowLife {
    const place = placeText(recorded.place);
    const known = this.#lives.get(place);
    this.#lives.delete(place);
    if (known !== undefined) return known;
    const authorOf = (one: RecordedChange) => (this.#isAttack(one) ? 'attack' : 'honest');
    const { life, attackPlaces } = traceRow({ source: this.#deps.source, floor: this.#floor, authorOf }, table, recorded);
    for (const one of attackPlaces.map(placeText)) if (one !== place) this.#lives.set(one, life);
    return life;
  }

  #isAttack(recorded: RecordedChange): boolean {
    return this.#attack.has(recorded.place.sequence);
  }

  #countUnmapped(table: KnownTable, { change }: RecordedChange): void {
    const { before, after } = change;
    const columns = Object.keys(before ?? after ?? {}).filter((column) => !table.columns.has(column));
    for (const column of columns) {
      if (change.kind === 'update' && (before?.[column] ?? null) === (after?.[column] ?? null)) continue;
      if (change.kind !== 'insert') this.#unmapped.count(change.table, column);
    }
  }

  #takeBackSchema({ ddl, origin }: RecordedTransaction): void {
    for (const { command, type, identity } of ddl) {
      if (command === 'DROP TABLE' && type === 'table') {
        this.#deps.sink.takeFromCopy(identity.replaceAll('"', ''), origin.commitLsn);
      } else {
        const detail = `${command} ${identity}: a change of schema is not taken back row by row; go on from a clean copy`;
        const by = { ...origin };
        this.#deps.sink.tell({ reason: 'history.unknown', table: null, key: null, detail: detail.slice(0, 1000), by });
      }
    }
  }

  #tellUnknown({ origin }: RecordedTransaction): void {
    const detail = `history cannot tell what transaction ${origin.xid} changed: compare two restored points`;
    this.#deps.sink.tell({ reason: 'history.unknown', table: null, key: null, detail, by: null });
  }
}
