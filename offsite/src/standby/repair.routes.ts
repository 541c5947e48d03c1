import { repairOutcomeSchema, tableDescriptionsSchema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import type { WireApp } from '@bulkhead/wire';
import type { Jail } from './jail.actions.ts';
import { JailRepairs } from './repair-jail.actions.ts';
import { describeTables } from './schema.actions.ts';

/** Adds what a repair asks of a jail: its schema, and of a quarantine that it be changed. */
export function addRepairRoutes(app: WireApp, jail: Jail, directory: string): void {
  const repairs = new JailRepairs(directory);
  app.get('/schema', async (c) => c.json(tableDescriptionsSchema.parse(await describeTables(jail.requireReady()))));
  app.post('/repair', async (c) => {
    const { isWritable, ...database } = jail.requireReady();
    if (!isWritable)
      throw new EstateError('compartment.wrong_state', 'repairing: a standby only follows; repair the copy in a quarantine');
    return c.json(repairOutcomeSchema.parse(await repairs.carryOut(database, c.req.raw.body ?? new Blob([]).stream())));
  });
}
