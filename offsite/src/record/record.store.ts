import { type LedgerRequest, ledgerRequestSchema } from '@bulkhead/contracts';
import type { Kysely } from 'kysely';
import type { Schema } from '#schema.ts';

export type DueEntry = { readonly id: string; readonly entry: LedgerRequest };
/** Entries on their way to the ledger. */
export type RecordStore = {
  /** Keeps an entry until the ledger has it; one that waits already is left as it is. */
  readonly addDue: (entry: LedgerRequest, now: Date) => Promise<void>;
  readonly listDue: (limit: number) => Promise<readonly DueEntry[]>;
  readonly removeDue: (id: string) => Promise<void>;
};

export function createRecordStore(db: Kysely<Schema>): RecordStore {
  return {
    addDue: async ({ idempotencyKey, kind, body }, now) => {
      await db
        .insertInto('ledger_due')
        .values({ idempotency_key: idempotencyKey, kind, body: JSON.stringify(body), noted_at: now })
        .onConflict((conflict) => conflict.column('idempotency_key').doNothing())
        .execute();
    },
    listDue: async (limit) => {
      const rows = await db.selectFrom('ledger_due').selectAll().orderBy('id').limit(limit).execute();
      return rows.map((row) => ({
        id: row.id,
        entry: ledgerRequestSchema.parse({ kind: row.kind, idempotencyKey: row.idempotency_key, body: row.body }),
      }));
    },
    removeDue: async (id) => {
      await db.deleteFrom('ledger_due').where('id', '=', id).execute();
    },
  };
}
