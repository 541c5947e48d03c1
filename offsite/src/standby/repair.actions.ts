import type { RepairOutcome, RepairStep, RowImage, repairHeadSchema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import type { z } from 'zod';
import { inRepairTransaction, tryStep, wasCommitted } from './repair.store.ts';
import { deleteMatching, insertFree, updateMatching } from './repair-batch.store.ts';
import { validateReferences, WrittenReferences } from './repair-check.actions.ts';
import { checkLateUniques } from './repair-check.store.ts';
import { writeLines } from './repair-lines.actions.ts';
import { RepairReport, StepBatch } from './repair-report.rules.ts';
import { RowRepair } from './repair-row.actions.ts';
import { findRepairTable, isRefusal, type RepairSession, type RepairTable } from './repair-table.store.ts';

export type RepairHead = z.infer<typeof repairHeadSchema>;
/** Steps, as often as they are asked for. */
export type Steps = () => AsyncIterable<RepairStep>;

/** What was carried out in a cluster, as long as that cluster stands. */
export class RepairJournal {
  readonly #entries = new Map<string, { readonly digest: string; readonly outcome: RepairOutcome }>();

  /** @throws EstateError `repair.wrong_digest` if the plan's id stands for other steps */
  async find(session: RepairSession, { plan, digest }: RepairHead): Promise<RepairOutcome | undefined> {
    const entry = this.#entries.get(plan);
    if (entry === undefined || !(await wasCommitted(session, entry.outcome.xid))) return undefined;
    if (entry.digest === digest) return entry.outcome;
    throw new EstateError('repair.wrong_digest', `carrying out plan ${plan}: it was carried out with other steps`);
  }

  /** Before the commit: whether that came to be, the cluster tells. */
  note({ plan, digest }: RepairHead, outcome: RepairOutcome): void {
    this.#entries.set(plan, { digest, outcome });
  }
}

/**
 * Carries out the steps of a repair in one transaction of `session`, whose role must be superuser. Asked again for the
 * same plan it answers the same. Beside people who work in the database meanwhile, what they write wins.
 * @throws EstateError `repair.not_valid` if what it leads to breaks a constraint: then nothing was changed
 */
export async function applyRepair(
  session: RepairSession,
  head: RepairHead,
  steps: Steps,
  journal = new RepairJournal(),
): Promise<RepairOutcome> {
  const standing = await journal.find(session, head);
  if (standing !== undefined) return standing;
  return inRepairTransaction(session, head, async (xid) => {
    const repair = new Repair(session, head);
    const outcome = (await repair.run(steps)).finish(head.plan, xid);
    journal.note(head, outcome);
    return outcome;
  });
}

class Repair {
  readonly #session: RepairSession;
  readonly #head: RepairHead;
  readonly #report = new RepairReport();
  readonly #tables = new Map<string, RepairTable>();
  readonly #rows: RowRepair;
  readonly #written = new WrittenReferences();
  #batch = new StepBatch();

  constructor(session: RepairSession, head: RepairHead) {
    this.#session = session;
    this.#head = head;
    this.#rows = new RowRepair(session, this.#report, head.tombstones);
  }

  async run(steps: Steps): Promise<RepairReport> {
    for await (const step of steps()) await this.#take(step);
    await this.#flush();
    await writeLines({ session: this.#session, head: this.#head, steps, tables: this.#tables });
    await this.#validate(steps);
    return this.#report;
  }

  async #take(planned: RepairStep): Promise<void> {
    const table = await this.#tableOf(planned.table);
    const step = this.#fit(table, planned);
    if (step === undefined) return;
    this.#written.note(table, step);
    const isAlone = !isForBatch(table, step) || this.#rows.isLeft(step);
    if (!isAlone && this.#batch.take(step, table.primaryKey)) return;
    await this.#flush();
    if (isAlone || this.#rows.isLeft(step)) return this.#rows.carryOut(table, step);
    this.#batch.take(step, table.primaryKey);
  }

  /** A step without what the table computes itself or has no more. */
  #fit(table: RepairTable, step: RepairStep): RepairStep | undefined {
    const isHere = (column: string) => {
      const found = table.columns.get(column);
      if (found === undefined) this.#report.tellColumn(table.name, column);
      return found?.isGenerated === false;
    };
    const fitted = (image: RowImage) => Object.fromEntries(Object.entries(image).filter(([column]) => isHere(column)));
    if (step.kind === 'insert') return { ...step, row: fitted(step.row) };
    if (step.kind === 'delete') return { ...step, expected: fitted(step.expected) };
    const cells = step.cells.filter(({ column }) => isHere(column));
    return cells.length === 0 ? undefined : { ...step, cells };
  }

  async #flush(): Promise<void> {
    const { steps } = this.#batch;
    this.#batch = new StepBatch();
    if (steps[0] !== undefined) await this.#carryOut(await this.#tableOf(steps[0].table), steps);
  }

  // What one statement cannot do is halved until the row is found that stands in the way.
  async #carryOut(table: RepairTable, steps: readonly RepairStep[]): Promise<void> {
    const [first] = steps;
    if (first === undefined) return;
    if (steps.length === 1) return this.#rows.carryOut(table, first);
    const tried = await tryStep(this.#session, isRefusal, () => this.#together(table, steps));
    if ('refusal' in tried) {
      const half = Math.ceil(steps.length / 2);
      await this.#carryOut(table, steps.slice(0, half));
      return this.#carryOut(table, steps.slice(half));
    }
    this.#report.apply(tried.done.size);
    if (tried.done.size === steps.length) return;
    for (const [at, step] of steps.entries()) if (!tried.done.has(at)) await this.#rows.carryOut(table, step);
  }

  #together(table: RepairTable, steps: readonly RepairStep[]): Promise<Set<number>> {
    const updates = steps.filter((step) => step.kind === 'update');
    if (updates.length > 0) return updateMatching(this.#session, table, updates);
    const inserts = steps.filter((step) => step.kind === 'insert');
    if (inserts.length > 0) return insertFree(this.#session, table, inserts);
    return deleteMatching(
      this.#session,
      table,
      steps.filter((step) => step.kind === 'delete'),
    );
  }

  async #tableOf(name: string): Promise<RepairTable> {
    const known = this.#tables.get(name);
    if (known !== undefined) return known;
    const table = await findRepairTable(this.#session, name);
    if (table === undefined)
      throw new EstateError(
        'repair.not_valid',
        `repairing ${name}: there is no such table; plan again with the schema of this copy`,
      );
    if (table.stubbornTriggers.length > 0)
      throw new EstateError(
        'repair.not_valid',
        `repairing ${name}: the trigger ${table.stubbornTriggers[0]} fires whatever a session says; disable it for the repair`,
      );
    this.#tables.set(name, table);
    return table;
  }

  async #validate(steps: Steps): Promise<void> {
    const tables = [...this.#tables.values()];
    this.#report.validate(
      await validateReferences({ session: this.#session, rows: this.#rows, steps, tables, written: this.#written }),
    );
    for (const table of tables) this.#report.validate(await checkLateUniques(this.#session, table));
  }
}

function isForBatch(table: RepairTable, step: RepairStep): boolean {
  if (table.primaryKey.length === 0) return false;
  if (step.kind !== 'update') return true;
  const looked = new Set([...table.primaryKey, ...table.referredBy.flatMap(({ referenced }) => referenced)]);
  return !step.cells.some(({ column }) => looked.has(column));
}
