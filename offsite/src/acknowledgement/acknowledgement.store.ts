import {
  type AcknowledgedEntry,
  type AcknowledgedSummary,
  acknowledgedEntrySchema,
  acknowledgedSummarySchema,
} from '@bulkhead/contracts';
import type { Kysely } from 'kysely';
import type { Schema } from '#schema.ts';

export type Told = { readonly summary: AcknowledgedSummary; readonly entries: readonly AcknowledgedEntry[] };

export type AcknowledgementStore = {
  /** Replaces what was told of the recovery before. */
  readonly keep: (recovery: string, told: Told) => Promise<void>;
  readonly find: (recovery: string, limit: number) => Promise<Told | undefined>;
};

const AT_ONCE = 1000;

export function createAcknowledgementStore(db: Kysely<Schema>): AcknowledgementStore {
  return {
    keep: (recovery, { summary, entries }) =>
      db.transaction().execute(async (trx) => {
        await trx.deleteFrom('acknowledged').where('recovery', '=', recovery).execute();
        await trx
          .insertInto('acknowledged')
          .values({ recovery, summary: JSON.stringify(summary) })
          .execute();
        for (let from = 0; from < entries.length; from += AT_ONCE) {
          const rows = entries.slice(from, from + AT_ONCE).map((entry, at) => ({
            recovery,
            place: from + at,
            standing: entry.standing,
            request: entry.requestId,
            account: entry.accountId,
            entry: JSON.stringify(entry),
          }));
          await trx.insertInto('acknowledged_entry').values(rows).execute();
        }
      }),
    find: async (recovery, limit) => {
      const row = await db.selectFrom('acknowledged').select('summary').where('recovery', '=', recovery).executeTakeFirst();
      if (!row) return undefined;
      const rows = await db
        .selectFrom('acknowledged_entry')
        .select('entry')
        .where('recovery', '=', recovery)
        .orderBy('place')
        .limit(limit)
        .execute();
      return {
        summary: acknowledgedSummarySchema.parse(row.summary),
        entries: rows.map(({ entry }) => acknowledgedEntrySchema.parse(entry)),
      };
    },
  };
}
