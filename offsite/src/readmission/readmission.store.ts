import type { Readmission } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import type { Kysely, Selectable } from 'kysely';
import type { Schema } from '#schema.ts';
import { digestOfReadmission } from './readmission.rules.ts';

export type NewReadmission = Pick<Readmission, 'id' | 'reason' | 'requestedBy'> & { readonly requestedAt: Date };
export type ReadmissionStore = {
  readonly add: (readmission: NewReadmission) => Promise<void>;
  /** @throws EstateError `request.not_found` */
  readonly get: (id: string) => Promise<Readmission>;
  readonly listNewest: (limit: number) => Promise<readonly Readmission[]>;
  /** False if it was decided on meanwhile. */
  readonly decide: (
    id: string,
    decision: { readonly by: string; readonly isApproved: boolean; readonly at: Date },
  ) => Promise<boolean>;
  /** False if it was used before, or never approved. */
  readonly use: (id: string, at: Date) => Promise<boolean>;
};

export function createReadmissionStore(db: Kysely<Schema>): ReadmissionStore {
  const all = () => db.selectFrom('readmission').selectAll();
  return {
    add: async ({ id, reason, requestedBy, requestedAt }) => {
      await db.insertInto('readmission').values({ id, reason, requested_by: requestedBy, requested_at: requestedAt }).execute();
    },
    get: async (id) => {
      const row = await all().where('id', '=', id).executeTakeFirst();
      if (row) return toReadmission(row);
      throw new EstateError('request.not_found', `looking at ${id}: there is no such readmission`);
    },
    listNewest: async (limit) => (await all().orderBy('requested_at', 'desc').limit(limit).execute()).map(toReadmission),
    decide: async (id, { by, isApproved, at }) => {
      const changed = await db
        .updateTable('readmission')
        .set({ decided_by: by, is_approved: isApproved, decided_at: at })
        .where('id', '=', id)
        .where('decided_by', 'is', null)
        .executeTakeFirst();
      return changed.numUpdatedRows === 1n;
    },
    use: async (id, at) => {
      const changed = await db
        .updateTable('readmission')
        .set({ done_at: at })
        .where('id', '=', id)
        .where('is_approved', '=', true)
        .where('done_at', 'is', null)
        .executeTakeFirst();
      return changed.numUpdatedRows === 1n;
    },
  };
}

function toReadmission(row: Selectable<Schema['readmission']>): Readmission {
  const named = { id: row.id, reason: row.reason, requestedBy: row.requested_by };
  const decided = row.is_approved === true ? 'approved' : row.is_approved === false ? 'refused' : 'waiting';
  return {
    ...named,
    requestedAt: row.requested_at.toISOString(),
    digest: digestOfReadmission(named),
    state: row.done_at === null ? decided : 'done',
    decidedBy: row.decided_by,
    decidedAt: row.decided_at?.toISOString() ?? null,
  };
}
