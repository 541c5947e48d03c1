import { NAME_WAYS, type PublicReading } from '@bulkhead/contracts';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Schema } from '#schema.ts';

export type NameOrder = NonNullable<PublicReading['names']>;
export type PublicReadingStore = {
  readonly findOrder: () => Promise<NameOrder | undefined>;
  readonly saveOrder: (order: NameOrder) => Promise<void>;
};

export function createPublicReadingStore(db: Kysely<Schema>): PublicReadingStore {
  return {
    findOrder: async () => {
      const row = await db.selectFrom('public_reading').selectAll().executeTakeFirst();
      if (!row) return undefined;
      const { ordered_by: by, reason, told } = row;
      return { way: z.enum(NAME_WAYS).parse(row.way), sinceAt: row.since_at.toISOString(), by, reason, told };
    },
    saveOrder: async ({ way, sinceAt, by, reason, told }) => {
      const row = { way, since_at: new Date(sinceAt), ordered_by: by, reason, told };
      await db
        .insertInto('public_reading')
        .values(row)
        .onConflict((conflict) => conflict.column('is_only').doUpdateSet(row))
        .execute();
    },
  };
}
