import { appliedSchema } from '@bulkhead/contracts';
import { readWireBody, type WireApp } from '@bulkhead/wire';
import { recordApplied } from '#order/order.actions.ts';
import { adoptLocalSeal, type SealDeps } from './seal.actions.ts';

const SMALL = 65_536;

/** What the parts of headquarters say they carried out. */
export function addAppliedRoutes(app: WireApp, deps: SealDeps): void {
  app.post('/applied', async (c) => {
    const applied = await readWireBody(c.req.raw, appliedSchema, SMALL);
    await recordApplied(deps, applied);
    await adoptLocalSeal(deps, applied);
    return c.json({ ok: true });
  });
}
