import type { Dependent, RowImage } from '@bulkhead/contracts';
import { changedCells, type RowLife } from './life.rules.ts';
import { eachChange } from './listing.actions.ts';
import type { Origin, Page, Place, RecordedChange, RepairSource } from './source.ts';
import { type KnownTable, type KnownTables, keyForPeople, keyOf, keyText } from './table.rules.ts';
import { findTakenAway, isAddedAgain } from './trace.actions.ts';

const PAGE = 200;
/** Rows told of one by one for each row of the attack; beyond, a person looks at the row itself. */
const REFERRERS_LIMIT = 1000;

export type DependentDeps = {
  readonly source: Pick<RepairSource, 'listHolding' | 'listRowChanges'>;
  readonly tables: KnownTables;
  readonly isAttack: (recorded: RecordedChange) => boolean;
};

type SweptDeps = { readonly source: RepairSource; readonly tables: KnownTables };

/** Honest rows that rest, as the manifest declares it, on the row version that a change of the attack wrote. */
export function listResting(deps: DependentDeps, table: KnownTable, life: RowLife, recorded: RecordedChange): Dependent[] {
  const { after } = recorded.change;
  if (after === null || table.restingOn.length === 0) return [];
  const key = keyOf(table, after);
  const found: Dependent[] = [];
  for (const { table: resting, columns } of table.restingOn) {
    const values = valuesOf(columns, Object.values(key));
    const known = deps.tables.get(resting);
    if (known === undefined || values === undefined) continue;
    for (const holding of eachHolding(deps, resting, values, recorded.place)) {
      const row = holding.change.after;
      if (row === null || deps.isAttack(holding) || !isPutThere(deps, known, holding, columns)) continue;
      const text = `basis ${resting} ${keyText(keyOf(known, row))}`;
      if (life.told.has(text)) continue;
      life.told.add(text);
      const detail = `it rests on ${table.target} ${keyForPeople(key)}, which the attack wrote`;
      found.push(told('basis.compromised', known, row, detail.slice(0, 1000), holding.origin));
      if (found.length >= REFERRERS_LIMIT) return found;
    }
  }
  return found;
}

/** Honest rows that refer to a row which the attack added and which is to be deleted. */
export function listReferring(deps: DependentDeps, table: KnownTable, key: RowImage, recorded: RecordedChange): Dependent[] {
  const row = { ...recorded.change.after, ...key };
  const found: Dependent[] = [];
  const seen = new Set<string>();
  for (const { table: child, foreignKey } of table.referredBy) {
    const known = deps.tables.get(child);
    const values = valuesOf(
      foreignKey.columns,
      foreignKey.referenced.map((column) => row[column] ?? null),
    );
    if (known === undefined || values === undefined) continue;
    for (const holding of eachHolding(deps, child, values, recorded.place)) {
      const image = holding.change.after;
      if (image === null || deps.isAttack(holding) || !isPutThere(deps, known, holding, foreignKey.columns)) continue;
      const text = `${child} ${keyText(keyOf(known, image))}`;
      if (seen.has(text)) continue;
      seen.add(text);
      if (!stillHolds(deps, known, keyOf(known, image), values)) continue;
      const detail = `it refers to ${table.target} ${keyForPeople(key)}, which the attack added: that row cannot go`;
      found.push(told('row.referred_to', known, image, detail.slice(0, 1000), holding.origin));
      if (found.length >= REFERRERS_LIMIT) return found;
    }
  }
  return found;
}

/**
 * Rows that an honest deletion swept along, since they referred to a row that only the attack had put in its way: they are
 * gone, or refer to nothing, and would not be without the attack.
 */
export function listSwept(deps: SweptDeps, sweptAt: Place): Dependent[] {
  const changes: RecordedChange[] = [];
  for (const recorded of eachChange(deps.source, sweptAt.sequence, 'oldest')) {
    if (recorded.change.before !== null) changes.push(recorded);
    if (changes.length >= REFERRERS_LIMIT) break;
  }
  const found: Dependent[] = [];
  const gone = changes.filter(({ place }) => place.index === sweptAt.index);
  for (const { change } of gone) {
    const table = deps.tables.get(change.table);
    for (const { table: child, foreignKey } of table?.referredBy ?? []) {
      const values = valuesOf(
        foreignKey.columns,
        foreignKey.referenced.map((column) => change.before?.[column] ?? null),
      );
      const known = deps.tables.get(child);
      if (values === undefined || known === undefined || table === undefined) continue;
      for (const recorded of changes) {
        const row = recorded.change.before;
        if (recorded.change.table !== child || row === null || gone.includes(recorded) || !holds(row, values)) continue;
        if (recorded.change.kind === 'delete') gone.push(recorded);
        const what = recorded.change.kind === 'delete' ? 'deleted' : 'set free';
        const detail = `it was ${what} with ${table.target} ${keyForPeople(keyOf(table, change.before ?? {}))}, whose place the attack had changed`;
        found.push(told('cell.changed_later', known, row, detail.slice(0, 1000), recorded.origin));
      }
    }
  }
  return found;
}

function holds(row: RowImage, values: RowImage): boolean {
  return Object.entries(values).every(([column, value]) => (row[column] ?? null) === value);
}

// What the newest honest change of these cells says; an attack's later change is taken back anyway.
function stillHolds(deps: DependentDeps, table: KnownTable, key: RowImage, values: RowImage): boolean {
  const newest = deps.source.listRowChanges(table.recorded, key, { order: 'newest', beyond: null, limit: PAGE });
  const columns = Object.keys(values);
  const honest = newest.find((recorded) => !deps.isAttack(recorded) && isPutThere(deps, table, recorded, columns));
  // An honest change put them there once: behind a page of others it is taken to be the newest.
  if (honest === undefined) return true;
  const row = honest.change.after;
  return row !== null && holds(row, values);
}

// A row that is taken away and added again in one transaction is saved: that wrote what differs, no more [U38].
function isPutThere({ source }: DependentDeps, table: KnownTable, recorded: RecordedChange, columns: readonly string[]): boolean {
  const { kind, after, unresolved } = recorded.change;
  if (kind === 'delete') return !isAddedAgain(source, table, recorded);
  const before = kind === 'insert' ? findTakenAway(source, table, recorded) : recorded.change.before;
  if (before === null || after === null) return true;
  const changed = [...changedCells(table, before, after, unresolved)].map(([column]) => column);
  return changed.some((column) => columns.includes(column));
}

function* eachHolding(deps: DependentDeps, table: string, values: RowImage, from: Place): Generator<RecordedChange> {
  let page: Page<Place> = { order: 'oldest', beyond: from, limit: PAGE };
  for (;;) {
    const found = deps.source.listHolding(table, values, page);
    yield* found;
    const last = found.at(-1);
    if (last === undefined || found.length < PAGE) return;
    page = { ...page, beyond: last.place };
  }
}

/** Null in any of them refers to nothing. */
function valuesOf(columns: readonly string[], values: readonly (string | null)[]): RowImage | undefined {
  const entries = columns.map((column, at) => [column, values[at] ?? null] as const);
  return entries.some(([, value]) => value === null) ? undefined : Object.fromEntries(entries);
}

function told(reason: Dependent['reason'], table: KnownTable, row: RowImage, detail: string, by: Origin): Dependent {
  return { reason, table: table.target, key: keyForPeople(keyOf(table, row)), detail, by };
}
