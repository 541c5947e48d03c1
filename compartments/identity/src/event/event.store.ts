import type { Kysely, Transaction } from 'kysely';
import { z } from 'zod';
import type { Schema } from '#schema.ts';
import { type AccountEvent, EVENT_KINDS } from './event.rules.ts';

const kindSchema = z.enum(EVENT_KINDS);
const DETAIL_LIMIT = 200;

export async function insertEvent(
  trx: Transaction<Schema>,
  event: Omit<AccountEvent, 'seenAt'> & { readonly accountId: string },
): Promise<void> {
  await trx
    .insertInto('account_event')
    .values({
      id: event.id,
      account_id: event.accountId,
      kind: event.kind,
      happened_at: event.happenedAt,
      session_id: event.sessionId,
      address: event.address,
      device: event.device,
      detail: event.detail.slice(0, DETAIL_LIMIT),
    })
    .execute();
}

export async function listEvents(db: Kysely<Schema>, accountId: string, limit: number): Promise<AccountEvent[]> {
  const rows = await db
    .selectFrom('account_event')
    .select(['id', 'kind', 'happened_at', 'session_id', 'address', 'device', 'detail', 'seen_at'])
    .where('account_id', '=', accountId)
    .orderBy('happened_at', 'desc')
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    kind: kindSchema.parse(row.kind),
    happenedAt: row.happened_at,
    sessionId: row.session_id,
    address: row.address,
    device: row.device,
    detail: row.detail,
    seenAt: row.seen_at,
  }));
}

export async function markSeen(trx: Transaction<Schema>, accountId: string, at: Date): Promise<void> {
  await trx
    .updateTable('account_event')
    .set({ seen_at: at })
    .where('account_id', '=', accountId)
    .where('seen_at', 'is', null)
    .execute();
}

export async function deleteEventsBefore(trx: Transaction<Schema>, before: Date, limit: number): Promise<void> {
  const old = trx.selectFrom('account_event').select('id').where('happened_at', '<', before).limit(limit);
  await trx.deleteFrom('account_event').where('id', 'in', old).execute();
}
