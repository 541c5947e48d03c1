import type { Dependent, RepairStep, RowImage } from '@bulkhead/contracts';
import { changedCells } from './life.rules.ts';
import type { Origin, RecordedChange } from './source.ts';
import { isStored, type KnownTable, keyForPeople, keyOf, keyText, mergeOf, storedImage } from './table.rules.ts';
import type { Decision } from './undo.rules.ts';

/** How a row of the clean copy differs from the one that honest people saw. */
type Shadow = {
  /** The attack added it: the copy has no such row. */
  readonly isAdded: boolean;
  /** The attack deleted it: the copy has it, as it is here. */
  deleted: RowImage | null;
  /** Honest people took it away, as it is here, and add it again in the same transaction. */
  saved: RowImage | null;
  /** Cells that the attack wrote → what stands in the copy. */
  readonly cells: Map<string, string | null>;
  readonly told: Set<string>;
};

const NOTHING: Decision = { steps: [], dependents: [] };

/**
 * Walks through history from a clean point on: keeps in mind what the attack did, and gives the honest changes as they
 * must be done in a copy where it did not happen. Holds one entry for each row of the attack.
 */
export class Redo {
  readonly #shadows = new Map<string, Shadow>();

  /** A change of the attack: not done again. */
  leaveOut(table: KnownTable, recorded: RecordedChange): Decision {
    const { before, after, kind } = recorded.change;
    if (kind === 'insert' && after !== null) return this.#leaveInsert(table, after);
    if (kind === 'delete' && before !== null) this.#leaveDelete(table, before);
    if (kind === 'update' && before !== null && after !== null) this.#leaveUpdate(table, recorded, before, after);
    return NOTHING;
  }

  /**
   * An honest change, as it is to be done in the clean copy.
   * @param isAddedAgain whether the row that this change takes away is added again by the same transaction; asked for rows of the attack only
   */
  doAgain(table: KnownTable, recorded: RecordedChange, isAddedAgain: () => boolean): Decision {
    const { before, after, kind } = recorded.change;
    if (kind === 'insert' && after !== null) return this.#insert(table, recorded, after);
    if (before !== null && kind === 'delete') return this.#delete(table, recorded, before, isAddedAgain);
    if (before !== null && after !== null) return this.#update(table, recorded, before, after);
    const detail = 'history does not hold the row as it was: the change was not done again';
    return tell(table, after ?? {}, 'history.unknown', detail, recorded.origin);
  }

  /** What was told of a row already. */
  toldOf(table: KnownTable, row: RowImage): Set<string> {
    return this.#shadows.get(slot(table, row))?.told ?? new Set();
  }

  #leaveInsert(table: KnownTable, after: RowImage): Decision {
    const place = slot(table, after);
    const shadow = this.#shadows.get(place);
    if (shadow?.deleted) {
      for (const [column, value] of Object.entries(shadow.deleted)) {
        const isWritten = isStored(table, column) && value !== (after[column] ?? null);
        if (isWritten && mergeOf(table, column) === 'replace') shadow.cells.set(column, value);
      }
      shadow.deleted = null;
    } else this.#shadows.set(place, newShadow(true));
    const dependents = table.effects.flatMap((what) => tell(table, after, 'effect.outside', what, null).dependents);
    return { steps: [], dependents };
  }

  #leaveDelete(table: KnownTable, before: RowImage): void {
    const place = slot(table, before);
    const shadow = this.#shadows.get(place) ?? newShadow(false);
    if (shadow.isAdded) this.#shadows.delete(place);
    else {
      shadow.deleted = { ...before, ...Object.fromEntries(shadow.cells) };
      this.#shadows.set(place, shadow);
    }
  }

  #leaveUpdate(table: KnownTable, { change }: RecordedChange, before: RowImage, after: RowImage): void {
    const shadow = this.#shadows.get(slot(table, before)) ?? newShadow(false);
    for (const [column, { from }] of changedCells(table, before, after, change.unresolved)) {
      if (!shadow.cells.has(column) && mergeOf(table, column) === 'replace') shadow.cells.set(column, from);
    }
    this.#shadows.delete(slot(table, before));
    this.#shadows.set(slot(table, after), shadow);
  }

  #insert(table: KnownTable, recorded: RecordedChange, after: RowImage): Decision {
    const { origin } = recorded;
    const place = slot(table, after);
    const shadow = this.#shadows.get(place);
    const saved = shadow?.saved;
    if (shadow && saved) {
      shadow.saved = null;
      return this.#update(table, recorded, saved, after);
    }
    this.#shadows.delete(place);
    if (!shadow?.deleted) return step({ kind: 'insert', table: table.target, row: storedImage(table, after), origin });
    const deleted = shadow.deleted;
    const detail = 'the attack deleted the row and another was added under its key: the row takes its contents';
    const { dependents } = tell(table, after, 'unique.taken', detail, origin);
    const cells = [...changedCells(table, deleted, after, [])].map(([column, way]) => ({
      column,
      ...way,
      merge: 'replace' as const,
    }));
    if (cells.length === 0) return { steps: [], dependents };
    return { steps: [{ kind: 'update', table: table.target, key: keyOf(table, deleted), cells, origin }], dependents };
  }

  #delete(table: KnownTable, { origin }: RecordedChange, before: RowImage, isAddedAgain: () => boolean): Decision {
    const place = slot(table, before);
    const shadow = this.#shadows.get(place);
    // Many applications save a row by taking it away and adding it again: who does wrote what differs, no more [U38].
    if (shadow && isAddedAgain()) {
      shadow.saved = before;
      return NOTHING;
    }
    this.#shadows.delete(place);
    if (shadow?.isAdded) return NOTHING;
    const image = storedImage(table, shadowed(before, shadow));
    const expected = Object.fromEntries(Object.entries(image).filter(([column]) => mergeOf(table, column) === 'replace'));
    const deletion: RepairStep = { kind: 'delete', table: table.target, key: keyOf(table, image), expected, origin };
    if (!shadow || shadow.cells.size === 0) return step(deletion);
    const detail = 'the row that the attack changed was deleted later: it stays deleted';
    return { steps: [deletion], dependents: tell(table, before, 'cell.changed_later', detail, origin).dependents };
  }

  #update(table: KnownTable, { origin, change }: RecordedChange, before: RowImage, after: RowImage): Decision {
    const shadow = this.#shadows.get(slot(table, before));
    if (shadow?.isAdded) {
      this.#move(table, before, after, shadow);
      const detail = 'somebody changed a row that the attack had added: it is not in the copy';
      return tellOnce(shadow, 'added', tell(table, after, 'cell.changed_later', detail, origin));
    }
    const key = keyOf(table, shadowed(before, shadow));
    const cells = [];
    const dependents: Dependent[] = [];
    for (const [column, { from, to }] of changedCells(table, before, after, change.unresolved)) {
      const merge = mergeOf(table, column);
      if (merge === 'derived') continue;
      const wasAttacked = shadow?.cells.has(column) === true;
      const stands = wasAttacked ? (shadow?.cells.get(column) ?? null) : from;
      if (stands !== to) cells.push({ column, from: stands, to, merge });
      if (!wasAttacked || !shadow) continue;
      shadow.cells.delete(column);
      const detail = `${column} was changed again after the attack: the later change is kept`;
      dependents.push(...tellOnce(shadow, column, tell(table, after, 'cell.changed_later', detail, origin)).dependents);
    }
    if (shadow) this.#move(table, before, after, shadow);
    return { steps: cells.length === 0 ? [] : [{ kind: 'update', table: table.target, key, cells, origin }], dependents };
  }

  #move(table: KnownTable, before: RowImage, after: RowImage, shadow: Shadow): void {
    this.#shadows.delete(slot(table, before));
    this.#shadows.set(slot(table, after), shadow);
  }
}

function newShadow(isAdded: boolean): Shadow {
  return { isAdded, deleted: null, saved: null, cells: new Map(), told: new Set() };
}

function slot(table: KnownTable, row: RowImage): string {
  return `${table.recorded} ${keyText(keyOf(table, row))}`;
}

function shadowed(row: RowImage, shadow: Shadow | undefined): RowImage {
  return shadow ? { ...row, ...Object.fromEntries(shadow.cells) } : row;
}

function step(one: RepairStep): Decision {
  return { steps: [one], dependents: [] };
}

function tell(table: KnownTable, row: RowImage, reason: Dependent['reason'], detail: string, by: Origin | null): Decision {
  const key = keyForPeople(keyOf(table, row));
  return { steps: [], dependents: [{ reason, table: table.target, key, detail: detail.slice(0, 1000), by }] };
}

function tellOnce(shadow: Shadow, what: string, decision: Decision): Decision {
  if (shadow.told.has(what)) return NOTHING;
  shadow.told.add(what);
  return decision;
}
