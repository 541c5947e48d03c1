import type { Kysely, Transaction } from 'kysely';
import { z } from 'zod';
import type { Schema } from '#schema.ts';
import type { IdentityProvider, ProviderWish } from './federation.rules.ts';

const COLUMNS = [
  'id',
  'name',
  'delegation_id',
  'issuer',
  'client_id',
  'sealed_secret',
  'email_domains',
  'role_claim',
  'role_map',
  'adds_accounts',
  'vouches_for_addresses',
  'changed_at',
  'disabled_at',
] as const;
const mapSchema = z.record(z.string(), z.string());

export async function listAllProviders(db: Kysely<Schema>): Promise<IdentityProvider[]> {
  return (await db.selectFrom('identity_provider').select(COLUMNS).orderBy('name').limit(200).execute()).map(toProvider);
}

export async function findProviderById(db: Kysely<Schema>, id: string): Promise<IdentityProvider | undefined> {
  const row = await db.selectFrom('identity_provider').select(COLUMNS).where('id', '=', id).executeTakeFirst();
  return row && toProvider(row);
}

export async function insertProvider(
  trx: Transaction<Schema>,
  wish: ProviderWish,
  given: { readonly sealedSecret: string; readonly by: string; readonly at: Date },
): Promise<boolean> {
  const { sealedSecret, by, at } = given;
  const result = await trx
    .insertInto('identity_provider')
    .values({ ...rowOf(wish), id: wish.id, sealed_secret: sealedSecret, created_by: by, created_at: at, changed_at: at })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst();
  return Number(result.numInsertedOrUpdatedRows) === 1;
}

export async function updateProvider(
  trx: Transaction<Schema>,
  wish: ProviderWish,
  given: { readonly sealedSecret: string | null; readonly at: Date },
): Promise<void> {
  await trx
    .updateTable('identity_provider')
    .set({ ...rowOf(wish), sealed_secret: given.sealedSecret, changed_at: given.at })
    .where('id', '=', wish.id)
    .execute();
}

export async function setProviderDisabled(
  trx: Transaction<Schema>,
  id: string,
  disabledAt: Date | null,
  at: Date,
): Promise<void> {
  await trx.updateTable('identity_provider').set({ disabled_at: disabledAt, changed_at: at }).where('id', '=', id).execute();
}

export async function findLinkedAccount(db: Kysely<Schema>, providerId: string, subject: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('external_identity')
    .select('account_id')
    .where('provider_id', '=', providerId)
    .where('subject', '=', subject)
    .executeTakeFirst();
  return row?.account_id;
}

export async function isAccountLinked(db: Kysely<Schema>, providerId: string, accountId: string): Promise<boolean> {
  const row = await db
    .selectFrom('external_identity')
    .select('subject')
    .where('provider_id', '=', providerId)
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  return row !== undefined;
}

/** Links a subject, or notes its use; tells whether the account is the one that is linked. */
export async function useLink(
  trx: Transaction<Schema>,
  link: { readonly providerId: string; readonly subject: string; readonly accountId: string; readonly at: Date },
): Promise<boolean> {
  const row = await trx
    .insertInto('external_identity')
    .values({
      provider_id: link.providerId,
      subject: link.subject,
      account_id: link.accountId,
      linked_at: link.at,
      last_used_at: link.at,
    })
    .onConflict((conflict) => conflict.columns(['provider_id', 'subject']).doUpdateSet({ last_used_at: link.at }))
    .returning('account_id')
    .executeTakeFirst();
  return row?.account_id === link.accountId;
}

function rowOf(wish: ProviderWish) {
  return {
    name: wish.name,
    delegation_id: wish.delegationId,
    issuer: wish.issuer,
    client_id: wish.clientId,
    email_domains: [...wish.emailDomains],
    role_claim: wish.roleClaim,
    role_map: JSON.stringify(wish.roleMap),
    adds_accounts: wish.addsAccounts,
    vouches_for_addresses: wish.vouchesForAddresses,
  };
}

function toProvider(row: {
  readonly id: string;
  readonly name: string;
  readonly delegation_id: string;
  readonly issuer: string;
  readonly client_id: string;
  readonly sealed_secret: string | null;
  readonly email_domains: readonly string[];
  readonly role_claim: string;
  readonly role_map: unknown;
  readonly adds_accounts: boolean;
  readonly vouches_for_addresses: boolean;
  readonly changed_at: Date;
  readonly disabled_at: Date | null;
}): IdentityProvider {
  return {
    id: row.id,
    name: row.name,
    delegationId: row.delegation_id,
    issuer: row.issuer,
    clientId: row.client_id,
    sealedSecret: row.sealed_secret,
    emailDomains: row.email_domains,
    roleClaim: row.role_claim,
    roleMap: mapSchema.parse(row.role_map),
    addsAccounts: row.adds_accounts,
    vouchesForAddresses: row.vouches_for_addresses,
    changedAt: row.changed_at,
    disabledAt: row.disabled_at,
  };
}
