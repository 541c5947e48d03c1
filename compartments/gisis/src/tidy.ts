import { EstateError, type Now } from '@bulkhead/kernel';
import type { Database } from '@bulkhead/postgres';
import { type CompartmentApp, transactFor } from '@bulkhead/web';
import { forgetOldAnswers } from '#api/once.actions.ts';
import type { Schema } from '#schema.ts';
import type { Courier } from '#webhook/delivery.actions.ts';

/** Forgets what is kept for a while only: answers to writes, and what was told outside. */
export function addTidying(
  app: CompartmentApp,
  deps: { readonly database: Database<Schema>; readonly now: Now; readonly courier: Courier; readonly isReadOnly: boolean },
): void {
  app.post('/.bulkhead/jobs/registry.tidy', async (c) => {
    if (!c.var.token) throw new EstateError('token.missing', 'tidying the registry: the call carries no token');
    if (deps.isReadOnly) return c.json({ ok: true });
    const transact = transactFor(c, deps.database);
    await forgetOldAnswers({ db: deps.database.read, transact, now: deps.now });
    await deps.courier.forgetOld(transact);
    return c.json({ ok: true });
  });
}
