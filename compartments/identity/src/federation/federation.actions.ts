import { EstateError, type Log, type Now } from '@bulkhead/kernel';
import { type Ask, fetchWith, type Transact } from '@bulkhead/web';
import type { Kysely, Transaction } from 'kysely';
import * as openid from 'openid-client';
import { seal, sealKeyFor, unseal } from '#key/seal.rules.ts';
import type { OfferedRole } from '#role/role.rules.ts';
import type { Schema } from '#schema.ts';
import type { StartDeps } from '#session/start.actions.ts';
import type { Visitor } from '#session/visitor.rules.ts';
import { type Entry, enterAsVouched, type Voucher } from './entry.actions.ts';
import { type ExternalPerson, type IdentityProvider, type ProviderWish, readPerson } from './federation.rules.ts';
import {
  findLinkedAccount,
  findProviderById,
  insertProvider,
  isAccountLinked,
  listAllProviders,
  setProviderDisabled,
  updateProvider,
  useLink,
} from './federation.store.ts';

const REASON = 'Mapped from the organisation’s own provider.';

export function listProviders(db: Kysely<Schema>): Promise<IdentityProvider[]> {
  return listAllProviders(db);
}

/** @throws EstateError `request.not_found` */
export async function getProvider(db: Kysely<Schema>, id: string): Promise<IdentityProvider> {
  const provider = await findProviderById(db, id);
  if (provider) return provider;
  throw new EstateError('request.not_found', 'finding a provider: none has this id');
}

/** The way to providers: what they say of themselves is kept for ten minutes. */
export class ProviderClients {
  readonly #ask: Ask;
  readonly #sealKey: Buffer;
  readonly #mayBeInner: boolean;
  readonly #now: Now;
  readonly #randomBytes: (size: number) => Buffer;
  readonly #kept = new Map<string, { readonly config: openid.Configuration; readonly endsAtMs: number }>();

  constructor(given: {
    readonly ask: Ask;
    readonly sealingKey: Buffer;
    readonly mayBeInner: boolean;
    readonly now: Now;
    readonly randomBytes: (size: number) => Buffer;
  }) {
    this.#ask = given.ask;
    this.#sealKey = sealKeyFor(given.sealingKey, 'secrets of providers');
    this.#mayBeInner = given.mayBeInner;
    this.#now = given.now;
    this.#randomBytes = given.randomBytes;
  }

  sealSecret(id: string, secret: string): string {
    return seal(this.#sealKey, id, secret, this.#randomBytes(12));
  }

  /** @throws EstateError `provider.unreachable` for one that does not answer, or whose secret must be entered again */
  async open(provider: IdentityProvider): Promise<openid.Configuration> {
    const name = `${provider.id} ${provider.changedAt.getTime()}`;
    const kept = this.#kept.get(name);
    if (kept && kept.endsAtMs > this.#now().getTime()) return kept.config;
    const secret = unseal(this.#sealKey, provider.id, provider.sealedSecret);
    if (secret === null)
      throw new EstateError('provider.unreachable', `asking the provider ${provider.id}: its secret must be entered again`);
    try {
      const fetch = fetchWith(this.#ask);
      const config = await openid.discovery(new URL(provider.issuer), provider.clientId, {}, openid.ClientSecretBasic(secret), {
        [openid.customFetch]: (url, init) => fetch(url, { method: init.method, headers: init.headers, body: init.body }),
        ...(this.#mayBeInner ? { execute: [openid.allowInsecureRequests] } : {}),
      });
      this.#kept.clear();
      this.#kept.set(name, { config, endsAtMs: this.#now().getTime() + 600_000 });
      return config;
    } catch (cause) {
      throw new EstateError('provider.unreachable', `asking the provider ${provider.id} what it offers`, { cause });
    }
  }
}

export async function saveProvider(
  deps: {
    readonly db: Kysely<Schema>;
    readonly transact: Transact<Transaction<Schema>>;
    readonly clients: ProviderClients;
    readonly now: Now;
  },
  wish: ProviderWish,
  given: { readonly secret: string; readonly by: string; readonly isNew: boolean },
): Promise<'saved' | 'taken'> {
  const at = deps.now();
  if (given.isNew) {
    const sealedSecret = deps.clients.sealSecret(wish.id, given.secret);
    const isAdded = await deps.transact((trx) => insertProvider(trx, wish, { sealedSecret, by: given.by, at }));
    return isAdded ? 'saved' : 'taken';
  }
  const before = await getProvider(deps.db, wish.id);
  // Another place than before gets no secret that was meant for that one.
  const isElsewhere = before.issuer !== wish.issuer || before.clientId !== wish.clientId;
  const kept = isElsewhere ? null : before.sealedSecret;
  const sealedSecret = given.secret === '' ? kept : deps.clients.sealSecret(wish.id, given.secret);
  await deps.transact((trx) => updateProvider(trx, wish, { sealedSecret, at }));
  return 'saved';
}

export async function disableProvider(
  deps: { readonly transact: Transact<Transaction<Schema>>; readonly now: Now },
  id: string,
  isDisabled: boolean,
): Promise<void> {
  const at = deps.now();
  await deps.transact((trx) => setProviderDisabled(trx, id, isDisabled ? at : null, at));
}

/** Where a browser goes to sign in at a provider: code flow with PKCE, state and nonce. */
export async function addressAt(
  clients: ProviderClients,
  provider: IdentityProvider,
  given: { readonly callback: string; readonly state: string; readonly nonce: string; readonly verifier: string },
): Promise<string> {
  const config = await clients.open(provider);
  return openid.buildAuthorizationUrl(config, {
    redirect_uri: given.callback,
    scope: 'openid profile email',
    state: given.state,
    nonce: given.nonce,
    code_challenge: await openid.calculatePKCECodeChallenge(given.verifier),
    code_challenge_method: 'S256',
  }).href;
}

/**
 * Redeems what a provider answered, and reads whom it means. The issuer that stands in the answer and in the ID token must be the
 * one to which this browser was sent, whose address for answers is its own alone [F10].
 * @returns null for an answer that is not good
 */
export async function readAnswer(
  deps: { readonly clients: ProviderClients; readonly log: Log },
  provider: IdentityProvider,
  given: { readonly address: URL; readonly state: string; readonly nonce: string; readonly verifier: string },
): Promise<ExternalPerson | null> {
  try {
    const config = await deps.clients.open(provider);
    const tokens = await openid.authorizationCodeGrant(config, given.address, {
      pkceCodeVerifier: given.verifier,
      expectedState: given.state,
      expectedNonce: given.nonce,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    if (!claims) return null;
    const more = config.serverMetadata().userinfo_endpoint
      ? await openid.fetchUserInfo(config, tokens.access_token, claims.sub)
      : {};
    return readPerson({ ...more, ...claims }, provider);
  } catch (err) {
    deps.log.warn({ err, provider: provider.id }, 'refusing the answer of a provider');
    return null;
  }
}

/** Signs a person in whom a provider vouched for. */
export function enterByProvider(
  deps: StartDeps & { readonly offered: readonly OfferedRole[]; readonly newId: () => string },
  provider: IdentityProvider,
  given: { readonly person: ExternalPerson; readonly visitor: Visitor },
): Promise<Entry> {
  const voucher = {
    delegationId: provider.delegationId,
    addsAccounts: provider.addsAccounts,
    method: 'provider' as const,
    by: `provider:${provider.id}`,
    reason: REASON,
    findLinked: (db: Kysely<Schema>, subject: string) => findLinkedAccount(db, provider.id, subject),
    isLinked: (db: Kysely<Schema>, accountId: string) => isAccountLinked(db, provider.id, accountId),
    useLink: (trx: Transaction<Schema>, link: Parameters<Voucher['useLink']>[1]) =>
      useLink(trx, { ...link, providerId: provider.id }),
  };
  return enterAsVouched(deps, voucher, given);
}
