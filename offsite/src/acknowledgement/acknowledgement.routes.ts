import type { Acknowledged } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import type { WireApp } from '@bulkhead/wire';
import { z } from 'zod';
import { type AcknowledgementDeps, readAcknowledged } from './acknowledgement.actions.ts';

type Deps = AcknowledgementDeps & {
  /** @throws EstateError `request.not_found` */
  readonly getRecovery: (id: string) => Promise<{ readonly id: string; readonly compartment: string }>;
};

const versionSchema = z.coerce.number().int().min(1).max(1_000_000).optional();

/** Adds what operators read of the transactions near a recovery's cut. */
export function addAcknowledgementRoutes(app: WireApp, deps: Deps): void {
  app.get('/recoveries/:id/acknowledged', async (c) => {
    const { id, compartment } = await deps.getRecovery(c.req.param('id'));
    const { version, versions, summary, entries } = await readAcknowledged(deps, id, readVersion(c.req.query('version')));
    const answer: Acknowledged = { recovery: id, compartment, version, versions: [...versions], summary, entries: [...entries] };
    return c.json(answer);
  });
}

function readVersion(text: string | undefined): number | undefined {
  const parsed = versionSchema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new EstateError('input.invalid', 'naming what was acknowledged: `version` is a number from 1 on');
}
