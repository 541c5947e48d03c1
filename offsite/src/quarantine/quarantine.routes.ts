import { type LookedAt, quarantineIdSchema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import type { WireApp } from '@bulkhead/wire';
import { describeQuarantine, type QuarantineDeps } from './quarantine.actions.ts';

/** Adds what operators read of the quarantines that they look at. */
export function addQuarantineRoutes(app: WireApp, deps: QuarantineDeps): void {
  app.get('/quarantines', async (c) => {
    const standing = await deps.quarantines.listStanding();
    const quarantines: LookedAt[] = await Promise.all(standing.map((one) => describeQuarantine(deps, one)));
    return c.json({ quarantines });
  });
  app.get('/quarantines/:id', async (c) => {
    const id = quarantineIdSchema.safeParse(c.req.param('id'));
    if (!id.success) throw new EstateError('input.invalid', 'reading a quarantine: it is called like q1a2b3c4d5e6');
    return c.json(await describeQuarantine(deps, await deps.quarantines.getQuarantine(id.data)));
  });
}
