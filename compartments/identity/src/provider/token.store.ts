import { sha256Hex } from '@bulkhead/kernel';
import type { Kysely, Transaction } from 'kysely';
import { z } from 'zod';
import type { Schema } from '#schema.ts';

const payloadSchema = z.record(z.string(), z.unknown());

export type Presence = {
  readonly sessionId: string;
  readonly clientId: string;
  readonly accountId: string;
  readonly sid: string;
  readonly begunAt: Date;
};

/** Whose session it is, beside what the contract of sessions tells. */
export async function findSubjectOf(
  db: Kysely<Schema>,
  sessionId: string,
): Promise<{ readonly email: string; readonly authenticatedAt: Date } | undefined> {
  const row = await db
    .selectFrom('session')
    .innerJoin('account', 'account.id', 'session.account_id')
    .select(['account.email', 'session.authenticated_at', 'session.started_at'])
    .where('session.id', '=', sessionId)
    .executeTakeFirst();
  return row && { email: row.email, authenticatedAt: row.authenticated_at ?? row.started_at };
}

export async function findConsent(db: Kysely<Schema>, accountId: string, clientId: string): Promise<readonly string[]> {
  const row = await db
    .selectFrom('oidc_consent')
    .select('scopes')
    .where('account_id', '=', accountId)
    .where('client_id', '=', clientId)
    .executeTakeFirst();
  return row?.scopes ?? [];
}

/** Adds to what a person lets a client know. */
export async function upsertConsent(
  trx: Transaction<Schema>,
  given: { readonly accountId: string; readonly clientId: string; readonly scopes: readonly string[]; readonly at: Date },
): Promise<void> {
  const scopes = [...given.scopes];
  await trx
    .insertInto('oidc_consent')
    .values({ account_id: given.accountId, client_id: given.clientId, scopes, given_at: given.at })
    .onConflict((conflict) => conflict.columns(['account_id', 'client_id']).doUpdateSet({ scopes, given_at: given.at }))
    .execute();
}

export async function deleteConsent(trx: Transaction<Schema>, accountId: string, clientId: string): Promise<void> {
  await trx.deleteFrom('oidc_consent').where('account_id', '=', accountId).where('client_id', '=', clientId).execute();
  await trx.deleteFrom('oidc_refresh_token').where('account_id', '=', accountId).where('client_id', '=', clientId).execute();
}

export type Connection = {
  readonly clientId: string;
  readonly clientName: string;
  readonly scopes: readonly string[];
  readonly givenAt: Date;
};

/** The software that a person lets know of them. */
export async function listConsents(db: Kysely<Schema>, accountId: string): Promise<Connection[]> {
  const rows = await db
    .selectFrom('oidc_consent')
    .innerJoin('oidc_client', 'oidc_client.id', 'oidc_consent.client_id')
    .select(['oidc_client.id', 'oidc_client.name', 'oidc_consent.scopes', 'oidc_consent.given_at'])
    .where('oidc_consent.account_id', '=', accountId)
    .orderBy('oidc_client.name')
    .limit(200)
    .execute();
  return rows.map((row) => ({ clientId: row.id, clientName: row.name, scopes: row.scopes, givenAt: row.given_at }));
}

/** A refresh token by itself, with the moment at which it was used; its own text is not kept. */
export async function findRefreshToken(
  db: Kysely<Schema>,
  token: string,
): Promise<{ readonly payload: Record<string, unknown>; readonly consumedAt: Date | null } | undefined> {
  const row = await db
    .selectFrom('oidc_refresh_token')
    .select(['payload', 'consumed_at'])
    .where('id_sha256', '=', sha256Hex(token))
    .executeTakeFirst();
  return row && { payload: payloadSchema.parse(row.payload), consumedAt: row.consumed_at };
}

export async function insertRefreshToken(
  trx: Transaction<Schema>,
  token: string,
  row: {
    readonly grantId: string;
    readonly clientId: string;
    readonly accountId: string;
    readonly payload: Record<string, unknown>;
    readonly at: Date;
    readonly expiresAt: Date;
  },
): Promise<void> {
  await trx
    .insertInto('oidc_refresh_token')
    .values({
      id_sha256: sha256Hex(token),
      grant_id: row.grantId,
      client_id: row.clientId,
      account_id: row.accountId,
      payload: JSON.stringify(row.payload),
      created_at: row.at,
      expires_at: row.expiresAt,
    })
    .execute();
}

/** Uses a refresh token; tells whether nobody had used it before. */
export async function consumeRefreshToken(trx: Transaction<Schema>, token: string, at: Date): Promise<boolean> {
  const result = await trx
    .updateTable('oidc_refresh_token')
    .set({ consumed_at: at })
    .where('id_sha256', '=', sha256Hex(token))
    .where('consumed_at', 'is', null)
    .executeTakeFirst();
  return Number(result.numUpdatedRows) === 1;
}

export async function deleteRefreshToken(trx: Transaction<Schema>, token: string): Promise<void> {
  await trx.deleteFrom('oidc_refresh_token').where('id_sha256', '=', sha256Hex(token)).execute();
}

export async function deleteRefreshTokensOfGrant(trx: Transaction<Schema>, grantId: string): Promise<void> {
  await trx.deleteFrom('oidc_refresh_token').where('grant_id', '=', grantId).execute();
}

export async function isAssertionUsed(db: Kysely<Schema>, id: string, now: Date): Promise<boolean> {
  const row = await db
    .selectFrom('oidc_used_assertion')
    .select('id_sha256')
    .where('id_sha256', '=', sha256Hex(id))
    .where('expires_at', '>', now)
    .executeTakeFirst();
  return row !== undefined;
}

/** Uses a client's assertion; tells whether nobody had used it before. */
export async function insertUsedAssertion(trx: Transaction<Schema>, id: string, expiresAt: Date): Promise<boolean> {
  const result = await trx
    .insertInto('oidc_used_assertion')
    .values({ id_sha256: sha256Hex(id), expires_at: expiresAt })
    .onConflict((conflict) => conflict.column('id_sha256').doNothing())
    .executeTakeFirst();
  return Number(result.numInsertedOrUpdatedRows) === 1;
}

export async function insertPresence(trx: Transaction<Schema>, presence: Presence): Promise<void> {
  await trx
    .insertInto('oidc_presence')
    .values({
      session_id: presence.sessionId,
      client_id: presence.clientId,
      account_id: presence.accountId,
      sid: presence.sid,
      begun_at: presence.begunAt,
    })
    .onConflict((conflict) => conflict.columns(['session_id', 'client_id']).doNothing())
    .execute();
}

export type EndedPresence = { readonly sid: string; readonly accountId: string; readonly endedAt: Date };

/** The sessions that a client knows and that have ended since, all of them or those named; latest first. */
export async function listEndedPresences(
  db: Kysely<Schema>,
  which: { readonly clientId: string; readonly since: Date; readonly sessionIds?: readonly string[] },
  limit: number,
): Promise<EndedPresence[]> {
  let query = db
    .selectFrom('oidc_presence')
    .innerJoin('session', 'session.id', 'oidc_presence.session_id')
    .select(['oidc_presence.sid', 'oidc_presence.account_id', 'session.ended_at'])
    .where('oidc_presence.client_id', '=', which.clientId)
    .where('session.ended_at', '>', which.since);
  if (which.sessionIds !== undefined) query = query.where('session.id', 'in', [...which.sessionIds]);
  const rows = await query.orderBy('session.ended_at', 'desc').limit(limit).execute();
  return rows.flatMap(({ sid, account_id: accountId, ended_at: endedAt }) => (endedAt ? [{ sid, accountId, endedAt }] : []));
}

export type Untold = {
  readonly sessionId: string;
  readonly clientId: string;
  readonly accountId: string;
  readonly sid: string;
  readonly uri: string;
  readonly endedAt: Date;
};

/** The ends of sessions that clients asked to be told of, and were not yet. */
export async function listUntold(db: Kysely<Schema>, since: Date, limit: number): Promise<Untold[]> {
  const rows = await db
    .selectFrom('oidc_presence')
    .innerJoin('session', 'session.id', 'oidc_presence.session_id')
    .innerJoin('oidc_client', 'oidc_client.id', 'oidc_presence.client_id')
    .select([
      'oidc_presence.session_id',
      'oidc_presence.client_id',
      'oidc_presence.account_id',
      'oidc_presence.sid',
      'oidc_client.backchannel_logout_uri',
      'session.ended_at',
    ])
    .where('oidc_presence.told_at', 'is', null)
    .where('oidc_client.backchannel_logout_uri', 'is not', null)
    .where('oidc_client.disabled_at', 'is', null)
    .where('session.ended_at', '>', since)
    .orderBy('session.ended_at')
    .limit(limit)
    .execute();
  return rows.flatMap((row) =>
    row.backchannel_logout_uri && row.ended_at
      ? [
          {
            sessionId: row.session_id,
            clientId: row.client_id,
            accountId: row.account_id,
            sid: row.sid,
            uri: row.backchannel_logout_uri,
            endedAt: row.ended_at,
          },
        ]
      : [],
  );
}

export async function setPresenceTold(
  trx: Transaction<Schema>,
  presence: { readonly sessionId: string; readonly clientId: string },
  at: Date,
): Promise<void> {
  await trx
    .updateTable('oidc_presence')
    .set({ told_at: at })
    .where('session_id', '=', presence.sessionId)
    .where('client_id', '=', presence.clientId)
    .where('told_at', 'is', null)
    .execute();
}

/** Drops what nothing can come of any more. */
export async function deleteOverdue(trx: Transaction<Schema>, now: Date, presencesBefore: Date): Promise<void> {
  await trx.deleteFrom('oidc_refresh_token').where('expires_at', '<', now).execute();
  await trx.deleteFrom('oidc_used_assertion').where('expires_at', '<', now).execute();
  await trx.deleteFrom('oidc_presence').where('begun_at', '<', presencesBefore).execute();
}

export async function findSessionBySid(db: Kysely<Schema>, sid: string): Promise<string | undefined> {
  const row = await db.selectFrom('oidc_presence').select('session_id').where('sid', '=', sid).executeTakeFirst();
  return row?.session_id;
}
