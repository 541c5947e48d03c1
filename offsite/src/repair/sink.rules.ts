import type { Dependent, RepairPlan, RepairStep } from '@bulkhead/contracts';

/** Where a planner puts what it finds. */
export type PlanSink = {
  /** Resolves when there is room for more. */
  readonly putStep: (step: RepairStep) => Promise<void> | undefined;
  readonly tell: (dependent: Dependent) => void;
  readonly countChange: () => void;
  readonly countTransaction: () => void;
  readonly takeFromCopy: (table: string, beforeLsn: string) => void;
};

/** The counts of a plan, while it is made. */
export type PlanCount = Pick<
  RepairPlan,
  'transactions' | 'changes' | 'steps' | 'tables' | 'dependents' | 'dependentCount' | 'fromCopy'
>;

const DEPENDENTS_LIMIT = 10_000;
const COPIES_LIMIT = 1000;
const KIND_COUNTS = { update: 'updates', insert: 'inserts', delete: 'deletes' } as const;

/** Counts a plan together. */
export class PlanTally {
  readonly #tables = new Map<string, { table: string; updates: number; inserts: number; deletes: number }>();
  readonly #dependents: Dependent[] = [];
  readonly #fromCopy = new Map<string, { table: string; beforeLsn: string }>();
  #dependentCount = 0;
  #transactions = 0;
  #changes = 0;
  #steps = 0;

  readonly tell = (dependent: Dependent): void => {
    this.#dependentCount += 1;
    if (this.#dependents.length < DEPENDENTS_LIMIT) this.#dependents.push(dependent);
  };
  readonly countChange = (): void => {
    this.#changes += 1;
  };
  readonly countTransaction = (): void => {
    this.#transactions += 1;
  };
  readonly takeFromCopy = (table: string, beforeLsn: string): void => {
    const key = `${table} ${beforeLsn}`;
    if (this.#fromCopy.size < COPIES_LIMIT) this.#fromCopy.set(key, { table, beforeLsn });
  };

  countStep({ table, kind }: RepairStep): void {
    const counts = this.#tables.get(table) ?? { table, updates: 0, inserts: 0, deletes: 0 };
    counts[KIND_COUNTS[kind]] += 1;
    this.#tables.set(table, counts);
    this.#steps += 1;
  }

  read(): PlanCount {
    return {
      transactions: this.#transactions,
      changes: this.#changes,
      steps: this.#steps,
      tables: [...this.#tables.values()].toSorted((left, right) => (left.table < right.table ? -1 : 1)),
      dependents: this.#dependents,
      dependentCount: this.#dependentCount,
      fromCopy: [...this.#fromCopy.values()],
    };
  }
}

/** What cannot be mapped onto the tables of today, counted: a migration came in between. */
export class Unmapped {
  readonly #counts = new Map<string, { readonly table: string; readonly column: string | null; changes: number }>();

  count(table: string, column: string | null): void {
    const key = JSON.stringify([table, column]);
    const counted = this.#counts.get(key) ?? { table, column, changes: 0 };
    counted.changes += 1;
    this.#counts.set(key, counted);
  }

  list(): Dependent[] {
    return [...this.#counts.values()].map(({ table, column, changes }) => ({
      reason: 'history.unknown',
      table,
      key: null,
      detail:
        column === null
          ? `the table is gone: ${changes} changes of its rows were left out`
          : `the column ${column} is gone: ${changes} changes of it were left out`,
      by: null,
    }));
  }
}
