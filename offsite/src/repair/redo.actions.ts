import { setImmediate } from 'node:timers/promises';
import type { Dependent, RepairStep, Scope } from '@bulkhead/contracts';
import { type DependentDeps, listResting } from './dependent.actions.ts';
import { eachChange, eachTransaction } from './listing.actions.ts';
import { Redo } from './redo.rules.ts';
import { Unmapped } from './sink.rules.ts';
import type { RecordedChange, RecordedTransaction } from './source.ts';
import type { KnownTable } from './table.rules.ts';
import { isAddedAgain } from './trace.actions.ts';
import type { PlannerDeps } from './undo.actions.ts';

const CHANGES_A_TURN = 500;
const DELETIONS_HELD = 1_000;

/** Plans to do everything outside a scope again, in the order of commits, in a copy that stands just before `cleanLsn`. */
export async function planRedo({ source, tables, sink }: PlannerDeps, scope: Scope, cleanLsn: string): Promise<void> {
  const first = source.sequenceFrom(cleanLsn);
  const attack = new Set<number>();
  for (const { sequence } of eachTransaction(source, scope, 'oldest', first - 1)) attack.add(sequence);
  const redo = new Redo();
  const unmapped = new Unmapped();
  const ordered = new Ordered(sink);
  const isAttack = (recorded: RecordedChange) => attack.has(recorded.place.sequence);
  const dependents: DependentDeps = { source, tables, isAttack };
  let sinceTurn = 0;
  for (const transaction of eachTransaction(source, null, 'oldest', first - 1)) {
    const isLeftOut = attack.has(transaction.sequence);
    if (isLeftOut) sink.countTransaction();
    else for (const dependent of tellOfTransaction(transaction)) sink.tell(dependent);
    for (const recorded of eachChange(source, transaction.sequence, 'oldest')) {
      sinceTurn += 1;
      if (sinceTurn % CHANGES_A_TURN === 0) await setImmediate();
      if (isLeftOut) sink.countChange();
      const table = tables.get(recorded.change.table);
      if (recorded.change.kind === 'truncate') {
        if (!isLeftOut) sink.tell(tellTruncate(recorded));
      } else if (table === undefined) {
        if (!isLeftOut) unmapped.count(recorded.change.table, null);
      } else if (isLeftOut) {
        const told = redo.leaveOut(table, recorded).dependents;
        for (const dependent of [...told, ...listRestingOn(dependents, redo, table, recorded)]) sink.tell(dependent);
      } else {
        countUnmapped(unmapped, table, recorded);
        const decision = redo.doAgain(table, recorded, () => isAddedAgain(source, table, recorded));
        for (const dependent of decision.dependents) sink.tell(dependent);
        for (const step of decision.steps) await ordered.put(step);
      }
    }
    await ordered.flush();
  }
  for (const dependent of unmapped.list()) sink.tell(dependent);
}

/** Turns deletions round that follow one another: a row that swept others along was told before them, and goes after them. */
class Ordered {
  readonly #sink: Pick<PlannerDeps['sink'], 'putStep'>;
  #deletions: RepairStep[] = [];

  constructor(sink: Pick<PlannerDeps['sink'], 'putStep'>) {
    this.#sink = sink;
  }

  async put(step: RepairStep): Promise<void> {
    if (step.kind !== 'delete' || this.#deletions.length >= DELETIONS_HELD) await this.flush();
    if (step.kind === 'delete') this.#deletions.push(step);
    else await this.#sink.putStep(step);
  }

  async flush(): Promise<void> {
    const deletions = this.#deletions;
    this.#deletions = [];
    for (const step of deletions.toReversed()) await this.#sink.putStep(step);
  }
}

function listRestingOn(deps: DependentDeps, redo: Redo, table: KnownTable, recorded: RecordedChange): Dependent[] {
  const { after } = recorded.change;
  if (after === null || table.restingOn.length === 0) return [];
  return listResting(deps, table, { incarnations: [], told: redo.toldOf(table, after) }, recorded);
}

function countUnmapped(unmapped: Unmapped, table: KnownTable, { change }: RecordedChange): void {
  for (const column of Object.keys(change.after ?? {})) {
    const isSame = change.kind === 'update' && (change.before?.[column] ?? null) === (change.after?.[column] ?? null);
    if (!table.columns.has(column) && !isSame) unmapped.count(change.table, column);
  }
}

function tellTruncate({ change, origin }: RecordedChange): Dependent {
  const detail = 'the table was emptied: empty it again by hand, if it is still to be';
  return { reason: 'history.unknown', table: change.table, key: null, detail, by: origin };
}

function* tellOfTransaction({ state, ddl, origin }: RecordedTransaction): Generator<Dependent> {
  if (state === 'unknown') {
    const detail = `history cannot tell what transaction ${origin.xid} changed: it was not done again`;
    yield { reason: 'history.unknown', table: null, key: null, detail, by: origin };
  }
  for (const { command, identity } of ddl) {
    const detail = `${command} ${identity}: a change of schema is not done again; run the migrations`;
    yield { reason: 'history.unknown', table: null, key: null, detail: detail.slice(0, 1000), by: origin };
  }
}
