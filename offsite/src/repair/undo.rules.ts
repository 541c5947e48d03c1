import type { Dependent, RepairStep, RowImage } from '@bulkhead/contracts';
import {
  changedCells,
  type Incarnation,
  incarnationAt,
  partWritersAfter,
  placeText,
  type RowLife,
  writerAfter,
} from './life.rules.ts';
import { changedParts, leaveParts } from './merge.rules.ts';
import type { Origin, Place, RecordedChange } from './source.ts';
import { isStored, type KnownTable, keyForPeople, keyOf, mergeOf, storedImage } from './table.rules.ts';

type Cell = Extract<RepairStep, { kind: 'update' }>['cells'][number];

/** What comes of one change of the attack. */
export type Decision = {
  readonly steps: readonly RepairStep[];
  readonly dependents: readonly Dependent[];
  /** Where an honest deletion took the row away, whose references the attack had changed: it may have swept others along. */
  readonly sweptAt?: Place;
};

type Asked = { readonly table: KnownTable; readonly life: RowLife; readonly at: Incarnation; readonly recorded: RecordedChange };

const NOTHING: Decision = { steps: [], dependents: [] };

/** Takes one change of the attack back, given all that happened to its row since the attack began. */
export function undoChange(table: KnownTable, life: RowLife, recorded: RecordedChange): Decision {
  const { before, after } = recorded.change;
  const at = incarnationAt(life, recorded.place);
  if (at === undefined) return NOTHING;
  const asked = { table, life, at, recorded };
  if (recorded.change.kind === 'insert' && after !== null) return undoInsert(asked, after);
  if (recorded.change.kind === 'delete' && before !== null) return undoDelete(asked, before);
  if (before !== null && after !== null) return undoUpdate(asked, before, after);
  const detail = 'history does not hold the row as it was: compare two restored points';
  return tellOnce(asked, 'unknown', { reason: 'history.unknown', key: after ?? {}, detail, by: null });
}

function undoInsert(asked: Asked, after: RowImage): Decision {
  const { table, at, recorded } = asked;
  const before = at.readded.get(placeText(recorded.place));
  if (before !== undefined) return undoUpdate(asked, before, after);
  const effects = tellEffects(asked, after);
  if (table.isJournal) return withDependents(NOTHING, effects);
  if (at.diedBy !== null && at.diedBy !== 'truncate') return withDependents(tellLostEdit(asked, after), effects);
  if (at.lastHonest !== null) return withDependents(keepBuiltOn(asked, after, at.lastHonest.origin), effects);
  const key = currentKey(asked, after);
  const expected = expectedImage(table, after);
  return { steps: [{ kind: 'delete', table: table.target, key, expected, origin: recorded.origin }], dependents: effects };
}

function undoDelete(asked: Asked, before: RowImage): Decision {
  const { table, at, recorded } = asked;
  // Taken away and added again by the attack: the adding takes both back.
  if (at.to === null || placeText(at.to) !== placeText(recorded.place)) return NOTHING;
  if (at.bornBy === 'attack') return tellLostEdit(asked, before);
  if (at.takenBy !== null) return tellTaken(asked, before, at.takenBy);
  const row = storedImage(table, before);
  if (isOnlyKey(table, row)) {
    const detail = 'history holds only the key of the row that was deleted: compare two restored points';
    return tellOnce(asked, 'unknown', { reason: 'history.unknown', key: before, detail, by: null });
  }
  return { steps: [{ kind: 'insert', table: table.target, row, origin: recorded.origin }], dependents: [] };
}

function undoUpdate(asked: Asked, before: RowImage, after: RowImage): Decision {
  const { table, life, at, recorded } = asked;
  const isRemoved = at.bornBy === 'attack' && at.lastHonest === null;
  if (at.diedBy === 'honest') {
    if (at.bornBy === 'attack') return NOTHING;
    const detail = 'the row that the attack changed was deleted later: it stays deleted';
    const told = tellOnce(asked, 'died', { reason: 'cell.changed_later', key: after, detail, by: at.diedAs });
    const changed = [...changedCells(table, before, after, recorded.change.unresolved)];
    const wasMoved = changed.some(([column]) => table.referring.has(column)) && !life.told.has('swept');
    if (!wasMoved || at.to === null) return told;
    life.told.add('swept');
    return { ...told, sweptAt: at.to };
  }
  if (at.diedBy === 'attack' && (at.bornBy === 'attack' || at.takenBy !== null)) return NOTHING;
  const cells: Cell[] = [];
  const dependents: Dependent[] = [];
  for (const [column, { from, to }] of changedCells(table, before, after, recorded.change.unresolved)) {
    // From what the attack wrote back to what stood before.
    const decided = undoCell({ ...asked, isRemoved }, column, { from: to, to: from }, after);
    if (decided.cell) cells.push(decided.cell);
    dependents.push(...decided.dependents);
  }
  const key = currentKey(asked, after);
  if (cells.length === 0) return { steps: [], dependents };
  return { steps: [{ kind: 'update', table: table.target, key, cells, origin: recorded.origin }], dependents };
}

type CellDecision = { readonly cell: Cell | undefined; readonly dependents: readonly Dependent[] };
type Way = { readonly from: string | null; readonly to: string | null };

function undoCell(asked: Asked & { readonly isRemoved: boolean }, column: string, way: Way, row: RowImage): CellDecision {
  const { table, at, recorded, isRemoved } = asked;
  const merge = mergeOf(table, column);
  if (merge === 'derived') return { cell: undefined, dependents: [] };
  const route = table.states.get(column);
  if (route !== undefined && !isRemoved) {
    const detail = `${column} went from ${shown(way.to)} to ${shown(way.from)}: only the action ${route} may take it back`;
    return keptCell(tellOnce(asked, `state ${column}`, { reason: 'state.needs_action', key: row, detail, by: null }));
  }
  if (merge === 'counter' && way.from !== null && way.to !== null) {
    return { cell: { column, ...way, merge }, dependents: [] };
  }
  const writer = writerAfter(at, column, recorded.place);
  if (writer) return keptCell(tellCell(asked, column, row, writer.origin));
  if (merge === 'set' || merge === 'json-path') return undoParts(asked, column, way, merge, row);
  return { cell: { column, ...way, merge }, dependents: [] };
}

function undoParts(asked: Asked, column: string, way: Way, merge: 'set' | 'json-path', row: RowImage): CellDecision {
  const { at, recorded } = asked;
  const parts = changedParts(merge, way.from, way.to);
  if (parts === undefined || way.from === null || way.to === null) {
    const [any] = [...at.writers].filter(([key]) => key.startsWith(`${column}\0`)).map(([, writer]) => writer);
    return any === undefined
      ? { cell: { column, ...way, merge: 'replace' }, dependents: [] }
      : keptCell(tellCell(asked, column, row, any.origin));
  }
  const met = partWritersAfter(at, column, merge, parts, recorded.place);
  const dependents = met.flatMap(({ part, writer }) => tellCell(asked, `${column} ${part}`, row, writer.origin).dependents);
  const left = new Set(met.map(({ part }) => part));
  if (parts.every((part) => left.has(part))) return { cell: undefined, dependents };
  const to = left.size === 0 ? way.to : leaveParts(merge, way.from, way.to, [...left]);
  return { cell: { column, from: way.from, to, merge }, dependents };
}

/** The row's key at the time when the steps for all later changes were carried out. */
function currentKey({ table, at, recorded }: Asked, after: RowImage): RowImage {
  const key = keyOf(table, after);
  for (const column of Object.keys(key)) {
    const writer = writerAfter(at, column, recorded.place);
    if (writer) key[column] = writer.value;
  }
  return key;
}

// States and derived columns are not put back step by step: what stands in them says nothing of who built on the row.
function expectedImage(table: KnownTable, image: RowImage): RowImage {
  return Object.fromEntries(Object.entries(storedImage(table, image)).filter(([column]) => mergeOf(table, column) !== 'derived'));
}

function isOnlyKey(table: KnownTable, row: RowImage): boolean {
  if (table.primaryKey.length === 0) return false;
  const stored = [...table.columns.keys()].filter((column) => isStored(table, column));
  return stored.length > table.primaryKey.length && Object.keys(row).every((column) => table.primaryKey.includes(column));
}

function keepBuiltOn(asked: Asked, after: RowImage, by: Origin): Decision {
  const { table, recorded, at } = asked;
  const told = { reason: 'cell.changed_later', key: currentKey(asked, after), by } as const;
  const mark = table.tombstone;
  if (mark === undefined || !table.columns.has(mark.column)) {
    return tellOnce(asked, 'built on', { ...told, detail: 'the attack added the row and somebody changed it since: it is kept' });
  }
  const writer = writerAfter(at, mark.column, recorded.place);
  const from = writer ? writer.value : (after[mark.column] ?? null);
  const detail = `the attack added the row and somebody changed it since: ${mark.column} becomes ${shown(mark.value)}`;
  const { dependents } = tellOnce(asked, 'built on', { ...told, detail });
  if (from === mark.value) return { steps: [], dependents };
  const cells: Cell[] = [{ column: mark.column, from, to: mark.value, merge: 'replace' }];
  return { steps: [{ kind: 'update', table: table.target, key: told.key, cells, origin: recorded.origin }], dependents };
}

function tellLostEdit(asked: Asked, row: RowImage): Decision {
  if (asked.at.lastHonest === null) return NOTHING;
  const detail = 'somebody changed a row that the attack had added and then deleted: the change is gone with it';
  return tellOnce(asked, 'lost', { reason: 'cell.changed_later', key: row, detail, by: asked.at.lastHonest.origin });
}

function tellTaken(asked: Asked, row: RowImage, by: Origin): Decision {
  const detail = 'the attack deleted the row, and another was added under its key since: that one stands';
  return tellOnce(asked, 'taken', { reason: 'unique.taken', key: row, detail, by });
}

function tellEffects(asked: Asked, row: RowImage): readonly Dependent[] {
  return asked.table.effects.flatMap(
    (what) => tellOnce(asked, `effect ${what}`, { reason: 'effect.outside', key: row, detail: what, by: null }).dependents,
  );
}

function tellCell(asked: Asked, cell: string, row: RowImage, by: Origin): Decision {
  const detail = `${cell} was changed again after the attack: the later change is kept`;
  return tellOnce(asked, `cell ${cell}`, { reason: 'cell.changed_later', key: row, detail: detail.slice(0, 1000), by });
}

type Told = Pick<Dependent, 'reason' | 'detail'> & { readonly key: RowImage; readonly by: Origin | null };

function tellOnce({ table, life }: Asked, what: string, { reason, key, detail, by }: Told): Decision {
  if (life.told.has(what)) return NOTHING;
  life.told.add(what);
  return { steps: [], dependents: [{ reason, table: table.target, key: keyForPeople(keyOf(table, key)), detail, by }] };
}

function keptCell({ dependents }: Decision): CellDecision {
  return { cell: undefined, dependents };
}

function withDependents(decision: Decision, more: readonly Dependent[]): Decision {
  return { steps: decision.steps, dependents: [...decision.dependents, ...more] };
}

function shown(value: string | null): string {
  return value === null ? 'nothing' : JSON.stringify(value.slice(0, 100));
}
