import type { Kysely, Transaction } from 'kysely';
import { z } from 'zod';
import type { Schema } from '#schema.ts';
import { AUTHENTICATIONS, type Client, type ClientWish, ID_TOKEN_ALGS, SCOPES } from './client.rules.ts';

const COLUMNS = [
  'id',
  'name',
  'authentication',
  'secret_sha256',
  'jwks',
  'redirect_uris',
  'logout_redirect_uris',
  'backchannel_logout_uri',
  'scopes',
  'resources',
  'id_token_alg',
  'asks_consent',
  'created_at',
  'disabled_at',
] as const;
const MOST = 500;

const rowSchema = z.object({
  authentication: z.enum(AUTHENTICATIONS),
  id_token_alg: z.enum(ID_TOKEN_ALGS),
  scopes: z.array(z.enum(SCOPES)),
  jwks: z.object({ keys: z.array(z.looseObject({ kty: z.string() })) }).nullable(),
});

export async function listAllClients(db: Kysely<Schema>): Promise<Client[]> {
  return (await db.selectFrom('oidc_client').select(COLUMNS).orderBy('name').orderBy('id').limit(MOST).execute()).map(toClient);
}

export async function findClientById(db: Kysely<Schema>, id: string): Promise<Client | undefined> {
  const row = await db.selectFrom('oidc_client').select(COLUMNS).where('id', '=', id).executeTakeFirst();
  return row && toClient(row);
}

/** Adds a client; tells whether its id was free. */
export async function insertClient(
  trx: Transaction<Schema>,
  wish: ClientWish,
  given: { readonly secretSha256: string | null; readonly by: string; readonly at: Date },
): Promise<boolean> {
  const result = await trx
    .insertInto('oidc_client')
    .values({
      ...rowOf(wish),
      id: wish.id,
      secret_sha256: given.secretSha256,
      created_by: given.by,
      created_at: given.at,
      changed_at: given.at,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst();
  return Number(result.numInsertedOrUpdatedRows) === 1;
}

export async function updateClient(
  trx: Transaction<Schema>,
  wish: ClientWish,
  given: { readonly secretSha256: string | null; readonly at: Date },
): Promise<void> {
  await trx
    .updateTable('oidc_client')
    .set({ ...rowOf(wish), secret_sha256: given.secretSha256, changed_at: given.at })
    .where('id', '=', wish.id)
    .execute();
}

export async function setClientSecret(trx: Transaction<Schema>, id: string, secretSha256: string, at: Date): Promise<void> {
  await trx.updateTable('oidc_client').set({ secret_sha256: secretSha256, changed_at: at }).where('id', '=', id).execute();
}

export async function setClientDisabled(trx: Transaction<Schema>, id: string, disabledAt: Date | null, at: Date): Promise<void> {
  await trx.updateTable('oidc_client').set({ disabled_at: disabledAt, changed_at: at }).where('id', '=', id).execute();
}

/** Takes back whatever a client could renew its tokens with. */
export async function deleteTokensOfClient(trx: Transaction<Schema>, clientId: string): Promise<void> {
  await trx.deleteFrom('oidc_refresh_token').where('client_id', '=', clientId).execute();
}

function rowOf(wish: ClientWish) {
  return {
    name: wish.name,
    authentication: wish.authentication,
    jwks: wish.jwks === null ? null : JSON.stringify(wish.jwks),
    redirect_uris: [...wish.redirectUris],
    logout_redirect_uris: [...wish.logoutRedirectUris],
    backchannel_logout_uri: wish.backchannelLogoutUri,
    scopes: [...wish.scopes],
    resources: [...wish.resources],
    id_token_alg: wish.idTokenAlg,
    asks_consent: wish.asksConsent,
  };
}

function toClient(row: {
  readonly id: string;
  readonly name: string;
  readonly authentication: string;
  readonly secret_sha256: string | null;
  readonly jwks: unknown;
  readonly redirect_uris: readonly string[];
  readonly logout_redirect_uris: readonly string[];
  readonly backchannel_logout_uri: string | null;
  readonly scopes: readonly string[];
  readonly resources: readonly string[];
  readonly id_token_alg: string;
  readonly asks_consent: boolean;
  readonly created_at: Date;
  readonly disabled_at: Date | null;
}): Client {
  const { authentication, id_token_alg: idTokenAlg, scopes, jwks } = rowSchema.parse(row);
  return {
    id: row.id,
    name: row.name,
    authentication,
    secretSha256: row.secret_sha256,
    jwks,
    redirectUris: row.redirect_uris,
    logoutRedirectUris: row.logout_redirect_uris,
    backchannelLogoutUri: row.backchannel_logout_uri,
    scopes,
    resources: row.resources,
    idTokenAlg,
    asksConsent: row.asks_consent,
    createdAt: row.created_at,
    disabledAt: row.disabled_at,
  };
}
