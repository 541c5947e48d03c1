import type { Acknowledged } from '@bulkhead/contracts';
import type { WireApp } from '@bulkhead/wire';
import { type AcknowledgementDeps, readAcknowledged } from './acknowledgement.actions.ts';

type Deps = AcknowledgementDeps & {
  /** @throws EstateError `request.not_found` */
  readonly getRecovery: (id: string) => Promise<{ readonly id: string; readonly compartment: string }>;
};

/** Adds what operators read of the transactions near a recovery's cut. */
export function addAcknowledgementRoutes(app: WireApp, deps: Deps): void {
  app.get('/recoveries/:id/acknowledged', async (c) => {
    const { id, compartment } = await deps.getRecovery(c.req.param('id'));
    const { summary, entries } = await readAcknowledged(deps, id);
    const answer: Acknowledged = { recovery: id, compartment, summary, entries: [...entries] };
    return c.json(answer);
  });
}
