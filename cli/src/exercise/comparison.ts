import type { Snapshot } from './rows.store.ts';

/** A cell that differs between two snapshots; column `*` stands for a row that only one of them has. */
export type Cell = { readonly table: string; readonly key: string; readonly column: string };

/** Rows that count: not those of articles left out, whose slug a natural key begins with. */
export type Counted = (table: string, key: string) => boolean;

/** The cells in which two snapshots differ. */
export function listDifferences(one: Snapshot, other: Snapshot, isCounted: Counted): Cell[] {
  const cells: Cell[] = [];
  for (const [table, rows] of one.tables) {
    const others = other.tables.get(table) ?? new Map<string, string>();
    for (const key of new Set([...rows.keys(), ...others.keys()])) {
      if (!isCounted(table, key)) continue;
      for (const column of compareRows(rows.get(key), others.get(key))) cells.push({ table, key, column });
    }
  }
  return cells;
}

function compareRows(one: string | undefined, other: string | undefined): string[] {
  if (one === other) return [];
  if (one === undefined || other === undefined) return ['*'];
  const [left, right] = [parseRow(one), parseRow(other)];
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].filter(
    (column) => JSON.stringify(left[column]) !== JSON.stringify(right[column]),
  );
}

function parseRow(text: string): Record<string, unknown> {
  const parsed: unknown = JSON.parse(text);
  return typeof parsed === 'object' && parsed !== null ? Object.fromEntries(Object.entries(parsed)) : {};
}

export type Kept = { readonly cells: number; readonly kept: number };
export type Measured = {
  /** Cells in which the attacked estate, sealed, differed from the twin: all that the attack had done and that still stood. */
  readonly standing: number;
  /** Of those, cells that are as in the twin after the repair. */
  readonly undone: number;
  /** Cells that the repair changed. */
  readonly changed: number;
  /** Of those, cells that the attack had changed. */
  readonly changedOfAttack: number;
  readonly honest: Kept;
  /** What is not as in the twin after the repair. */
  readonly left: readonly Cell[];
};

/**
 * Measures a repair against the twin that knew no attack.
 * @param sealed the attacked estate at its seal, and the twin after the same honest requests;
 * @param repaired both after the repair, with the honest requests since;
 * @param known what differed already before this attack
 */
export function measureRepair(
  sealed: { readonly attacked: Snapshot; readonly twin: Snapshot },
  repaired: { readonly attacked: Snapshot; readonly twin: Snapshot },
  isCounted: Counted,
  known: readonly Cell[] = [],
): Measured {
  const earlier = namesOf(known);
  const list = (pair: typeof sealed) =>
    listDifferences(pair.attacked, pair.twin, isCounted).filter((cell) => !covers(earlier, cell));
  const attack = list(sealed);
  const left = list(repaired);
  const stillWrong = namesOf(left);
  const attacked = namesOf(attack);
  const since = namesOf(listDifferences(sealed.twin, repaired.twin, isCounted));
  // What honest people changed since the seal was not changed by the repair, and what differed before is nobody's.
  const changed = listDifferences(sealed.attacked, repaired.attacked, isCounted).filter(
    (cell) => (!covers(since, cell) || covers(attacked, cell)) && !covers(earlier, cell),
  );
  return {
    standing: attack.length,
    undone: attack.filter((cell) => !covers(stillWrong, cell)).length,
    changed: changed.length,
    changedOfAttack: changed.filter((cell) => covers(attacked, cell)).length,
    honest: countKept(repaired.twin, left, isCounted),
    left,
  };
}

/** Cells of the twin that stand in the attacked estate as well. */
function countKept(twin: Snapshot, left: readonly Cell[], isCounted: Counted): Kept {
  let cells = 0;
  let lost = 0;
  const wrong = new Map<string, number>();
  for (const { table, key, column } of left) {
    const name = `${table} ${key}`;
    wrong.set(name, column === '*' ? Number.POSITIVE_INFINITY : (wrong.get(name) ?? 0) + 1);
  }
  for (const [table, rows] of twin.tables)
    for (const [key, row] of rows) {
      if (!isCounted(table, key)) continue;
      const columns = Object.keys(parseRow(row)).length;
      cells += columns;
      lost += Math.min(columns, wrong.get(`${table} ${key}`) ?? 0);
    }
  return { cells, kept: cells - lost };
}

function namesOf(cells: readonly Cell[]): ReadonlySet<string> {
  return new Set(cells.map(nameOf));
}

function nameOf({ table, key, column }: Cell): string {
  return `${table} ${key} ${column}`;
}

/** Whether a set names a cell, or its whole row. */
function covers(names: ReadonlySet<string>, cell: Cell): boolean {
  return names.has(nameOf(cell)) || names.has(nameOf({ ...cell, column: '*' }));
}

/** A share of a whole; of nothing, all. */
export function ratio(part: number, whole: number): number {
  return whole === 0 ? 1 : part / whole;
}
