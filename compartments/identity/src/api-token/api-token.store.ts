import { languageSchema } from '@bulkhead/contracts';
import type { Kysely, Transaction } from 'kysely';
import type { Role } from '#role/role.rules.ts';
import type { Schema } from '#schema.ts';
import type { ApiTokenRow } from './api-token.rules.ts';

const COLUMNS = [
  'api_token.id',
  'api_token.account_id',
  'api_token.name',
  'api_token.scopes',
  'api_token.is_read_only',
  'api_token.created_at',
  'api_token.expires_at',
  'api_token.last_used_at',
  'api_token.ended_at',
] as const;

export async function listTokens(db: Kysely<Schema>, accountId: string): Promise<ApiTokenRow[]> {
  const rows = await db
    .selectFrom('api_token')
    .select(COLUMNS)
    .where('account_id', '=', accountId)
    .orderBy('created_at', 'desc')
    .limit(100)
    .execute();
  return rows.map(toToken);
}

/** A token that is good at this moment, and whose it is: of an account and a delegation that are active, as with sessions. */
export async function findLiveToken(db: Kysely<Schema>, secretSha256: string, now: Date) {
  const row = await db
    .selectFrom('api_token')
    .innerJoin('account', 'account.id', 'api_token.account_id')
    .innerJoin('delegation', 'delegation.id', 'account.delegation_id')
    .select([...COLUMNS, 'account.display_name', 'account.language', 'account.delegation_id'])
    .where('api_token.secret_sha256', '=', secretSha256)
    .where('api_token.ended_at', 'is', null)
    .where('api_token.expires_at', '>', now)
    .where('account.status', '=', 'active')
    .where('delegation.status', '=', 'active')
    .executeTakeFirst();
  if (!row) return undefined;
  const holder = {
    displayName: row.display_name,
    language: languageSchema.parse(row.language),
    delegationId: row.delegation_id,
  };
  return { ...toToken(row), ...holder };
}

/** The roles of an account that count now. */
export async function listRolesHeld(db: Kysely<Schema>, accountId: string, now: Date): Promise<Role[]> {
  return db
    .selectFrom('role_grant')
    .select(['compartment', 'role'])
    .where('account_id', '=', accountId)
    .where('state', '=', 'granted')
    .where('ends_at', '>', now)
    .orderBy('compartment')
    .orderBy('role')
    .execute();
}

export async function insertToken(
  trx: Transaction<Schema>,
  token: Omit<ApiTokenRow, 'lastUsedAt' | 'endedAt'>,
  secretSha256: string,
): Promise<void> {
  await trx
    .insertInto('api_token')
    .values({
      id: token.id,
      account_id: token.accountId,
      name: token.name,
      secret_sha256: secretSha256,
      scopes: [...token.scopes],
      is_read_only: token.isReadOnly,
      created_at: token.createdAt,
      expires_at: token.expiresAt,
    })
    .execute();
}

export async function endTokensById(trx: Transaction<Schema>, ids: readonly string[], at: Date): Promise<void> {
  await trx.updateTable('api_token').set({ ended_at: at }).where('id', 'in', ids).where('ended_at', 'is', null).execute();
}

export async function endTokensMadeBefore(trx: Transaction<Schema>, accountId: string, before: Date, at: Date): Promise<void> {
  await trx
    .updateTable('api_token')
    .set({ ended_at: at })
    .where('account_id', '=', accountId)
    .where('created_at', '<', before)
    .where('ended_at', 'is', null)
    .execute();
}

function toToken(row: {
  readonly id: string;
  readonly account_id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly is_read_only: boolean;
  readonly created_at: Date;
  readonly expires_at: Date;
  readonly last_used_at: Date | null;
  readonly ended_at: Date | null;
}): ApiTokenRow {
  return {
    id: row.id,
    accountId: row.account_id,
    name: row.name,
    scopes: row.scopes,
    isReadOnly: row.is_read_only,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    endedAt: row.ended_at,
  };
}
