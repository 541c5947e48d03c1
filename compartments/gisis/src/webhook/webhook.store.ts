import { type Kysely, sql, type Transaction } from 'kysely';
import { z } from 'zod';
import type { Schema } from '#schema.ts';
import { MOST_IN_ALL, MOST_OF_ACCOUNT, STOP_REASONS, type StopReason, type Webhook } from './webhook.rules.ts';

const rowSchema = z
  .object({
    id: z.string(),
    account_id: z.string(),
    account_name: z.string(),
    delegation: z.string().nullable(),
    module: z.string(),
    query: z.string(),
    url: z.string(),
    secret_generation: z.number(),
    secret_check: z.string(),
    stopped_why: z.enum(STOP_REASONS).nullable(),
    place: z.string(),
    failing_since: z.date().nullable(),
    created_at: z.date(),
  })
  .transform(
    (row): Webhook => ({
      id: row.id,
      accountId: row.account_id,
      accountName: row.account_name,
      delegation: row.delegation,
      module: row.module,
      query: row.query,
      url: row.url,
      secretGeneration: row.secret_generation,
      secretCheck: row.secret_check,
      stoppedWhy: row.stopped_why,
      place: row.place,
      failingSince: row.failing_since,
      createdAt: row.created_at,
    }),
  );
const COLUMNS = sql`id, account_id, account_name, delegation, module, query, url, secret_generation, secret_check, stopped_why, place,
  failing_since, created_at`;

/** Those of one account, or all of them. */
export async function listWebhooks(db: Kysely<Schema>, accountId: string | null): Promise<Webhook[]> {
  const { rows } = await sql`select ${COLUMNS} from webhook where ${accountId}::text is null or account_id = ${accountId}
    order by created_at, id limit ${MOST_IN_ALL}`.execute(db);
  return z.array(rowSchema).parse(rows);
}

export async function listActive(db: Kysely<Schema>): Promise<Webhook[]> {
  const { rows } = await sql`select ${COLUMNS} from webhook where stopped_why is null order by id limit ${MOST_IN_ALL}`.execute(
    db,
  );
  return z.array(rowSchema).parse(rows);
}

export async function findWebhook(db: Kysely<Schema>, id: string): Promise<Webhook | undefined> {
  const { rows } = await sql`select ${COLUMNS} from webhook where id = ${id}`.execute(db);
  return rows[0] === undefined ? undefined : rowSchema.parse(rows[0]);
}

/** Keeps a webhook unless there are as many as there may be: one after the other. @returns whether it is kept */
export async function insertWebhook(trx: Transaction<Schema>, hook: Webhook): Promise<boolean> {
  await sql`select pg_advisory_xact_lock(hashtextextended('webhook', 0))`.execute(trx);
  const { rows } = await sql`insert into webhook (id, account_id, account_name, delegation, module, query, url, secret_generation,
      secret_check, place, created_at)
    select ${hook.id}, ${hook.accountId}, ${hook.accountName}, ${hook.delegation}, ${hook.module}, ${hook.query}, ${hook.url},
      ${hook.secretGeneration}::integer, ${hook.secretCheck}, ${hook.place}, ${hook.createdAt}::timestamptz
    where (select count(*) from webhook where account_id = ${hook.accountId}) < ${MOST_OF_ACCOUNT}
      and (select count(*) from webhook) < ${MOST_IN_ALL} returning id`.execute(trx);
  return rows.length > 0;
}

/** Moves on from one place to the next. @returns false if another round has done so, or it was stopped */
export async function moveOn(
  trx: Transaction<Schema>,
  { id, place }: Pick<Webhook, 'id' | 'place'>,
  next: string,
): Promise<boolean> {
  const { rows } = await sql`update webhook set place = ${next} where id = ${id} and place = ${place} and stopped_why is null
    returning id`.execute(trx);
  return rows.length > 0;
}

export async function setStopped(trx: Transaction<Schema>, id: string, why: StopReason): Promise<void> {
  await sql`update webhook set stopped_why = ${why} where id = ${id} and stopped_why is null`.execute(trx);
}

export async function setStarted(trx: Transaction<Schema>, id: string): Promise<void> {
  await sql`update webhook set stopped_why = null, failing_since = null, rests_until = null where id = ${id}`.execute(trx);
}

export async function setSecret(
  trx: Transaction<Schema>,
  id: string,
  { generation, check }: { readonly generation: number; readonly check: string },
): Promise<void> {
  await sql`update webhook set secret_generation = ${generation}, secret_check = ${check},
    stopped_why = case when stopped_why = 'other-key' then null else stopped_why end where id = ${id}`.execute(trx);
}

export async function setFailing(trx: Transaction<Schema>, id: string, at: Date, until: Date): Promise<void> {
  await sql`update webhook set failing_since = coalesce(failing_since, ${at}), rests_until = ${until} where id = ${id}`.execute(
    trx,
  );
}

export async function setWell(trx: Transaction<Schema>, id: string): Promise<void> {
  await sql`update webhook set failing_since = null, rests_until = null where id = ${id}
    and (failing_since is not null or rests_until is not null)`.execute(trx);
}

export async function deleteWebhook(trx: Transaction<Schema>, id: string): Promise<void> {
  await sql`delete from webhook_delivery where webhook_id = ${id}`.execute(trx);
  await sql`delete from webhook where id = ${id}`.execute(trx);
}
