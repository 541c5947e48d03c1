import type { RowImage } from '@bulkhead/contracts';
import { type Author, LifeFold, type RowLife } from './life.rules.ts';
import { comparePlaces, type Place, type RecordedChange, type RepairSource } from './source.ts';
import { type KnownTable, keyOf, keyText } from './table.rules.ts';

const PAGE = 500;

export type TraceDeps = {
  readonly source: Pick<RepairSource, 'listRowChanges'>;
  /** Where the attack began: nothing before it matters. */
  readonly floor: Place;
  readonly authorOf: (recorded: RecordedChange) => Author;
};

/** A row's life since the attack began, through changed keys both ways, and the places of the attack's changes in it. */
export type TracedRow = { readonly life: RowLife; readonly attackPlaces: readonly Place[] };

/** Follows the row that `start`, a change of the attack, changed. One look-up, as long as its key stays the same. */
export function traceRow(deps: TraceDeps, table: KnownTable, start: RecordedChange): TracedRow {
  const fold = new LifeFold(table);
  const attackPlaces: Place[] = [];
  for (const { recorded, isMoveIn } of followRow(deps, table, start)) {
    const author = deps.authorOf(recorded);
    if (isMoveIn) fold.addMoveIn(recorded, author);
    else {
      fold.add(recorded, author);
      if (author === 'attack') attackPlaces.push(recorded.place);
    }
  }
  return { life: fold.finish(), attackPlaces };
}

type Followed = { readonly recorded: RecordedChange; readonly isMoveIn: boolean };

function* followRow(deps: TraceDeps, table: KnownTable, start: RecordedChange): Generator<Followed> {
  const { oldKey, newKey } = keysOf(table, start);
  const only = newKey ?? oldKey;
  if (only === undefined) return;
  const isKept = oldKey === undefined || newKey === undefined || keyText(oldKey) === keyText(newKey);
  if (isKept) {
    const [first] = pages(deps, table, only, deps.floor);
    if (first !== undefined && first.length < PAGE && first.every((recorded) => keepsKey(table, recorded))) {
      for (const recorded of first) yield { recorded, isMoveIn: false };
      return;
    }
  }
  for (const recorded of followBack(deps, table, start, oldKey ?? only).toReversed()) yield { recorded, isMoveIn: false };
  yield { recorded: start, isMoveIn: false };
  yield* followOn(deps, table, start, only, newKey !== undefined);
}

function followBack(deps: TraceDeps, table: KnownTable, start: RecordedChange, from: RowImage): RecordedChange[] {
  const found: RecordedChange[] = [];
  let key = from;
  let isBorn = start.change.kind === 'insert';
  let place = start.place;
  for (let hasMore = true; hasMore; ) {
    hasMore = false;
    const wanted = keyText(key);
    for (const recorded of eachBack(deps, table, key, place)) {
      const { oldKey, newKey } = keysOf(table, recorded);
      const isLeaving = oldKey !== undefined && keyText(oldKey) === wanted && newKey !== undefined && keyText(newKey) !== wanted;
      if (isLeaving || (isBorn && newKey !== undefined)) return found;
      found.push(recorded);
      isBorn = recorded.change.kind === 'insert';
      place = recorded.place;
      if (!isBorn && oldKey !== undefined && keyText(oldKey) !== wanted) {
        key = oldKey;
        hasMore = true;
        break;
      }
    }
  }
  return found;
}

function* followOn(
  deps: TraceDeps,
  table: KnownTable,
  start: RecordedChange,
  from: RowImage,
  lives: boolean,
): Generator<Followed> {
  let key = from;
  let isAlive = lives;
  let place = start.place;
  for (let hasMore = true; hasMore; ) {
    hasMore = false;
    const wanted = keyText(key);
    for (const recorded of eachOn(deps, table, key, place)) {
      const { oldKey, newKey } = keysOf(table, recorded);
      const isOwn = oldKey !== undefined && keyText(oldKey) === wanted;
      if (!isOwn && recorded.change.kind !== 'insert') {
        yield { recorded, isMoveIn: true };
        return;
      }
      if (isOwn && !isAlive) return;
      yield { recorded, isMoveIn: false };
      isAlive = newKey !== undefined;
      place = recorded.place;
      if (newKey !== undefined && keyText(newKey) !== wanted) {
        key = newKey;
        hasMore = true;
        break;
      }
    }
  }
}

/** Whether the row that a change took away comes back under its key with the next change of it, in the same transaction. */
export function isAddedAgain(source: TraceDeps['source'], table: KnownTable, { change, place }: RecordedChange): boolean {
  const page = { order: 'oldest', beyond: place, limit: 1 } as const;
  const [next] = source.listRowChanges(table.recorded, keyOf(table, change.before ?? {}), page);
  return next?.change.kind === 'insert' && next.place.sequence === place.sequence;
}

/** The row as it stood under the key of one that was added, if the change before took it away in the same transaction. */
export function findTakenAway(
  source: TraceDeps['source'],
  table: KnownTable,
  { change, place }: RecordedChange,
): RowImage | null {
  const page = { order: 'newest', beyond: place, limit: 1 } as const;
  const [last] = source.listRowChanges(table.recorded, keyOf(table, change.after ?? {}), page);
  return last?.change.kind === 'delete' && last.place.sequence === place.sequence ? last.change.before : null;
}

/** The keys of a row before and after a change. */
export function keysOf(
  table: KnownTable,
  { change }: RecordedChange,
): { readonly oldKey: RowImage | undefined; readonly newKey: RowImage | undefined } {
  const oldKey = change.before === null ? undefined : keyOf(table, change.before);
  const newKey = change.after === null ? undefined : keyOf(table, change.after);
  // Without an old image an update left its key as it was, as far as anybody knows.
  return { oldKey: change.kind === 'update' ? (oldKey ?? newKey) : oldKey, newKey };
}

function keepsKey(table: KnownTable, recorded: RecordedChange): boolean {
  const { oldKey, newKey } = keysOf(table, recorded);
  return oldKey === undefined || newKey === undefined || keyText(oldKey) === keyText(newKey);
}

function* pages(deps: TraceDeps, table: KnownTable, key: RowImage, from: Place): Generator<readonly RecordedChange[]> {
  let beyond = from;
  for (;;) {
    const page = deps.source.listRowChanges(table.recorded, key, { order: 'oldest', beyond, limit: PAGE });
    yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    beyond = last.place;
  }
}

function* eachOn(deps: TraceDeps, table: KnownTable, key: RowImage, from: Place): Generator<RecordedChange> {
  for (const page of pages(deps, table, key, from)) yield* page;
}

function* eachBack(deps: TraceDeps, table: KnownTable, key: RowImage, from: Place): Generator<RecordedChange> {
  let beyond = from;
  for (;;) {
    const page = deps.source.listRowChanges(table.recorded, key, { order: 'newest', beyond, limit: PAGE });
    for (const recorded of page) {
      if (comparePlaces(recorded.place, deps.floor) <= 0) return;
      yield recorded;
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    beyond = last.place;
  }
}
