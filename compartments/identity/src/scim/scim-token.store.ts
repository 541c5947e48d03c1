import type { Kysely, Transaction } from 'kysely';
import type { Schema } from '#schema.ts';
import type { ScimToken, ScimTokenRow } from './scim-token.rules.ts';

export async function listScimTokens(db: Kysely<Schema>, delegationId: string): Promise<ScimTokenRow[]> {
  const rows = await db
    .selectFrom('scim_token')
    .select(['id', 'delegation_id', 'name', 'created_at', 'expires_at', 'last_used_at', 'ended_at'])
    .where('delegation_id', '=', delegationId)
    .orderBy('created_at', 'desc')
    .limit(100)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    delegationId: row.delegation_id,
    name: row.name,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    endedAt: row.ended_at,
  }));
}

/** A token that is good at this moment, of a delegation that is active. */
export async function findLiveScimToken(db: Kysely<Schema>, secretSha256: string, now: Date): Promise<ScimToken | undefined> {
  const row = await db
    .selectFrom('scim_token')
    .innerJoin('delegation', 'delegation.id', 'scim_token.delegation_id')
    .select(['scim_token.id', 'scim_token.delegation_id'])
    .where('scim_token.secret_sha256', '=', secretSha256)
    .where('scim_token.ended_at', 'is', null)
    .where('scim_token.expires_at', '>', now)
    .where('delegation.status', '=', 'active')
    .executeTakeFirst();
  return row && { id: row.id, delegationId: row.delegation_id };
}

export async function insertScimToken(
  trx: Transaction<Schema>,
  token: Pick<ScimTokenRow, 'id' | 'delegationId' | 'name' | 'createdAt' | 'expiresAt'>,
  given: { readonly secretSha256: string; readonly by: string },
): Promise<void> {
  await trx
    .insertInto('scim_token')
    .values({
      id: token.id,
      delegation_id: token.delegationId,
      name: token.name,
      secret_sha256: given.secretSha256,
      created_by: given.by,
      created_at: token.createdAt,
      expires_at: token.expiresAt,
    })
    .execute();
}
