import type { MergeClass, RowImage } from '@bulkhead/contracts';
import { changedParts, doPartsMeet } from './merge.rules.ts';
import { comparePlaces, type Origin, type Place, type RecordedChange } from './source.ts';
import { isStored, type KnownTable, mergeOf } from './table.rules.ts';

export type Author = 'attack' | 'honest';

/** The last honest change of a cell, or of a part of one. */
export type LastWriter = { readonly place: Place; readonly origin: Origin; readonly value: string | null };

/** A stretch of a row's life from its being added to its being taken away. Taken away and added again by the attack is one. */
export type Incarnation = {
  /** Null: it began before the attack did. */
  from: Place | null;
  bornBy: Author | null;
  to: Place | null;
  /** `truncate`: it went without being told of one by one; a copy brings it back. */
  diedBy: Author | 'truncate' | null;
  diedAs: Origin | null;
  /** The honest row that came into its place after the attack had taken it away. */
  takenBy: Origin | null;
  /** Column, or column and part → who wrote it last, of the honest. */
  readonly writers: Map<string, LastWriter>;
  lastHonest: { readonly place: Place; readonly origin: Origin } | null;
  /** Where the attack added the row again that it had taken away → the row as it had been. */
  readonly readded: Map<string, RowImage>;
};

/** What a repair must know of a row's life since the attack began: small, however long the life is. */
export type RowLife = {
  readonly incarnations: readonly Incarnation[];
  /** What was told of the row already: it is told once. */
  readonly told: Set<string>;
};

export const placeText = ({ sequence, index }: Place) => `${sequence}.${index}`;

/** Folds the changes of a row, oldest first. */
export class LifeFold {
  readonly #table: KnownTable;
  readonly #incarnations: Incarnation[] = [begin(null, null)];
  /** The row as it was taken away last, while whoever took it may still add it again. */
  #takenAway: { readonly row: RowImage; readonly author: Author; readonly place: Place } | undefined;
  #hasBegun = false;

  constructor(table: KnownTable) {
    this.#table = table;
  }

  add(recorded: RecordedChange, author: Author): void {
    const { before, after } = recorded.change;
    if (recorded.change.kind === 'delete') this.#die(recorded, author);
    else if (recorded.change.kind === 'insert') this.#beBorn(recorded, author);
    else if (after !== null && author === 'honest') noteHonest(this.#last(), this.#table, recorded, before, after);
    this.#hasBegun = true;
  }

  /** An honest row was moved into the place of this one. */
  addMoveIn(recorded: RecordedChange, author: Author): void {
    if (author === 'honest') this.#last().takenBy = recorded.origin;
  }

  finish(): RowLife {
    return { incarnations: this.#incarnations, told: new Set() };
  }

  #last(): Incarnation {
    const last = this.#incarnations.at(-1) ?? begin(null, null);
    if (this.#incarnations.length === 0) this.#incarnations.push(last);
    return last;
  }

  #die({ place, origin, change }: RecordedChange, author: Author): void {
    const last = this.#last();
    last.to = place;
    last.diedBy = author;
    last.diedAs = origin;
    this.#takenAway = change.before === null ? undefined : { row: change.before, author, place };
  }

  #beBorn({ place, origin, change }: RecordedChange, author: Author): void {
    const last = this.#last();
    const takenAway = this.#takenAway;
    this.#takenAway = undefined;
    const isSameAuthor = takenAway !== undefined && takenAway.author === author && last.diedBy === author;
    if (author === 'attack' && isSameAuthor && last.bornBy !== 'attack') {
      Object.assign(last, { to: null, diedBy: null, diedAs: null });
      last.readded.set(placeText(place), takenAway.row);
      return;
    }
    // Many applications save a row by taking it away and adding it again: an honest one that does wrote what it changed, no more.
    if (author === 'honest' && isSameAuthor && takenAway.place.sequence === place.sequence) {
      Object.assign(last, { to: null, diedBy: null, diedAs: null });
      noteHonest(last, this.#table, { place, origin, change }, takenAway.row, change.after ?? {});
      return;
    }
    if (last.diedBy === null && this.#hasBegun) Object.assign(last, { to: place, diedBy: 'truncate' });
    if (author === 'honest' && this.#hasBegun && last.diedBy !== 'honest') last.takenBy = origin;
    const next = begin(place, author);
    this.#incarnations.push(next);
    if (author === 'honest' && change.after !== null) noteHonest(next, this.#table, { place, origin, change }, {}, change.after);
  }
}

function begin(from: Place | null, bornBy: Author | null): Incarnation {
  return {
    from,
    bornBy,
    to: null,
    diedBy: null,
    diedAs: null,
    takenBy: null,
    writers: new Map(),
    lastHonest: null,
    readded: new Map(),
  };
}

function noteHonest(
  incarnation: Incarnation,
  table: KnownTable,
  { place, origin, change }: RecordedChange,
  before: RowImage | null,
  after: RowImage,
): void {
  for (const [column, value] of changedCells(table, before ?? {}, after, change.unresolved)) {
    const merge = mergeOf(table, column);
    if (merge === 'derived') continue;
    incarnation.lastHonest = { place, origin };
    const writer = { place, origin, value: value.to };
    const parts = changedParts(merge, value.from, value.to);
    if (parts === undefined) incarnation.writers.set(column, writer);
    for (const part of parts ?? []) incarnation.writers.set(`${column}\0${part}`, writer);
  }
}

/** The cells that a change wrote otherwise than they stood. What is not known was not written. */
export function* changedCells(
  table: KnownTable,
  before: RowImage,
  after: RowImage,
  unresolved: readonly string[],
): Generator<[string, { readonly from: string | null; readonly to: string | null }]> {
  for (const [column, value] of Object.entries(after)) {
    const from = before[column] ?? null;
    if (from === value || unresolved.includes(column) || !isStored(table, column)) continue;
    yield [column, { from, to: value }];
  }
}

/** The stretch of life that a place stands in. */
export function incarnationAt(life: RowLife, place: Place): Incarnation | undefined {
  return life.incarnations.findLast(
    ({ from, to }) => (from === null || comparePlaces(from, place) <= 0) && (to === null || comparePlaces(place, to) <= 0),
  );
}

/** The honest person who wrote a cell after `place`, if any. */
export function writerAfter(incarnation: Incarnation, column: string, place: Place): LastWriter | undefined {
  const writer = incarnation.writers.get(column);
  return writer && comparePlaces(writer.place, place) > 0 ? writer : undefined;
}

/** Honest writers, after `place`, of parts that meet one of `parts`. */
export function partWritersAfter(
  incarnation: Incarnation,
  column: string,
  merge: MergeClass,
  parts: readonly string[],
  place: Place,
): { readonly part: string; readonly writer: LastWriter }[] {
  const prefix = `${column}\0`;
  const found: { part: string; writer: LastWriter }[] = [];
  for (const [key, writer] of incarnation.writers) {
    if (!key.startsWith(prefix) || comparePlaces(writer.place, place) <= 0) continue;
    const touched = key.slice(prefix.length);
    for (const part of parts) if (doPartsMeet(merge, part, touched)) found.push({ part, writer });
  }
  return found;
}
