import { EstateError } from '@bulkhead/kernel';
import type { Kysely, Selectable } from 'kysely';
import type { Schema } from '#schema.ts';

/** A quarantine that an operator looks at. */
export type Standing = {
  readonly id: string;
  readonly compartment: string;
  readonly requestedBy: string;
  readonly reason: string;
  readonly startedAt: Date;
  readonly targetLsn: string | null;
  /** What the receiver allotted; null until it was asked. */
  readonly timeline: number | null;
};

export type QuarantineStore = {
  readonly addQuarantine: (quarantine: Omit<Standing, 'timeline'>) => Promise<void>;
  /** @throws EstateError `request.not_found` for one that there is not, or not any more */
  readonly getQuarantine: (id: string) => Promise<Standing>;
  readonly listStanding: () => Promise<readonly Standing[]>;
  /** Keeps the first number that is given. */
  readonly keepTimeline: (id: string, timeline: number) => Promise<void>;
  readonly endQuarantine: (id: string, now: Date) => Promise<void>;
};

export function createQuarantineStore(db: Kysely<Schema>): QuarantineStore {
  return {
    addQuarantine: async ({ id, compartment, requestedBy, reason, startedAt, targetLsn }) => {
      const row = { id, compartment, requested_by: requestedBy, reason, started_at: startedAt, target_lsn: targetLsn };
      await db.insertInto('looked_at').values(row).execute();
    },
    getQuarantine: async (id) => {
      const row = await db
        .selectFrom('looked_at')
        .selectAll()
        .where('id', '=', id)
        .where('ended_at', 'is', null)
        .executeTakeFirst();
      if (row) return toStanding(row);
      throw new EstateError('request.not_found', `looking at ${id.slice(0, 40)}: no quarantine of that name stands`);
    },
    listStanding: async () =>
      (await db.selectFrom('looked_at').selectAll().where('ended_at', 'is', null).orderBy('started_at').execute()).map(
        toStanding,
      ),
    keepTimeline: async (id, timeline) => {
      await db.updateTable('looked_at').set({ timeline }).where('id', '=', id).where('timeline', 'is', null).execute();
    },
    endQuarantine: async (id, now) => {
      await db.updateTable('looked_at').set({ ended_at: now }).where('id', '=', id).where('ended_at', 'is', null).execute();
    },
  };
}

function toStanding(row: Selectable<Schema['looked_at']>): Standing {
  return {
    id: row.id,
    compartment: row.compartment,
    requestedBy: row.requested_by,
    reason: row.reason,
    startedAt: row.started_at,
    targetLsn: row.target_lsn,
    timeline: row.timeline,
  };
}
