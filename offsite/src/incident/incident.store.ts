import type { Kysely } from 'kysely';
import type { Schema } from '#schema.ts';

export type IncidentStore = {
  /** The compartment's open incident, begun now if there is none. */
  readonly openIncident: (compartment: string, now: Date) => Promise<number>;
  readonly closeIncident: (compartment: string, now: Date) => Promise<void>;
};

export function createIncidentStore(db: Kysely<Schema>): IncidentStore {
  const findOpen = (compartment: string) =>
    db
      .selectFrom('incident')
      .select('id')
      .where('compartment', '=', compartment)
      .where('closed_at', 'is', null)
      .executeTakeFirst();
  return {
    openIncident: async (compartment, now) => {
      const open = await findOpen(compartment);
      if (open) return open.id;
      const added = await db
        .insertInto('incident')
        .values({ compartment, opened_at: now })
        .onConflict((conflict) => conflict.column('compartment').where('closed_at', 'is', null).doNothing())
        .returning('id')
        .executeTakeFirst();
      // Another finding of the same moment began it.
      return added?.id ?? (await findOpen(compartment))?.id ?? 0;
    },
    closeIncident: async (compartment, now) => {
      await db
        .updateTable('incident')
        .set({ closed_at: now })
        .where('compartment', '=', compartment)
        .where('closed_at', 'is', null)
        .execute();
    },
  };
}
