import { type Applied, appliedSchema, type Order, orderSchema, type Signed, signedSchema } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { violatedConstraint } from '@bulkhead/postgres/query-error';
import type { Kysely, Selectable } from 'kysely';
import type { Schema } from '#schema.ts';
import type { IssuedOrder } from './order.rules.ts';

export type StoredOrder = IssuedOrder & { readonly isReleased: boolean };
export type ReceivedApplied = Applied & { readonly receivedAt: Date };

export type OrderStore = {
  readonly addOrder: (issued: IssuedOrder) => Promise<void>;
  readonly markReleased: (compartment: string, epoch: number, now: Date) => Promise<void>;
  readonly findByCause: (cause: string) => Promise<StoredOrder | undefined>;
  /** The order with the highest epoch of each compartment. */
  readonly listLatest: () => Promise<readonly StoredOrder[]>;
  readonly addApplied: (applied: Applied, now: Date) => Promise<void>;
  /** What each part said of the highest epoch it spoke of. */
  readonly listApplied: () => Promise<readonly ReceivedApplied[]>;
};

export function createOrderStore(db: Kysely<Schema>): OrderStore {
  return {
    addOrder: async ({ order, signed, cause }) => {
      await db
        .insertInto('site_order')
        .values({
          compartment: order.compartment,
          epoch: order.epoch,
          state: order.state,
          cause,
          signed_order: JSON.stringify(signed),
          issued_at: new Date(order.issuedAt),
          released_at: null,
        })
        .execute()
        .catch((cause: unknown) => {
          if (violatedConstraint(cause) === undefined) throw cause;
          throw new EstateError('order.stale', `issuing order ${order.epoch} for ${order.compartment}: another was first`, {
            cause,
          });
        });
    },
    markReleased: async (compartment, epoch, now) => {
      await db
        .updateTable('site_order')
        .set({ released_at: now })
        .where('compartment', '=', compartment)
        .where('epoch', '=', epoch)
        .where('released_at', 'is', null)
        .execute();
    },
    findByCause: async (cause) => {
      const row = await db.selectFrom('site_order').selectAll().where('cause', '=', cause).executeTakeFirst();
      return row && toStored(row);
    },
    listLatest: async () => {
      const rows = await db
        .selectFrom('site_order')
        .selectAll()
        .distinctOn('compartment')
        .orderBy('compartment')
        .orderBy('epoch', 'desc')
        .execute();
      return rows.map(toStored);
    },
    addApplied: async (applied, now) => {
      const row = {
        state: applied.state,
        is_ok: applied.ok,
        detail: applied.detail,
        closure: applied.closure === undefined ? null : JSON.stringify(applied.closure),
        seen_at: new Date(applied.at),
        received_at: now,
      };
      await db
        .insertInto('applied')
        .values({ compartment: applied.compartment, part: applied.part, epoch: applied.epoch, ...row })
        // The first success of an epoch is the one that is measured.
        .onConflict((conflict) =>
          conflict
            .columns(['compartment', 'part', 'epoch'])
            .doUpdateSet(row)
            .where((eb) => eb.or([eb('applied.is_ok', '=', false), eb('applied.state', '!=', applied.state)])),
        )
        .execute();
    },
    listApplied: async () => {
      const rows = await db
        .selectFrom('applied')
        .selectAll()
        .distinctOn(['compartment', 'part'])
        .orderBy('compartment')
        .orderBy('part')
        .orderBy('epoch', 'desc')
        .execute();
      return rows.map(toApplied);
    },
  };
}

/** The message is read without its signature: it was signed by this process and never left this database. */
export function readOrder(signed: Signed): Order {
  return orderSchema.parse(JSON.parse(signed.message));
}

function toStored(row: Selectable<Schema['site_order']>): StoredOrder {
  const signed = signedSchema.parse(row.signed_order);
  return { order: readOrder(signed), signed, cause: row.cause, isReleased: row.released_at !== null };
}

function toApplied(row: Selectable<Schema['applied']>): ReceivedApplied {
  const applied = appliedSchema.parse({
    compartment: row.compartment,
    epoch: row.epoch,
    state: row.state,
    part: row.part,
    ok: row.is_ok,
    detail: row.detail,
    at: row.seen_at.toISOString(),
    ...(row.closure === null ? {} : { closure: row.closure }),
  });
  return { ...applied, receivedAt: row.received_at };
}
