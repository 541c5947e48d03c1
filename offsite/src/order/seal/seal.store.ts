import type { StreamSeal } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import { violatedConstraint } from '@bulkhead/postgres/query-error';
import type { Kysely, Selectable } from 'kysely';
import type { IssuedOrder } from '#order/order.rules.ts';
import type { Schema } from '#schema.ts';
import type { Seal } from './seal.rules.ts';

export type SealStore = {
  /** The order and the request for its seal, in one transaction. */
  readonly addSeal: (issued: IssuedOrder, requestedAt: Date) => Promise<void>;
  readonly noteAnswer: (compartment: string, epoch: number, answer: StreamSeal) => Promise<void>;
  readonly noteRecorded: (compartment: string, epoch: number, now: Date) => Promise<void>;
  readonly findSeal: (compartment: string, epoch: number) => Promise<Seal | undefined>;
  /** Every seal of a compartment since it was last ordered to be open, newest first. */
  readonly listSinceOpen: (compartment: string) => Promise<readonly Seal[]>;
  /** The newest seal of each compartment that ever had one. */
  readonly listLatest: () => Promise<readonly Seal[]>;
};

export function createSealStore(db: Kysely<Schema>): SealStore {
  const seals = () =>
    db
      .selectFrom('seal_record as seal')
      .selectAll('seal')
      .select((eb) =>
        eb
          .selectFrom('applied')
          .whereRef('applied.compartment', '=', 'seal.compartment')
          .whereRef('applied.epoch', '=', 'seal.epoch')
          .where('applied.is_ok', '=', true)
          .select(({ fn }) => fn.max('applied.received_at').as('at'))
          .as('effective_at'),
      );
  return {
    addSeal: async ({ order, signed, cause }, requestedAt) => {
      await db
        .transaction()
        .execute(async (trx) => {
          await trx
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
            .execute();
          await trx
            .insertInto('seal_record')
            .values({
              compartment: order.compartment,
              epoch: order.epoch,
              sealed_by: order.by,
              reason: order.reason,
              requested_at: requestedAt,
            })
            .execute();
        })
        .catch((cause: unknown) => {
          if (violatedConstraint(cause) === undefined) throw cause;
          throw new EstateError('order.stale', `sealing ${order.compartment}: another order was first`, { cause });
        });
    },
    noteAnswer: async (compartment, epoch, answer) => {
      await db
        .updateTable('seal_record')
        .set({ lsn: answer.lsn, timeline: answer.timeline, sealed_at: new Date(answer.sealedAt) })
        .where('compartment', '=', compartment)
        .where('epoch', '=', epoch)
        .execute();
    },
    noteRecorded: async (compartment, epoch, now) => {
      await db
        .updateTable('seal_record')
        .set({ recorded_at: now })
        .where('compartment', '=', compartment)
        .where('epoch', '=', epoch)
        .where('recorded_at', 'is', null)
        .execute();
    },
    findSeal: async (compartment, epoch) => {
      const row = await seals().where('seal.compartment', '=', compartment).where('seal.epoch', '=', epoch).executeTakeFirst();
      return row && toSeal(row);
    },
    listSinceOpen: async (compartment) => {
      const rows = await seals()
        .where('seal.compartment', '=', compartment)
        .where('seal.epoch', '>', (eb) =>
          eb
            .selectFrom('site_order')
            .where('compartment', '=', compartment)
            .where('state', '=', 'open')
            .select(({ fn }) => fn.coalesce(fn.max('epoch'), eb.lit(0)).as('epoch')),
        )
        .orderBy('seal.epoch', 'desc')
        .execute();
      return rows.map(toSeal);
    },
    listLatest: async () => {
      const rows = await seals()
        .distinctOn('seal.compartment')
        .orderBy('seal.compartment')
        .orderBy('seal.epoch', 'desc')
        .execute();
      return rows.map(toSeal);
    },
  };
}

type Row = Selectable<Schema['seal_record']> & { readonly effective_at: Date | null };

function toSeal(row: Row): Seal {
  return {
    compartment: row.compartment,
    epoch: row.epoch,
    by: row.sealed_by,
    reason: row.reason,
    requestedAt: row.requested_at,
    lsn: row.lsn,
    timeline: row.timeline,
    sealedAt: row.sealed_at,
    recordedAt: row.recorded_at,
    effectiveAt: row.effective_at,
  };
}
