import type { RepairStep, RowImage } from '@bulkhead/contracts';

type Left = { readonly value: string | null; readonly told: readonly number[] };

/**
 * Cells that a step could not bring back, because a constraint stood in the way. The steps for what happened before take
 * the row and the cell to be as the refused step would have left them: they are set right here, and try again from what
 * stands.
 */
export class LeftCells {
  /** Where steps look for a row → where it stands. */
  readonly #keys = new Map<string, RowImage>();
  readonly #cells = new Map<string, Map<string, Left>>();

  has(step: RepairStep): boolean {
    if (step.kind === 'insert' || (this.#keys.size === 0 && this.#cells.size === 0)) return false;
    const name = nameOf(step.table, step.key);
    return this.#keys.has(name) || this.#cells.has(name);
  }

  /** The step as it is to be done on the row as it stands. */
  adjust<Step extends RepairStep>(step: Step): Step {
    if (step.kind === 'insert' || !this.has(step)) return step;
    const key = this.#keys.get(nameOf(step.table, step.key)) ?? step.key;
    const left = this.#cells.get(nameOf(step.table, key));
    const standing = (column: string, told: string | null) => {
      const cell = left?.get(column);
      return cell === undefined ? (key[column] ?? told) : cell.value;
    };
    if (step.kind === 'delete') {
      const expected = Object.fromEntries(
        Object.entries(step.expected).map(([column, value]) => [column, standing(column, value)] as const),
      );
      return { ...step, key, expected };
    }
    return { ...step, key, cells: step.cells.map((cell) => ({ ...cell, from: standing(cell.column, cell.from) })) };
  }

  /**
   * A cell stays as it is.
   * @param told by what numbers a person was told of it
   * @returns the numbers by which a person had been told of the same cell before
   */
  leave(step: Extract<RepairStep, { kind: 'update' }>, column: string, told: readonly number[]): readonly number[] {
    const name = nameOf(step.table, step.key);
    const cells = this.#cells.get(name) ?? new Map<string, Left>();
    this.#cells.set(name, cells);
    const before = cells.get(column)?.told ?? [];
    const cell = step.cells.find((one) => one.column === column);
    cells.set(column, { value: cell?.from ?? null, told });
    if (column in step.key && cell !== undefined)
      this.#keys.set(nameOf(step.table, { ...step.key, [column]: cell.to }), step.key);
    return before;
  }

  /** A cell came back after all. @returns the numbers by which a person was told that it had not; undefined if it was never left */
  settle(step: Extract<RepairStep, { kind: 'update' }>, column: string): readonly number[] | undefined {
    const cells = this.#cells.get(nameOf(step.table, step.key));
    const told = cells?.get(column)?.told;
    cells?.delete(column);
    return told;
  }
}

function nameOf(table: string, key: RowImage): string {
  return JSON.stringify([table, Object.values(key)]);
}
