import { type Collection, type CollectionOutcome, collectionSchema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import type { Kysely, Selectable } from 'kysely';
import type { Schema } from '#schema.ts';

export const SCHEDULE = 'schedule';

export type NewCollection = Pick<Collection, 'id' | 'compartment' | 'isPreview' | 'requestedBy'> & {
  readonly reason: string;
  readonly requestedAt: Date;
};
export type CollectionStore = {
  /** A scheduled one is added once while another waits or runs. */
  readonly add: (collection: NewCollection) => Promise<void>;
  /** @throws EstateError `request.not_found` */
  readonly get: (id: string) => Promise<Collection>;
  readonly listNewest: (limit: number) => Promise<readonly Collection[]>;
  /** The one that is next, of those that have not ended. */
  readonly findOwed: () => Promise<(Collection & { readonly attempts: number }) | undefined>;
  readonly noteAttempt: (id: string) => Promise<void>;
  readonly end: (
    id: string,
    ended: { readonly outcome: CollectionOutcome | null; readonly failure: string | null; readonly at: Date },
  ) => Promise<void>;
  /** Compartment → when its last scheduled round was asked for. */
  readonly listScheduled: () => Promise<ReadonlyMap<string, Date>>;
};

export function createCollectionStore(db: Kysely<Schema>): CollectionStore {
  const all = () => db.selectFrom('collection').selectAll();
  return {
    add: async ({ id, compartment, isPreview, requestedBy, reason, requestedAt }) => {
      const row = { id, compartment, reason, is_preview: isPreview, requested_by: requestedBy, requested_at: requestedAt };
      await db
        .insertInto('collection')
        .values(row)
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },
    get: async (id) => {
      const row = await all().where('id', '=', id).executeTakeFirst();
      if (row) return toCollection(row);
      throw new EstateError('request.not_found', `looking at collection ${id}: there is none`);
    },
    listNewest: async (limit) => (await all().orderBy('requested_at', 'desc').limit(limit).execute()).map(toCollection),
    findOwed: async () => {
      const row = await all().where('ended_at', 'is', null).orderBy('requested_at').orderBy('id').executeTakeFirst();
      return row && { ...toCollection(row), attempts: row.attempts };
    },
    noteAttempt: async (id) => {
      await db
        .updateTable('collection')
        .set((eb) => ({ attempts: eb('attempts', '+', 1) }))
        .where('id', '=', id)
        .execute();
    },
    end: async (id, { outcome, failure, at }) => {
      await db
        .updateTable('collection')
        .set({ outcome: outcome && JSON.stringify(outcome), failure, ended_at: at })
        .where('id', '=', id)
        .where('ended_at', 'is', null)
        .execute();
    },
    listScheduled: async () => {
      const rows = await db
        .selectFrom('collection')
        .where('requested_by', '=', SCHEDULE)
        .groupBy('compartment')
        .select(({ fn }) => ['compartment', fn.max('requested_at').as('at')])
        .execute();
      return new Map(rows.map(({ compartment, at }) => [compartment, at]));
    },
  };
}

function toCollection(row: Selectable<Schema['collection']>): Collection {
  return collectionSchema.parse({
    id: row.id,
    compartment: row.compartment,
    isPreview: row.is_preview,
    requestedBy: row.requested_by,
    requestedAt: row.requested_at.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
    outcome: row.outcome ?? null,
    failure: row.failure,
  });
}
