import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type CompartmentManifest, planRequestSchema, type RepairPlan } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { readWireBody, type WireApp } from '@bulkhead/wire';
import { findPlan, makePlan } from './plan.actions.ts';
import type { RepairSource } from './source.ts';

/** Plans that are being made, by compartment and id. */
export type PlansBeingMade = Map<string, Promise<RepairPlan>>;

/** What the history process gives for plans. */
export type PlanDeps = {
  /** @throws EstateError `compartment.unknown` */
  readonly sourceOf: (compartment: string) => RepairSource;
  /** `manifest.repair` of the compartment. */
  readonly repairOf: (compartment: string) => CompartmentManifest['repair'];
  /** Plans stand in `<directory>/<compartment>/<id>/{plan.json,steps.ndjson}`. */
  readonly directory: string;
  readonly making: PlansBeingMade;
};

const BODY_BYTES = 67_108_864;
const PLAN_ID = /^[a-z0-9-]{1,80}$/;

/** Adds POST /compartments/:c/plans, GET /compartments/:c/plans/:id and GET /compartments/:c/plans/:id/steps (NDJSON). */
export function addPlanRoutes(app: WireApp, deps: PlanDeps): void {
  const { making } = deps;

  app.post('/compartments/:c/plans', async (c) => {
    const compartment = c.req.param('c');
    const source = deps.sourceOf(compartment);
    const request = await readWireBody(c.req.raw, planRequestSchema, BODY_BYTES);
    const asked = { compartment, source, repair: deps.repairOf(compartment), directory: join(deps.directory, compartment) };
    const key = `${compartment}/${request.id}`;
    // One at a time: two of the same id would write the same file.
    const before = making.get(key)?.catch(() => undefined);
    const made = Promise.resolve(before).then(() => makePlan(asked, request));
    making.set(key, made);
    try {
      return c.json(await made);
    } finally {
      if (making.get(key) === made) making.delete(key);
    }
  });
  app.get('/compartments/:c/plans/:id', async (c) => c.json(await knownPlan(deps, c.req.param('c'), c.req.param('id'))));
  app.get('/compartments/:c/plans/:id/steps', async (c) => {
    const plan = await knownPlan(deps, c.req.param('c'), c.req.param('id'));
    const steps = createReadStream(join(deps.directory, plan.compartment, plan.id, 'steps.ndjson'));
    return new Response(Readable.toWeb(steps) as ReadableStream, {
      headers: { 'content-type': 'application/x-ndjson', 'x-sha256': plan.digest },
    });
  });
}

async function knownPlan(deps: PlanDeps, compartment: string, id: string): Promise<RepairPlan> {
  deps.sourceOf(compartment);
  const plan = PLAN_ID.test(id) ? await findPlan(join(deps.directory, compartment), id) : undefined;
  if (plan === undefined) throw new EstateError('request.not_found', `looking for plan ${id} of ${compartment}: there is none`);
  return plan;
}
