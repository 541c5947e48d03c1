import { ERASURE_ID } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import type { WireApp } from '@bulkhead/wire';
import type { ErasureDeps } from './erasure.actions.ts';

const SHOWN = 100;

/** What operators read of erasures; they are asked for and approved by signed commands alone. */
export function addErasureRoutes(app: WireApp, { erasures }: Pick<ErasureDeps, 'erasures'>): void {
  app.get('/erasures', async (c) => c.json({ erasures: await erasures.listNewest(SHOWN) }));
  app.get('/erasures/:id', async (c) => {
    const id = c.req.param('id');
    if (ERASURE_ID.test(id)) return c.json(await erasures.get(id));
    throw new EstateError('input.invalid', 'looking at an erasure: it is called like erasure-1a2b3c');
  });
}
