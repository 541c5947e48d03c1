import { type Kysely, sql, type Transaction } from 'kysely';
import { z } from 'zod';
import type { Schema } from '#schema.ts';
import { type Answer, KEPT_MS, MOST_KEYS, type Once } from './once.rules.ts';

const rowSchema = z.object({
  request_sha256: z.string(),
  status: z.union([z.literal(200), z.literal(201)]),
  reference: z.string(),
  etag: z.string(),
  body: z.string(),
});

/** What a key was answered with, and to which request. */
export async function findAnswer(
  db: Kysely<Schema>,
  { accountId, key }: Pick<Once, 'accountId' | 'key'>,
  now: Date,
): Promise<(Answer & { readonly requestSha256: string }) | undefined> {
  const { rows } = await sql`select request_sha256, status, reference, etag, body from answered_write
    where account_id = ${accountId} and key = ${key} and at > ${cutAt(now)}`.execute(db);
  if (rows[0] === undefined) return undefined;
  const { request_sha256: requestSha256, ...answer } = rowSchema.parse(rows[0]);
  return { ...answer, requestSha256 };
}

/** Takes a key for this transaction; false if another request has it. Whoever asks at the same time waits here. */
export async function claimKey(trx: Transaction<Schema>, { accountId, key, requestSha256 }: Once, now: Date): Promise<boolean> {
  await sql`delete from answered_write where account_id = ${accountId} and at <= ${cutAt(now)}`.execute(trx);
  const { rows } = await sql`insert into answered_write (account_id, key, request_sha256, at, status, reference, etag, body)
    values (${accountId}, ${key}, ${requestSha256}, ${now}, 200, '', '', '') on conflict do nothing returning key`.execute(trx);
  return rows.length > 0;
}

export async function keepAnswer(trx: Transaction<Schema>, { accountId, key }: Once, answer: Answer): Promise<void> {
  const { status, reference, etag, body } = answer;
  await sql`update answered_write set status = ${status}, reference = ${reference}, etag = ${etag}, body = ${body}
    where account_id = ${accountId} and key = ${key}`.execute(trx);
}

export async function releaseKey(trx: Transaction<Schema>, { accountId, key }: Once): Promise<void> {
  await sql`delete from answered_write where account_id = ${accountId} and key = ${key}`.execute(trx);
}

/** Whether an account has as many keys as are kept. */
export async function hasMostKeys(db: Kysely<Schema>, accountId: string): Promise<boolean> {
  const { rows } = await sql`select count(*)::int as count from (select from answered_write where account_id = ${accountId}
    limit ${MOST_KEYS + 1}) kept`.execute(db);
  return z.object({ count: z.number() }).parse(rows[0]).count > MOST_KEYS;
}

/** Forgets keys of accounts that write nothing more. */
export async function deleteOldAnswers(trx: Transaction<Schema>, now: Date, most: number): Promise<void> {
  await sql`delete from answered_write where ctid in (select ctid from answered_write where at <= ${cutAt(now)} limit ${most})`.execute(
    trx,
  );
}

export async function hasOldAnswers(db: Kysely<Schema>, now: Date): Promise<boolean> {
  const { rows } = await sql`select from answered_write where at <= ${cutAt(now)} limit 1`.execute(db);
  return rows.length > 0;
}

function cutAt(now: Date): Date {
  return new Date(now.getTime() - KEPT_MS);
}
