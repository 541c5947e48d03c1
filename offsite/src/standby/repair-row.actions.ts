import type { RepairStep } from '@bulkhead/contracts';
import { violatedConstraint } from '@bulkhead/postgres';
import { mergeParts } from '#repair/merge.rules.ts';
import { tryStep } from './repair.store.ts';
import type { DeleteStep, InsertStep, UpdateStep } from './repair-batch.store.ts';
import { LeftCells } from './repair-left.rules.ts';
import { keyOfStep, type RepairReport } from './repair-report.rules.ts';
import {
  deleteRow,
  expectedCells,
  insertRow,
  type LockedRow,
  listReferrers,
  lockRow,
  updatedCells,
  type Writing,
  writeRow,
} from './repair-row.store.ts';
import { type CheckedKey, clashingColumns, isRefusal, type RepairSession, type RepairTable } from './repair-table.store.ts';

type Tombstone = { readonly table: string; readonly column: string; readonly value: string };

/** Carries out single steps: where a row stands otherwise than history tells, and where rows hang together. */
export class RowRepair {
  readonly #session: RepairSession;
  readonly #report: RepairReport;
  readonly #tombstones: ReadonlyMap<string, Tombstone>;
  readonly #left = new LeftCells();
  /** Rows that were to be added and were not: what stands under their keys is somebody else's. */
  readonly #notAdded = new Set<string>();

  constructor(session: RepairSession, report: RepairReport, tombstones: readonly Tombstone[]) {
    this.#session = session;
    this.#report = report;
    this.#tombstones = new Map(tombstones.map((one) => [one.table, one]));
  }

  /** Tells whether a step's row is not as the steps before it were to leave it. */
  isLeft(step: RepairStep): boolean {
    return this.#left.has(step);
  }

  async carryOut(table: RepairTable, planned: RepairStep): Promise<void> {
    const step = this.#left.adjust(planned);
    if (step.kind === 'update') await this.#update(table, step);
    else if (step.kind === 'insert') await this.#insert(table, step);
    else await this.#delete(table, step);
  }

  /** Takes a step back that left a row referring to nothing. @returns whether there was anything to take back */
  async takeBack(
    table: RepairTable,
    step: InsertStep | UpdateStep,
    stands: readonly (string | null)[],
    { columns, parentName }: CheckedKey,
  ): Promise<boolean> {
    const key = Object.fromEntries(table.primaryKey.map((column, at) => [column, stands[at] ?? null]));
    const cells =
      step.kind === 'insert'
        ? []
        : updatedCells(step)
            .filter(({ column }) => columns.includes(column))
            .map(({ column, from, to }) => ({ column, from: to, to: from }));
    if (step.kind === 'update' && cells.length === 0) return false;
    if (step.kind === 'insert' && this.#notAdded.has(JSON.stringify([table.name, keyOfStep(step, table.primaryKey)])))
      return false;
    const row = await lockRow(this.#session, table, key, cells);
    if (row === undefined || row.cells.some(({ isFrom }) => !isFrom)) return false;
    if (step.kind === 'insert') {
      await deleteRow(this.#session, table, row);
      this.#report.apply(-1);
    } else
      await writeRow(
        this.#session,
        table,
        row,
        cells.map(({ column, to }) => ({ column, value: to })),
      );
    this.#report.keep(Math.max(1, cells.length));
    const what = step.kind === 'insert' ? 'the row was not brought back' : `${columns.join(', ')} stays as it was`;
    const values = step.kind === 'insert' ? columns.map((column) => step.row[column]) : cells.map(({ from }) => from);
    this.#report.tell('reference.gone', table.name, stands, `${parentName} ${values.join(',')} is gone: ${what}`);
    return true;
  }

  async #update(table: RepairTable, step: UpdateStep): Promise<void> {
    const row = await lockRow(this.#session, table, step.key, updatedCells(step));
    if (row === undefined) {
      this.#keep(table, step, 'row.not_as_told', 'the row is gone: nothing was changed', step.cells.length);
      return;
    }
    const writings = await this.#freeOfReferrers(table, step, row, this.#writingsOf(table, step, row));
    if (await this.#write(table, step, row, writings)) this.#report.apply();
  }

  #writingsOf(table: RepairTable, step: UpdateStep, { cells }: LockedRow): Writing[] {
    const writings: Writing[] = [];
    for (const [at, { column, from, to, merge }] of step.cells.entries()) {
      const { current, isFrom, isTo } = cells[at] ?? { current: null, isFrom: false, isTo: false };
      if (isFrom) writings.push({ column, value: to });
      else if (merge === 'counter' && from !== null && to !== null && current !== null)
        writings.push({ column, takeAway: { from, to } });
      else if (!isTo) {
        const merged = merge === 'set' || merge === 'json-path' ? mergeParts(merge, { current, from, to }) : undefined;
        for (const part of merged?.kept ?? []) this.#keepCell(table, step, `${column} ${part}`);
        if (merged === undefined) this.#keepCell(table, step, column);
        else if (merged.value !== current) writings.push({ column, value: merged.value });
      }
    }
    return writings;
  }

  /** Without the cells by which rows refer to this one as it stands. */
  async #freeOfReferrers(table: RepairTable, step: UpdateStep, row: LockedRow, writings: Writing[]): Promise<Writing[]> {
    const looked = new Set(table.referredBy.flatMap(({ referenced }) => referenced));
    const columns = writings.map(({ column }) => column).filter((column) => looked.has(column));
    if (columns.length === 0) return writings;
    const referrers = await listReferrers(this.#session, table, row, columns);
    const wanted = (column: string) => step.cells.find((cell) => cell.column === column)?.to ?? 'nothing';
    const detail = (column: string) =>
      `it refers to ${table.name} ${nameOf(table, step)} by ${column}, which does not become ${wanted(column)}`;
    if (referrers.length === 0) return writings;
    for (const column of columns) {
      const told = referrers.map(({ table: child, key }) => this.#report.tell('row.referred_to', child, key, detail(column)));
      this.#leave(step, column, told);
    }
    return writings.filter(({ column }) => !columns.includes(column));
  }

  /** Writes what the server accepts: a unique value that is taken stays out, the rest is written. */
  async #write(table: RepairTable, step: UpdateStep, row: LockedRow, writings: readonly Writing[]): Promise<boolean> {
    if (writings.length === 0) return false;
    const tried = await tryStep(this.#session, isRefusal, () => writeRow(this.#session, table, row, writings));
    if ('done' in tried) {
      for (const { column } of writings) this.#settle(step, column);
      return true;
    }
    const clashing = clashingColumns(table, tried.refusal);
    const refused = writings.map(({ column }) => column).filter((column) => clashing?.includes(column) !== false);
    const key = keyOfStep(step, table.primaryKey);
    for (const column of refused) {
      const taken = `the value of ${column} stands in another row now: it was not brought back`;
      const told =
        clashing === undefined
          ? this.#report.tell('row.not_as_told', table.name, key, `${column}: ${refusalText(tried.refusal)}`)
          : this.#report.tell('unique.taken', table.name, key, taken);
      this.#leave(step, column, [told]);
    }
    if (refused.length === 0) this.#keep(table, step, 'unique.taken', refusalText(tried.refusal), writings.length);
    if (refused.length === 0) return false;
    return this.#write(
      table,
      step,
      row,
      writings.filter(({ column }) => !refused.includes(column)),
    );
  }

  #leave(step: UpdateStep, column: string, told: readonly number[]): void {
    const before = this.#left.leave(step, column, told);
    for (const number of before) this.#report.retract(number);
    if (before.length === 0) this.#report.keep();
  }

  #settle(step: UpdateStep, column: string): void {
    const told = this.#left.settle(step, column);
    if (told === undefined) return;
    for (const number of told) this.#report.retract(number);
    this.#report.keep(-1);
  }

  async #insert(table: RepairTable, step: InsertStep): Promise<void> {
    const tried = await tryStep(this.#session, isRefusal, () => insertRow(this.#session, table, step));
    if ('done' in tried && tried.done) return this.#report.apply();
    this.#notAdded.add(JSON.stringify([table.name, keyOfStep(step, table.primaryKey)]));
    if ('refusal' in tried && clashingColumns(table, tried.refusal) === undefined)
      return this.#keep(table, step, 'row.not_as_told', refusalText(tried.refusal));
    if (await this.#standsAlready(table, step)) return this.#report.apply();
    this.#keep(table, step, 'unique.taken', 'its key or a unique value of it stands in another row now: it was not brought back');
  }

  async #standsAlready(table: RepairTable, step: InsertStep): Promise<boolean> {
    if (table.primaryKey.length === 0) return false;
    const key = Object.fromEntries(table.primaryKey.map((column) => [column, step.row[column] ?? null]));
    const cells = Object.entries(step.row).map(([column, value]) => ({ column, from: value, to: value }));
    const row = await lockRow(this.#session, table, key, cells);
    return row?.cells.every(({ isFrom }) => isFrom) === true;
  }

  async #delete(table: RepairTable, step: DeleteStep): Promise<void> {
    const row = await lockRow(this.#session, table, step.key, expectedCells(step));
    // Gone is what it was to be.
    if (row === undefined) return this.#report.apply();
    const referrers = await listReferrers(this.#session, table, row);
    const isBuiltOn = row.cells.some(({ isFrom }) => !isFrom);
    if (referrers.length === 0 && !isBuiltOn) {
      await deleteRow(this.#session, table, row);
      return this.#report.apply();
    }
    const fate = await this.#entomb(table, step, row);
    for (const { table: child, key } of referrers)
      this.#report.tell('row.referred_to', child, key, `it refers to ${table.name} ${nameOf(table, step)}, which ${fate}`);
    if (isBuiltOn)
      this.#report.tell(
        'cell.changed_later',
        table.name,
        keyOfStep(step, table.primaryKey),
        `somebody changed the row: it ${fate}`,
      );
  }

  async #entomb(table: RepairTable, step: DeleteStep, row: LockedRow): Promise<string> {
    const mark = this.#tombstones.get(table.name);
    if (mark !== undefined && table.columns.has(mark.column)) {
      const tried = await tryStep(this.#session, isRefusal, () =>
        writeRow(this.#session, table, row, [{ column: mark.column, value: mark.value }]),
      );
      if ('done' in tried) {
        this.#report.entomb();
        return 'is marked as gone';
      }
      this.#report.tell('row.not_as_told', table.name, keyOfStep(step, table.primaryKey), refusalText(tried.refusal));
    }
    this.#report.keep();
    return 'is kept';
  }

  #keepCell(table: RepairTable, step: RepairStep, cell: string): void {
    this.#keep(table, step, 'cell.changed_later', `${cell} stands otherwise than history tells: it was left as it is`);
  }

  #keep(table: RepairTable, step: RepairStep, reason: Parameters<RepairReport['tell']>[0], detail: string, cells = 1): void {
    this.#report.keep(cells);
    this.#report.tell(reason, table.name, keyOfStep(step, table.primaryKey), detail);
  }
}

/** The key of a row after a step. */
export function finalKey(table: RepairTable, step: RepairStep): Record<string, string | null> {
  if (step.kind === 'insert') return Object.fromEntries(table.primaryKey.map((column) => [column, step.row[column] ?? null]));
  const key = { ...step.key };
  if (step.kind === 'update') for (const { column, to } of step.cells) if (column in key) key[column] = to;
  return key;
}

function nameOf(table: RepairTable, step: RepairStep): string {
  return keyOfStep(step, table.primaryKey).join(',');
}

function refusalText(error: unknown): string {
  const constraint = violatedConstraint(error);
  return constraint === undefined
    ? 'the value does not fit its column any more: it was left as it is'
    : `${constraint} refuses what would be brought back: it was left as it is`;
}
