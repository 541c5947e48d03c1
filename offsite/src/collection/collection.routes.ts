import { collectionIdSchema, collectionSchema, collectionsSchema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import type { WireApp } from '@bulkhead/wire';
import { type CollectionDeps, listSchedule } from './collection.actions.ts';

const SHOWN = 100;

/** What operators read of collections; they are asked for by signed commands, like everything that is done. */
export function addCollectionRoutes(app: WireApp, deps: CollectionDeps): void {
  app.get('/collections', async (c) => {
    const schedule = await listSchedule(deps);
    const compartments = schedule.map(({ compartment, nextAt }) => ({ name: compartment, nextAt: nextAt.toISOString() }));
    return c.json(collectionsSchema.parse({ collections: await deps.collections.listNewest(SHOWN), compartments }));
  });
  app.get('/collections/:id', async (c) => {
    const id = collectionIdSchema.safeParse(c.req.param('id'));
    if (!id.success) throw new EstateError('input.invalid', 'reading a collection: it is called like c1a2b3c4d5e6');
    return c.json(collectionSchema.parse(await deps.collections.get(id.data)));
  });
}
