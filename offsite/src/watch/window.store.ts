import type { ProtectionWindow } from '@bulkhead/contracts';
import type { Kysely } from 'kysely';
import type { Schema } from '#schema.ts';

export type WindowStore = {
  /** Begins or ends a window; true if anything changed. An ended one stays as it is. */
  readonly keepWindow: (window: ProtectionWindow) => Promise<boolean>;
  /** The newest, oldest of them first. */
  readonly listNewest: (limit: number) => Promise<readonly ProtectionWindow[]>;
};

export function createWindowStore(db: Kysely<Schema>): WindowStore {
  return {
    keepWindow: async ({ compartment, fromAt, toAt, reason }) => {
      const endsAt = toAt === null ? null : new Date(toAt);
      const kept = await db
        .insertInto('protection_window')
        .values({ compartment, from_at: new Date(fromAt), to_at: endsAt, reason })
        .onConflict((conflict) =>
          conflict
            .columns(['compartment', 'from_at'])
            .doUpdateSet({ to_at: endsAt })
            .where('protection_window.to_at', 'is', null)
            .where('excluded.to_at', 'is not', null),
        )
        .returning('compartment')
        .executeTakeFirst();
      return kept !== undefined;
    },
    listNewest: async (limit) => {
      const rows = await db.selectFrom('protection_window').selectAll().orderBy('from_at', 'desc').limit(limit).execute();
      return rows.reverse().map((row) => ({
        compartment: row.compartment,
        fromAt: row.from_at.toISOString(),
        toAt: row.to_at?.toISOString() ?? null,
        reason: row.reason,
      }));
    },
  };
}
