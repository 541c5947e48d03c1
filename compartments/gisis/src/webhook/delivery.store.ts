import { type Kysely, sql, type Transaction } from 'kysely';
import { z } from 'zod';
import type { Schema } from '#schema.ts';
import { type Delivery, EVENTS, type WebhookEvent } from './webhook.rules.ts';

const rowSchema = z
  .object({
    id: z.coerce.string(),
    webhook_id: z.string(),
    message: z.string(),
    event: z.enum(EVENTS),
    reference: z.string().nullable(),
    revision: z.number().nullable(),
    created_at: z.date(),
    attempts: z.number(),
    next_at: z.date().nullable(),
    answered_status: z.number().nullable(),
    fault: z.string().nullable(),
    ended_as: z.enum(['sent', 'given-up']).nullable(),
  })
  .transform(
    (row): Delivery => ({
      id: row.id,
      webhookId: row.webhook_id,
      message: row.message,
      event: row.event,
      reference: row.reference,
      revision: row.revision,
      createdAt: row.created_at,
      attempts: row.attempts,
      nextAt: row.next_at,
      answeredStatus: row.answered_status,
      fault: row.fault,
      endedAs: row.ended_as,
    }),
  );
const COLUMNS = sql.raw(
  [
    'id',
    'webhook_id',
    'message',
    'event',
    'reference',
    'revision',
    'created_at',
    'attempts',
    'next_at',
    'answered_status',
    'fault',
    'ended_as',
  ]
    .map((name) => `d.${name}`)
    .join(', '),
);

export type NewDelivery = Pick<Delivery, 'webhookId' | 'message' | 'event' | 'reference' | 'revision' | 'createdAt'>;

export async function insertDeliveries(trx: Transaction<Schema>, deliveries: readonly NewDelivery[]): Promise<void> {
  if (deliveries.length === 0) return;
  const rows = deliveries.map(
    ({ webhookId, message, event, reference, revision, createdAt }) =>
      sql`(${webhookId}, ${message}, ${event}, ${reference}, ${revision}::integer, ${createdAt}::timestamptz, ${createdAt}::timestamptz)`,
  );
  await sql`insert into webhook_delivery (webhook_id, message, event, reference, revision, created_at, next_at)
    values ${sql.join(rows)}`.execute(trx);
}

/** The latest of one webhook, the newest first. */
export async function listDeliveries(db: Kysely<Schema>, webhookId: string, limit: number): Promise<Delivery[]> {
  const { rows } =
    await sql`select ${COLUMNS} from webhook_delivery d where webhook_id = ${webhookId} order by id desc limit ${limit}`.execute(
      db,
    );
  return z.array(rowSchema).parse(rows);
}

/** What is due at addresses that are not stopped and do not rest. */
export async function listDue(db: Kysely<Schema>, now: Date, limit: number): Promise<Delivery[]> {
  const { rows } = await sql`select ${COLUMNS} from webhook_delivery d join webhook w on w.id = d.webhook_id
    where d.next_at <= ${now} and w.stopped_why is null and (w.rests_until is null or w.rests_until <= ${now})
    order by d.next_at, d.id limit ${limit}`.execute(db);
  return z.array(rowSchema).parse(rows);
}

export async function countWaiting(db: Kysely<Schema>, webhookId: string, limit: number): Promise<number> {
  const { rows } = await sql`select count(*)::int as count from (select from webhook_delivery where webhook_id = ${webhookId}
    and next_at is not null limit ${limit}) waiting`.execute(db);
  return z.object({ count: z.number() }).parse(rows[0]).count;
}

/** What each of these records was last told as to one webhook. */
export async function listLastTold(
  db: Kysely<Schema>,
  webhookId: string,
  references: readonly string[],
): Promise<ReadonlyMap<string, WebhookEvent>> {
  if (references.length === 0) return new Map();
  const { rows } = await sql`select distinct on (reference) reference, event from webhook_delivery
    where webhook_id = ${webhookId} and reference = any(${references}) order by reference, id desc`.execute(db);
  const told = z.array(z.object({ reference: z.string(), event: z.enum(EVENTS) })).parse(rows);
  return new Map(told.map(({ reference, event }) => [reference, event]));
}

export type Attempt = { readonly at: Date; readonly status: number | null; readonly fault: string | null };

export async function endDelivery(
  trx: Transaction<Schema>,
  { id }: Pick<Delivery, 'id'>,
  as: 'sent' | 'given-up',
  { at, status, fault }: Attempt,
): Promise<void> {
  await sql`update webhook_delivery set attempts = attempts + 1, next_at = null, ended_as = ${as}, ended_at = ${at},
    answered_status = ${status}, fault = ${fault} where id = ${id}`.execute(trx);
}

export async function putOff(
  trx: Transaction<Schema>,
  { id }: Pick<Delivery, 'id'>,
  until: Date,
  { status, fault }: Attempt,
): Promise<void> {
  await sql`update webhook_delivery set attempts = attempts + 1, next_at = ${until}, answered_status = ${status}, fault = ${fault}
    where id = ${id}`.execute(trx);
}

/** What waits is tried at once, when an address is started again. */
export async function wakeDeliveries(trx: Transaction<Schema>, webhookId: string, at: Date): Promise<void> {
  await sql`update webhook_delivery set next_at = ${at} where webhook_id = ${webhookId} and next_at > ${at}`.execute(trx);
}

const OLD = sql`from webhook_delivery d join webhook w on w.id = d.webhook_id where d.ended_at < `;
/** Of a query's webhook it stays known what was last told of a record: it is told when the record no longer fits. */
const NOT_REMEMBERED = sql`(w.query = '' or d.event <> 'record.changed' or exists (select from webhook_delivery later
  where later.webhook_id = d.webhook_id and later.reference = d.reference and later.id > d.id))`;

export async function hasOldDeliveries(db: Kysely<Schema>, before: Date): Promise<boolean> {
  const { rows } = await sql`select ${OLD} ${before} and ${NOT_REMEMBERED} limit 1`.execute(db);
  return rows.length > 0;
}

export async function deleteOldDeliveries(trx: Transaction<Schema>, before: Date, most: number): Promise<void> {
  await sql`delete from webhook_delivery where id in (select d.id ${OLD} ${before} and ${NOT_REMEMBERED} limit ${most})`.execute(
    trx,
  );
}
