import {
  type AcknowledgedVersion,
  acknowledgedEntrySchema,
  acknowledgedSummarySchema,
  type LedgerRequest,
} from '@bulkhead/contracts';
import type { Kysely } from 'kysely';
import type { Schema } from '#schema.ts';
import type { Naming } from './acknowledgement.rules.ts';
import { type Cut, cutSchema } from './cut.rules.ts';

/** What was said of a recovery's transactions, and when, from the first time on. */
export type Named = Naming & { readonly version: number };

export type AcknowledgementStore = {
  /** Keeps where the recovery cut; it may be another while nothing was settled, as a copy may be restored anew. */
  readonly keepCut: (cut: Cut) => Promise<void>;
  readonly findCut: (recovery: string) => Promise<Cut | undefined>;
  /** Cuts of which history may have more to tell. */
  readonly listUnsettled: () => Promise<readonly Cut[]>;
  readonly settle: (recovery: string, now: Date) => Promise<void>;
  /** Adds a version beside those before, with its entry for the ledger. */
  readonly add: (recovery: string, named: Named, entry: LedgerRequest) => Promise<void>;
  /** One version, or the newest. */
  readonly find: (recovery: string, version: number | undefined, limit: number) => Promise<Named | undefined>;
  /** The oldest first. */
  readonly listVersions: (recovery: string) => Promise<readonly AcknowledgedVersion[]>;
};

const AT_ONCE = 1000;

export function createAcknowledgementStore(db: Kysely<Schema>): AcknowledgementStore {
  return {
    keepCut: async (cut) => {
      const row = { compartment: cut.compartment, cut: JSON.stringify(cut) };
      await db
        .insertInto('acknowledgement_cut')
        .values({ recovery: cut.recovery, ...row, settled_at: null })
        .onConflict((conflict) =>
          conflict.column('recovery').doUpdateSet(row).where('acknowledgement_cut.settled_at', 'is', null),
        )
        .execute();
    },
    findCut: async (recovery) => {
      const row = await db.selectFrom('acknowledgement_cut').select('cut').where('recovery', '=', recovery).executeTakeFirst();
      return row && cutSchema.parse(row.cut);
    },
    listUnsettled: async () => {
      const rows = await db
        .selectFrom('acknowledgement_cut')
        .select('cut')
        .where('settled_at', 'is', null)
        .orderBy('recovery')
        .execute();
      return rows.map(({ cut }) => cutSchema.parse(cut));
    },
    settle: async (recovery, now) => {
      await db.updateTable('acknowledgement_cut').set({ settled_at: now }).where('recovery', '=', recovery).execute();
    },
    add: (recovery, named, entry) => addVersion(db, recovery, named, entry),
    find: (recovery, version, limit) => findVersion(db, recovery, version, limit),
    listVersions: async (recovery) => {
      const rows = await db
        .selectFrom('acknowledged')
        .select(['version', 'summary'])
        .where('recovery', '=', recovery)
        .orderBy('version')
        .execute();
      return rows.map(({ version, summary }) => ({ version, summary: acknowledgedSummarySchema.parse(summary) }));
    },
  };
}

function addVersion(
  db: Kysely<Schema>,
  recovery: string,
  { version, summary, entries }: Named,
  { idempotencyKey, kind, body }: LedgerRequest,
): Promise<void> {
  return db.transaction().execute(async (trx) => {
    await trx
      .insertInto('acknowledged')
      .values({ recovery, version, summary: JSON.stringify(summary) })
      .execute();
    for (let from = 0; from < entries.length; from += AT_ONCE) {
      const rows = entries.slice(from, from + AT_ONCE).map((entry, at) => ({
        recovery,
        version,
        place: from + at,
        standing: entry.standing,
        request: entry.requestId,
        account: entry.accountId,
        entry: JSON.stringify(entry),
      }));
      await trx.insertInto('acknowledged_entry').values(rows).execute();
    }
    await trx
      .insertInto('ledger_due')
      .values({ idempotency_key: idempotencyKey, kind, body: JSON.stringify(body), noted_at: new Date(summary.computedAt) })
      .onConflict((conflict) => conflict.column('idempotency_key').doNothing())
      .execute();
  });
}

async function findVersion(
  db: Kysely<Schema>,
  recovery: string,
  wanted: number | undefined,
  limit: number,
): Promise<Named | undefined> {
  const all = db.selectFrom('acknowledged').select(['version', 'summary']).where('recovery', '=', recovery);
  const chosen = wanted === undefined ? all : all.where('version', '=', wanted);
  const row = await chosen.orderBy('version', 'desc').limit(1).executeTakeFirst();
  if (!row) return undefined;
  const rows = await db
    .selectFrom('acknowledged_entry')
    .select('entry')
    .where('recovery', '=', recovery)
    .where('version', '=', row.version)
    .orderBy('place')
    .limit(limit)
    .execute();
  return {
    version: row.version,
    summary: acknowledgedSummarySchema.parse(row.summary),
    entries: rows.map(({ entry }) => acknowledgedEntrySchema.parse(entry)),
  };
}
