import { type Drills, drillIdSchema, drillWithReceiptSchema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import type { WireApp } from '@bulkhead/wire';
import { type DrillDeps, listSchedule } from './drill.actions.ts';

const SHOWN = 200;

/** Adds what operators read of drills. They are asked for by signed commands, like everything that is done. */
export function addDrillRoutes(app: WireApp, deps: DrillDeps): void {
  app.get('/drills', async (c) => {
    const compartments = (await listSchedule(deps)).map(({ standing, nextAt, isOverdue }) => ({
      name: standing.compartment,
      lastPassedAt: standing.lastPassedAt?.toISOString() ?? null,
      nextAt: nextAt.toISOString(),
      isOverdue,
    }));
    const answer: Drills = { drills: [...(await deps.drills.listNewest(SHOWN))], compartments };
    return c.json(answer);
  });
  app.get('/drills/:id', async (c) => {
    const id = drillIdSchema.safeParse(c.req.param('id'));
    if (!id.success) throw new EstateError('input.invalid', 'reading a drill: it is called like d1a2b3c4d5e6');
    return c.json(drillWithReceiptSchema.parse(await deps.drills.getDrill(id.data)));
  });
}
