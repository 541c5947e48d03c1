import type { Erasure } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import type { Kysely, Selectable } from 'kysely';
import type { Schema } from '#schema.ts';
import { digestOfErasure } from './erasure.rules.ts';

export type NewErasure = Pick<Erasure, 'id' | 'compartment' | 'sha256' | 'allows' | 'reason' | 'requestedBy'> & {
  readonly requestedAt: Date;
};
export type ErasureStore = {
  readonly add: (erasure: NewErasure) => Promise<void>;
  /** @throws EstateError `request.not_found` */
  readonly get: (id: string) => Promise<Erasure>;
  readonly listNewest: (limit: number) => Promise<readonly Erasure[]>;
  /** False if it was decided on meanwhile. */
  readonly decide: (
    id: string,
    decision: { readonly by: string; readonly isApproved: boolean; readonly at: Date },
  ) => Promise<boolean>;
  /** Approved, and not carried out yet. */
  readonly listDue: () => Promise<readonly Erasure[]>;
  readonly noteDone: (id: string, at: Date) => Promise<void>;
};

export function createErasureStore(db: Kysely<Schema>): ErasureStore {
  const all = () => db.selectFrom('erasure').selectAll();
  return {
    add: async ({ id, compartment, sha256, allows, reason, requestedBy, requestedAt }) => {
      const row = { id, compartment, sha256, allows, reason, requested_by: requestedBy, requested_at: requestedAt };
      await db.insertInto('erasure').values(row).execute();
    },
    get: async (id) => {
      const row = await all().where('id', '=', id).executeTakeFirst();
      if (row) return toErasure(row);
      throw new EstateError('request.not_found', `looking at ${id}: there is no such erasure`);
    },
    listNewest: async (limit) => (await all().orderBy('requested_at', 'desc').limit(limit).execute()).map(toErasure),
    decide: async (id, { by, isApproved, at }) => {
      const change = { decided_by: by, is_approved: isApproved, decided_at: at };
      const changed = await db
        .updateTable('erasure')
        .set(change)
        .where('id', '=', id)
        .where('decided_by', 'is', null)
        .executeTakeFirst();
      return changed.numUpdatedRows === 1n;
    },
    listDue: async () =>
      (await all().where('is_approved', '=', true).where('done_at', 'is', null).orderBy('id').limit(100).execute()).map(
        toErasure,
      ),
    noteDone: async (id, at) => {
      await db.updateTable('erasure').set({ done_at: at }).where('id', '=', id).where('done_at', 'is', null).execute();
    },
  };
}

function toErasure(row: Selectable<Schema['erasure']>): Erasure {
  const { id, compartment, sha256, allows, reason } = row;
  const named = { id, compartment, sha256, allows, reason, requestedBy: row.requested_by };
  const decided = row.is_approved === true ? 'approved' : row.is_approved === false ? 'refused' : 'waiting';
  return {
    ...named,
    requestedAt: row.requested_at.toISOString(),
    digest: digestOfErasure(named),
    state: row.done_at === null ? decided : 'done',
    decidedBy: row.decided_by,
  };
}
