import { type Signed, signedSchema } from '@bulkhead/contracts';
import { violatedConstraint } from '@bulkhead/postgres/query-error';
import type { Kysely } from 'kysely';
import type { Schema } from '#schema.ts';

export type StoredBatch = {
  readonly keyId: string;
  readonly sequence: number;
  readonly sha256: string;
  readonly receipts: number;
  readonly signed: Signed;
  readonly receivedAt: Date;
};

export type ReceiptStore = {
  /** The highest sequence stored of a key; 0 if none. */
  readonly lastSequence: (keyId: string) => Promise<number>;
  /** The highest of all keys. */
  readonly lastOfAny: () => Promise<number>;
  readonly findDigest: (keyId: string, sequence: number) => Promise<string | undefined>;
  /** False if the sequence is taken. */
  readonly addBatch: (batch: StoredBatch) => Promise<boolean>;
  /** As they were signed, in the order in which they came. */
  readonly listAfter: (id: string, limit: number) => Promise<NumberedBatch[]>;
  /** As they were signed, the newest first; only before a number, if one is given. */
  readonly listNewest: (before: number | null, limit: number) => Promise<NumberedBatch[]>;
};
/** `id` counts all batches, of whatever key; holes mean nothing. */
export type NumberedBatch = { readonly id: number; readonly signed: Signed };

export function createReceiptStore(db: Kysely<Schema>): ReceiptStore {
  return {
    lastSequence: async (keyId) => {
      const row = await db
        .selectFrom('receipt_batch')
        .select(({ fn }) => fn.max('sequence').as('last'))
        .where('key_id', '=', keyId)
        .executeTakeFirst();
      return row?.last ?? 0;
    },
    lastOfAny: async () => {
      const row = await db
        .selectFrom('receipt_batch')
        .select(({ fn }) => fn.max('sequence').as('last'))
        .executeTakeFirst();
      return row?.last ?? 0;
    },
    findDigest: async (keyId, sequence) => {
      const row = await db
        .selectFrom('receipt_batch')
        .select('sha256')
        .where('key_id', '=', keyId)
        .where('sequence', '=', sequence)
        .executeTakeFirst();
      return row?.sha256;
    },
    addBatch: async ({ keyId, sequence, sha256, receipts, signed, receivedAt }) => {
      try {
        await db
          .insertInto('receipt_batch')
          .values({ key_id: keyId, sequence, sha256, receipts, signed_batch: JSON.stringify(signed), received_at: receivedAt })
          .execute();
        return true;
      } catch (error) {
        if (violatedConstraint(error) === undefined) throw error;
        return false;
      }
    },
    listAfter: async (id, limit) => {
      const query = db.selectFrom('receipt_batch').select(['id', 'signed_batch']).where('id', '>', id);
      const rows = await query.orderBy('id').limit(limit).execute();
      return rows.map((row) => ({ id: Number(row.id), signed: signedSchema.parse(row.signed_batch) }));
    },
    listNewest: async (before, limit) => {
      const all = db.selectFrom('receipt_batch').select(['id', 'signed_batch']);
      const query = before === null ? all : all.where('id', '<', String(before));
      const rows = await query.orderBy('id', 'desc').limit(limit).execute();
      return rows.map((row) => ({ id: Number(row.id), signed: signedSchema.parse(row.signed_batch) }));
    },
  };
}
