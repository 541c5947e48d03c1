import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type CompartmentManifest, type PlanRequest, type RepairPlan, repairPlanSchema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { StepFile } from './plan-file.actions.ts';
import { planRedo } from './redo.actions.ts';
import { PlanTally } from './sink.rules.ts';
import type { RepairSource } from './source.ts';
import { knowTables } from './table.rules.ts';
import { planUndo } from './undo.actions.ts';

export type PlanFor = {
  readonly compartment: string;
  readonly source: RepairSource;
  readonly repair: CompartmentManifest['repair'];
  /** Where this compartment's plans stand: `<directory>/<id>/{plan.json,steps.ndjson}`. */
  readonly directory: string;
};

/**
 * Makes a plan, or gives the one that was made under the same id for the same scope.
 * @throws EstateError `input.invalid` if the id stands for another scope, or a redo names no clean position
 */
export async function makePlan(asked: PlanFor, request: PlanRequest): Promise<RepairPlan> {
  const standing = await findPlan(asked.directory, request.id);
  if (standing !== undefined) return sameOrRefused(standing, request);
  const place = join(asked.directory, request.id);
  await mkdir(place, { recursive: true, mode: 0o700 });
  const file = await StepFile.create(join(place, 'steps.ndjson'));
  const tally = new PlanTally();
  try {
    await planSteps(asked, request, file, tally);
    const { digest } = await file.finish();
    const plan = repairPlanSchema.parse({
      id: request.id,
      compartment: asked.compartment,
      way: request.way,
      scope: request.scope,
      systemId: asked.source.systemId(),
      digest,
      ...tally.read(),
    });
    await writePlan(place, plan);
    return plan;
  } catch (error) {
    await file.abandon();
    await rm(place, { recursive: true, force: true });
    throw error;
  }
}

/** The plan of an id, if it was made whole. */
export async function findPlan(directory: string, id: string): Promise<RepairPlan | undefined> {
  try {
    return repairPlanSchema.parse(JSON.parse(await readFile(join(directory, id, 'plan.json'), 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

async function planSteps(asked: PlanFor, request: PlanRequest, file: StepFile, tally: PlanTally): Promise<void> {
  const deps = {
    source: asked.source,
    tables: knowTables(request.tables, asked.repair),
    sink: {
      tell: tally.tell,
      countChange: tally.countChange,
      countTransaction: tally.countTransaction,
      takeFromCopy: tally.takeFromCopy,
      putStep: (step: Parameters<StepFile['put']>[0]) => {
        tally.countStep(step);
        return file.put(step);
      },
    },
  };
  if (request.way === 'undo') return planUndo(deps, request.scope);
  if (request.cleanLsn === null)
    throw new EstateError('input.invalid', 'planning a redo: cleanLsn must say where the copy stands, such as 0/16B3748');
  return planRedo(deps, request.scope, request.cleanLsn);
}

function sameOrRefused(plan: RepairPlan, request: PlanRequest): RepairPlan {
  if (plan.way === request.way && isDeepStrictEqual(plan.scope, request.scope)) return plan;
  throw new EstateError('input.invalid', `planning ${request.id}: that id stands for a plan of another scope; choose another`);
}

// The plan after its steps: where it stands, they are whole.
async function writePlan(place: string, plan: RepairPlan): Promise<void> {
  const temporary = join(place, 'plan.json.tmp');
  const file = await open(temporary, 'w', 0o600);
  try {
    await file.writeFile(JSON.stringify(plan));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, join(place, 'plan.json'));
}
