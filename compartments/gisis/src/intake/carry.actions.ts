import { EstateError, type Now } from '@bulkhead/kernel';
import { violatedConstraint } from '@bulkhead/postgres';
import type { Transact } from '@bulkhead/web';
import type { Transaction } from 'kysely';
import type { Module } from '#declaration/module.rules.ts';
import type { Schema } from '#schema.ts';
import { SECRETARIAT_CODE, type Viewer } from '#sight/viewer.rules.ts';
import { tellCodes } from '#told/told.actions.ts';
import { IMPORT_ACT } from '#workflow/workflow.rules.ts';
import { splitRows } from './check.actions.ts';
import type { Check } from './check.rules.ts';
import type { ImportFile, ImportId } from './import-file.rules.ts';
import { insertFaults, lockImport, writeProgress } from './intake.store.ts';
import { BATCH_ROWS, MOST_FAULTS, STEP_CHANGES, STEP_MS, STEP_ROWS } from './limits.rules.ts';
import { judgeMany, nothingSeen, writeMany } from './many.actions.ts';
import { refusedTwice, type Verdict } from './many.rules.ts';
import { type Counts, countVerdicts, faultsOf } from './outcome.rules.ts';
import { openRows } from './table.actions.ts';
import type { RawRow } from './table.rules.ts';

export type CarryDeps = {
  readonly modules: ReadonlyMap<string, Module>;
  readonly transact: Transact<Transaction<Schema>>;
  readonly now: Now;
  /** Records of a sample estate are samples. */
  readonly isSample: boolean;
};
type Carrying = {
  readonly file: ImportFile;
  readonly check: Check;
  readonly isSure: boolean;
  readonly by: Viewer;
  /** Notes the import in the transaction of its first part; without, it stands already. */
  readonly begin?: (trx: Transaction<Schema>) => Promise<ImportFile>;
};

const TRIES = 3;

/**
 * Carries out a part of what was looked at, in one transaction with how far it came: whatever ends it, that part stands or not as a
 * whole, the next goes on after it, and no row is written twice.
 * @returns which import it is; undefined for one that is none any more
 */
export async function carryOn(deps: CarryDeps, module: Module, carrying: Carrying): Promise<ImportId | undefined> {
  if (carrying.check.table === null || carrying.check.columns === null || carrying.check.state !== 'done')
    throw new EstateError('input.invalid', 'carrying out an import: it was not looked at');
  for (let left = TRIES; ; left -= 1) {
    try {
      return await deps.transact((trx) => carryPart(trx, deps, module, carrying));
    } catch (error) {
      // Somebody filed the same at this moment: judged once more, it is found.
      if (violatedConstraint(error) === undefined || left <= 1) throw error;
    }
  }
}

/** How far a part came, and what it came to. */
type Part = { doneRows: number; counts: Counts; told: readonly string[]; written: number };

async function carryPart(
  trx: Transaction<Schema>,
  deps: CarryDeps,
  module: Module,
  carrying: Carrying,
): Promise<ImportId | undefined> {
  const { check } = carrying;
  const file = await (carrying.begin ? carrying.begin(trx) : lockImport(trx, carrying.file.id));
  // Another request carried it on meanwhile.
  if (!file || file.sha256 === null || file.doneRows !== carrying.file.doneRows || check.table === null) return file?.id;
  const isFirst = file.state === 'filed';
  const decided = {
    ...carrying,
    file,
    at: deps.now(),
    isSure: isFirst ? carrying.isSure : file.isSure,
    checkedAt: isFirst ? check.startedAt : (file.checkedAt ?? check.startedAt),
  };
  const part: Part = { doneRows: file.doneRows, counts: file.counts, told: file.told, written: 0 };
  const startedMs = performance.now();
  for await (const raw of openRows(check.table, { after: file.doneRows, size: BATCH_ROWS })) {
    await writeBatch(trx, deps, module, { raw, part, decided });
    const isFull = part.doneRows - file.doneRows >= STEP_ROWS || part.written >= STEP_CHANGES;
    if (isFull || performance.now() - startedMs > STEP_MS) break;
  }
  const isDone = part.doneRows >= check.table.rows;
  await writeProgress(trx, {
    id: file.id,
    doneRows: part.doneRows,
    rows: check.table.rows,
    isSure: decided.isSure,
    checkedAt: decided.checkedAt,
    state: isDone ? 'done' : 'carrying',
    sha256: isDone ? null : file.sha256,
    endedAt: isDone ? decided.at : null,
    counts: part.counts,
    told: part.told,
  });
  return file.id;
}

type Decided = Carrying & { readonly at: Date; readonly checkedAt: Date };
type Batch = { readonly raw: readonly RawRow[]; readonly part: Part; readonly decided: Decided };

async function writeBatch(
  trx: Transaction<Schema>,
  deps: CarryDeps,
  module: Module,
  { raw, part, decided }: Batch,
): Promise<void> {
  const { modules, isSample } = deps;
  const { file, check, by, at, isSure, checkedAt } = decided;
  if (check.columns === null) return;
  const { rows, faults } = splitRows(check.columns, raw);
  const terms = { by, at, since: file.since, unchangedSince: checkedAt, columns: check.columns.fields };
  const verdicts = await judgeMany({ db: trx, modules }, module, rows, { ...terms, isLocked: true, seen: nothingSeen() });
  const settled = verdicts.map((verdict) => settle(verdict, { isSure, twice: check.twice }));
  const written = await writeMany(trx, module, settled, { by, at, source: file.source, isSample });
  const refused = [...faults, ...settled.flatMap(faultsOf)].toSorted((left, right) => left.row - right.row);
  await insertFaults(trx, file.id, part.counts.refused < MOST_FAULTS ? refused : []);
  const whom = written.added + written.changed === 0 ? [] : [...written.concerned, SECRETARIAT_CODE];
  const untold = whom.filter((code) => !part.told.includes(code));
  await tellCodes(trx, module, { reference: `import-${file.id}`, act: IMPORT_ACT, by, at }, untold);
  const counts = countVerdicts(part.counts, settled);
  part.counts = { ...counts, refused: counts.refused + raw.length - rows.length };
  part.told = [...part.told, ...untold];
  part.doneRows += raw.length;
  part.written += written.lines;
}

/** What was asked back is filed where the person said that it is right, and left out where not. */
function settle(verdict: Verdict, { isSure, twice }: { readonly isSure: boolean; readonly twice: ReadonlySet<number> }): Verdict {
  if (verdict.kind !== 'new' && verdict.kind !== 'changed') return verdict;
  if (twice.has(verdict.given.row)) return refusedTwice(verdict.given);
  if (verdict.asked.length === 0) return verdict;
  return isSure ? { ...verdict, asked: [] } : { kind: 'refused', given: verdict.given, faults: verdict.asked };
}
