import { EstateError, type Now, sha256Hex } from '@bulkhead/kernel';
import type { Transact } from '@bulkhead/web';
import type { Kysely, Transaction } from 'kysely';
import type { Schema } from '#schema.ts';
import type { Client, ClientWish } from './client.rules.ts';
import {
  deleteTokensOfClient,
  findClientById,
  insertClient,
  listAllClients,
  setClientDisabled,
  setClientSecret,
  updateClient,
} from './client.store.ts';

const SECRET_BYTES = 32;

export type ClientDeps = {
  readonly db: Kysely<Schema>;
  readonly transact: Transact<Transaction<Schema>>;
  readonly randomBytes: (size: number) => Buffer;
  readonly now: Now;
};
/** Its secret in clear is told once, and kept nowhere. */
export type Registered = { readonly kind: 'registered'; readonly secret: string | null } | { readonly kind: 'taken' };

export function listClients(db: Kysely<Schema>): Promise<Client[]> {
  return listAllClients(db);
}

/** A client that may ask; one that is out of use is none. */
export async function findUsableClient(db: Kysely<Schema>, id: string): Promise<Client | undefined> {
  const client = await findClientById(db, id);
  return client?.disabledAt === null ? client : undefined;
}

/** @throws EstateError `request.not_found` */
export async function getClient(db: Kysely<Schema>, id: string): Promise<Client> {
  const client = await findClientById(db, id);
  if (client) return client;
  throw new EstateError('request.not_found', 'finding a client: none has this id');
}

export async function registerClient(deps: ClientDeps, wish: ClientWish, by: string): Promise<Registered> {
  const secret = wish.authentication === 'client_secret_basic' ? newSecret(deps) : null;
  const secretSha256 = secret === null ? null : sha256Hex(secret);
  const isAdded = await deps.transact((trx) => insertClient(trx, wish, { secretSha256, by, at: deps.now() }));
  return isAdded ? { kind: 'registered', secret } : { kind: 'taken' };
}

/** Changes a client. One that proves itself in another way from now on loses what it had. */
export async function changeClient(deps: ClientDeps, wish: ClientWish): Promise<{ readonly secret: string | null }> {
  const before = await getClient(deps.db, wish.id);
  const isNewProof = wish.authentication !== before.authentication;
  const secret = isNewProof && wish.authentication === 'client_secret_basic' ? newSecret(deps) : null;
  const kept = wish.authentication === 'client_secret_basic' ? before.secretSha256 : null;
  await deps.transact(async (trx) => {
    await updateClient(trx, wish, { secretSha256: secret === null ? kept : sha256Hex(secret), at: deps.now() });
    if (isNewProof) await deleteTokensOfClient(trx, wish.id);
  });
  return { secret };
}

/** @throws EstateError `request.not_found`, `account.wrong_state` for a client that has no secret */
export async function replaceSecret(deps: ClientDeps, id: string): Promise<string> {
  const { authentication } = await getClient(deps.db, id);
  if (authentication !== 'client_secret_basic')
    throw new EstateError('account.wrong_state', 'replacing a secret: this client has none');
  const secret = newSecret(deps);
  await deps.transact((trx) => setClientSecret(trx, id, sha256Hex(secret), deps.now()));
  return secret;
}

/** Puts a client out of use, and takes back what it could renew its tokens with; or takes it into use again. */
export async function disableClient(deps: ClientDeps, id: string, isDisabled: boolean): Promise<void> {
  await getClient(deps.db, id);
  await deps.transact(async (trx) => {
    await setClientDisabled(trx, id, isDisabled ? deps.now() : null, deps.now());
    if (isDisabled) await deleteTokensOfClient(trx, id);
  });
}

function newSecret({ randomBytes }: Pick<ClientDeps, 'randomBytes'>): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}
