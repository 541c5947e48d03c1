import { EstateError } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import { type CompartmentApp, transactFor } from '@bulkhead/web';
import type { Schema } from '#schema.ts';
import type { Throttle } from './throttle.actions.ts';

/** The job that keeps counts of attempts over a restart. */
export function addThrottleRoutes(
  app: CompartmentApp,
  deps: { readonly throttle: Throttle; readonly database: Database<Schema>; readonly isReadOnly: boolean },
): void {
  app.post('/.bulkhead/jobs/attempts.keep', async (c) => {
    if (!c.var.token) throw new EstateError('token.missing', 'keeping attempts: the call carries no token');
    if (!deps.isReadOnly) await deps.throttle.keep(transactFor(c, deps.database));
    return c.json({ ok: true });
  });
}
