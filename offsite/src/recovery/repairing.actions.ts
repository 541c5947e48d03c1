import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  claimsOfJob,
  type Dependent,
  mintToken,
  type RepairOutcome,
  type RepairPlan,
  type RepairReport,
  SHOWN_AT_MOST,
} from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import type { AskedRepair } from './attack.rules.ts';
import { type Copied, mergeSteps, readLines, readRows } from './copied-rows.actions.ts';
import { manifestOf } from './known.actions.ts';
import { type Ready, readyJail, readyQuarantine } from './quarantine.actions.ts';
import { requireWhole } from './reading-attack.actions.ts';
import { isSameLife, type Quarantine } from './recovery.rules.ts';
import type { RecoveryRecord } from './recovery.store.ts';
import { type RecoveryDeps, retrying } from './recovery-step.actions.ts';

/** A repair may take long; its token is used once, in its own transaction. */
const TOKEN_SECONDS = 86_400;
export const REPAIR_ROUTE = 'job:repair';

/** Step repair: the plan of history, carried out in the quarantine in one transaction. */
export async function repairCopy(deps: RecoveryDeps, recovery: RecoveryRecord): Promise<string> {
  const { asked, id } = recovery;
  if (asked === null) throw new EstateError('restore.failed', `repairing ${recovery.compartment}: nothing was asked for`);
  const ready = await readyQuarantine(deps, recovery);
  await requireWhole(deps, recovery.compartment, ready.quarantine);
  const repair = await carryOut(deps, recovery, asked, ready);
  await deps.recoveries.change(id, { repair, quarantine: ready.quarantine });
  await deleteCopies(deps, recovery);
  const { steps, applied, kept, dependentCount, transactions } = repair;
  return `${transactions} transactions, ${steps} steps: ${applied} applied, ${kept} kept as they stood, ${dependentCount} for a person to look at`;
}

/**
 * The recovery's quarantine with its repair done: one that was restored anew meanwhile is given the plan again.
 */
export async function readyRepaired(
  deps: RecoveryDeps,
  recovery: RecoveryRecord,
): Promise<Ready & { readonly quarantine: Quarantine }> {
  const ready = await readyQuarantine(deps, recovery);
  const { asked, repair, compartment } = recovery;
  if (asked === null || ready.health.state !== 'ready') return ready;
  if (repair !== null && isSameLife(recovery.quarantine, ready.health)) return ready;
  if (repair === null) throw new EstateError('restore.failed', `repairing ${compartment}: no repair was carried out`);
  const again = await carryOut(deps, recovery, asked, ready);
  await deleteCopies(deps, recovery);
  // Which life it was stays as it was noted with the rows: until they are compared, this copy is another.
  if (again.digest === repair.digest) return ready;
  throw new EstateError(
    'restore.failed',
    `repairing ${compartment}: history made another plan than the one that was carried out`,
  );
}

async function carryOut(
  deps: RecoveryDeps,
  recovery: RecoveryRecord,
  asked: AskedRepair,
  { jail }: Ready,
): Promise<RepairReport> {
  const { compartment, id, attack } = recovery;
  const { way, scope } = asked;
  const tables = [...(await jail.readSchema())];
  const cleanLsn = way === 'redo' ? (attack?.firstLsn ?? null) : null;
  const plan = await deps.history.plan(compartment, { id, way, scope, cleanLsn, tables });
  const copied = await openCopies(deps, recovery, plan);
  const { digest, planDigest, rows } = await digestSteps(deps, plan, copied);
  if (planDigest !== plan.digest)
    throw new EstateError('restore.failed', `repairing ${compartment}: the steps of plan ${id} are not those of its digest`);
  const lines = Readable.from(writeRepair(deps, recovery, plan, copied, digest), { objectMode: false });
  const outcome = await jail.repair(lines);
  if (outcome.plan !== id) throw new EstateError('restore.failed', `repairing ${compartment}: the copy did another plan`);
  return composeReport(plan, outcome, digest, rows);
}

/** The steps are read twice: the digest goes ahead of them. */
async function digestSteps(deps: RecoveryDeps, plan: RepairPlan, copied: readonly Copied[]) {
  const planned = createHash('sha256');
  const all = createHash('sha256');
  let rows = 0;
  for await (const { line, isCopied } of stepsOf(deps, plan, copied)) {
    all.update(`${line}\n`);
    if (isCopied) rows += 1;
    else planned.update(`${line}\n`);
  }
  return { digest: all.digest('hex'), planDigest: planned.digest('hex'), rows };
}

async function* writeRepair(
  deps: RecoveryDeps,
  recovery: RecoveryRecord,
  plan: RepairPlan,
  copied: readonly Copied[],
  digest: string,
): AsyncGenerator<string> {
  const token = await mintRepairToken(deps, recovery, digest);
  const { tombstones: marks = [], journals = [] } = manifestOf(deps, recovery.compartment).repair ?? {};
  const tombstones = marks.map(({ table, column, value }) => ({ table: `public.${table}`, column, value }));
  const told = journals.flatMap(({ lines }) => lines.map(({ of, sql }) => ({ table: `public.${of}`, sql })));
  yield `${JSON.stringify({ plan: plan.id, digest, token, tombstones, lines: told })}\n`;
  for await (const { line } of stepsOf(deps, plan, copied)) yield `${line}\n`;
}

async function* stepsOf(deps: RecoveryDeps, plan: RepairPlan, copied: readonly Copied[]) {
  const { body } = await deps.history.openSteps(plan.compartment, plan.id);
  yield* mergeSteps(readLines(body), copied);
}

/** The repair's own transaction tells who did it, as every other does: its request is the recovery. */
function mintRepairToken(deps: RecoveryDeps, { id, compartment }: RecoveryRecord, digest: string): Promise<string> {
  const claims = claimsOfJob({ requestId: id, compartment, route: REPAIR_ROUTE, path: `/plans/${id}`, bodySha256: digest });
  return mintToken(deps.key, claims, deps.now, TOKEN_SECONDS);
}

/** Tables that were truncated: their rows come from quarantines restored to just before. */
async function openCopies(deps: RecoveryDeps, recovery: RecoveryRecord, plan: RepairPlan): Promise<Copied[]> {
  const positions = [...new Set(plan.fromCopy.map(({ beforeLsn }) => beforeLsn))];
  const emptied = recovery.attack?.emptied ?? [];
  const copied: Copied[] = [];
  for (const [index, beforeLsn] of positions.entries()) {
    const cleanLsn = emptied.find(({ commitLsn }) => commitLsn === beforeLsn)?.cleanLsn;
    if (!cleanLsn)
      throw new EstateError('history.behind', `repairing ${recovery.compartment}: history knows no commit before ${beforeLsn}`);
    const { jail } = await readyJail(deps, recovery, copyId(recovery, index), cleanLsn);
    const tables = plan.fromCopy.filter((one) => one.beforeLsn === beforeLsn).map(({ table }) => table);
    copied.push({
      beforeLsn,
      read: () => readRows(jail, tables, { commitLsn: beforeLsn, timeline: recovery.quarantine?.timeline ?? 1 }),
    });
  }
  return copied;
}

function copyId({ id }: Pick<RecoveryRecord, 'id'>, index: number): string {
  return `${id}-copy-${index + 1}`;
}

/** Gives back what was needed beside the recovery's own quarantine; they may stand from an attempt that was cut off. */
export async function deleteCopies(deps: RecoveryDeps, { id }: Pick<RecoveryRecord, 'id'>): Promise<void> {
  const { timelines } = await deps.recoveries.getRecovery(id);
  for (const copy of Object.keys(timelines)) {
    if (copy !== id) await retrying(deps, () => deps.supervisor.deleteQuarantine(copy));
  }
}

function composeReport(plan: RepairPlan, outcome: RepairOutcome, digest: string, rowsFromCopy: number): RepairReport {
  const { dependents, count } = joinDependents(plan, outcome);
  return {
    plan: plan.id,
    planDigest: plan.digest,
    digest,
    way: plan.way,
    transactions: plan.transactions,
    changes: plan.changes,
    steps: plan.steps,
    rowsFromCopy,
    tables: plan.tables,
    xid: outcome.xid,
    applied: outcome.applied,
    kept: outcome.kept,
    tombstones: outcome.tombstones,
    validated: outcome.validated,
    dependents: dependents.slice(0, SHOWN_AT_MOST),
    dependentCount: count,
    effectsOutside: dependents.filter(({ reason }) => reason === 'effect.outside').length,
  };
}

/** Plan and copy may both name the same: told once, as far as both lists are whole. */
function joinDependents(plan: RepairPlan, outcome: RepairOutcome): { readonly dependents: Dependent[]; readonly count: number } {
  const keyOf = ({ reason, table, key, by }: Dependent) => JSON.stringify([reason, table, key, by?.commitLsn ?? null]);
  const joined = new Map([...plan.dependents, ...outcome.dependents].map((one) => [keyOf(one), one]));
  const twice = plan.dependents.length + outcome.dependents.length - joined.size;
  return { dependents: [...joined.values()], count: plan.dependentCount + outcome.dependentCount - twice };
}
