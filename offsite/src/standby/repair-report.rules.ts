import type { Dependent, RepairOutcome, RepairStep } from '@bulkhead/contracts';

const DEPENDENTS_LIMIT = 10_000;

/** What a repair did, counted while it goes on. */
export class RepairReport {
  readonly #dependents = new Map<number, Dependent>();
  #told = 0;
  readonly #lostColumns = new Set<string>();
  #dependentCount = 0;
  #applied = 0;
  #kept = 0;
  #tombstones = 0;
  #validated = 0;

  apply(steps = 1): void {
    this.#applied += steps;
  }

  keep(cells = 1): void {
    this.#kept += cells;
  }

  entomb(): void {
    this.#tombstones += 1;
  }

  validate(constraints: number): void {
    this.#validated += constraints;
  }

  /** @returns a number by which it can be taken back */
  tell(reason: Dependent['reason'], table: string, key: readonly (string | null)[], detail: string): number {
    this.#dependentCount += 1;
    this.#told += 1;
    if (this.#dependents.size >= DEPENDENTS_LIMIT) return this.#told;
    const text = key.map((value) => value ?? '').join(',');
    this.#dependents.set(this.#told, { reason, table, key: text.slice(0, 1000), detail: detail.slice(0, 1000), by: null });
    return this.#told;
  }

  /** What a person was told of came right after all. */
  retract(told: number): void {
    if (this.#dependents.delete(told)) this.#dependentCount -= 1;
  }

  /** Once for each column. */
  tellColumn(table: string, column: string): void {
    const name = `${table}.${column}`;
    if (this.#lostColumns.has(name)) return;
    this.#lostColumns.add(name);
    this.tell('history.unknown', table, [], `the column ${column} is gone: what stood in it was left out`);
  }

  finish(plan: string, xid: string): RepairOutcome {
    return {
      plan,
      xid,
      applied: this.#applied,
      kept: this.#kept,
      tombstones: this.#tombstones,
      dependents: [...this.#dependents.values()],
      dependentCount: this.#dependentCount,
      validated: this.#validated,
    };
  }
}

const STEPS_AT_ONCE = 5000;
const BYTES_AT_ONCE = 8_388_608;

/** Steps that one statement can carry out: of one kind, table and set of columns, and no row twice. */
export class StepBatch {
  readonly steps: RepairStep[] = [];
  readonly #keys = new Set<string>();
  #shape = '';
  #bytes = 0;

  /** @returns whether the step was taken; if not, what is here comes first */
  take(step: RepairStep, primaryKey: readonly string[]): boolean {
    const [shape, key] = [shapeOf(step), keyTextOf(step, primaryKey)];
    const isFull = this.steps.length >= STEPS_AT_ONCE || this.#bytes >= BYTES_AT_ONCE;
    if (this.steps.length > 0 && (shape !== this.#shape || this.#keys.has(key) || isFull)) return false;
    this.#shape = shape;
    this.#keys.add(key);
    this.#bytes += sizeOf(step);
    this.steps.push(step);
    return true;
  }
}

/** The key of a step's row, as it stands before the step. */
export function keyOfStep(step: RepairStep, primaryKey: readonly string[]): (string | null)[] {
  const image = step.kind === 'insert' ? step.row : step.key;
  return (primaryKey.length > 0 ? primaryKey : Object.keys(image)).map((column) => image[column] ?? null);
}

function keyTextOf(step: RepairStep, primaryKey: readonly string[]): string {
  return JSON.stringify(keyOfStep(step, primaryKey));
}

function shapeOf(step: RepairStep): string {
  if (step.kind === 'update')
    return JSON.stringify([step.kind, step.table, Object.keys(step.key), step.cells.map(({ column }) => column)]);
  return JSON.stringify([step.kind, step.table, Object.keys(step.kind === 'insert' ? step.row : step.expected)]);
}

function sizeOf(step: RepairStep): number {
  if (step.kind === 'update')
    return step.cells.reduce((bytes, { from, to }) => bytes + (from?.length ?? 0) + (to?.length ?? 0), 100);
  const image = step.kind === 'insert' ? step.row : step.expected;
  return Object.values(image).reduce((bytes, value) => bytes + (value?.length ?? 0), 100);
}
