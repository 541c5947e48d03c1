import { EstateError, hasCode, type Log, type Now } from '@bulkhead/kernel';
import type { Transact } from '@bulkhead/web';
import type { Kysely, Transaction } from 'kysely';
import * as openid from 'openid-client';
import { addReadyAccount, findAccountById, findAccountIdByEmail } from '#account/account.actions.ts';
import type { Account } from '#account/account.rules.ts';
import { findDelegationById } from '#delegation/delegation.actions.ts';
import { addGrants, endGrant, listGrantsOf } from '#grant/grant.actions.ts';
import { yearAfter } from '#grant/grant.rules.ts';
import { seal, sealKeyFor, unseal } from '#key/seal.rules.ts';
import { type Ask, fetchWith } from '#outgoing/outgoing.actions.ts';
import { findRole, isHeld, type OfferedRole, writeRole } from '#role/role.rules.ts';
import type { Schema } from '#schema.ts';
import { type StartDeps, startSession } from '#session/start.actions.ts';
import type { Visitor } from '#session/visitor.rules.ts';
import { type ExternalPerson, type IdentityProvider, type ProviderWish, readPerson } from './federation.rules.ts';
import {
  findLinkedAccount,
  findProviderById,
  insertProvider,
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

export type Entry = { readonly kind: 'signed in'; readonly sessionId: string } | { readonly kind: 'nobody' };

/** Signs a person in whom a provider vouched for: the account it is linked to, one it may be linked to, or a new one. */
export async function enterByProvider(
  deps: StartDeps & { readonly offered: readonly OfferedRole[]; readonly newId: () => string },
  provider: IdentityProvider,
  given: { readonly person: ExternalPerson; readonly visitor: Visitor },
): Promise<Entry> {
  const { person, visitor } = given;
  const found = await findAccountFor(deps, provider, person);
  if (found === 'nobody') return { kind: 'nobody' };
  if (found) await endRolesGone(deps, provider, { accountId: found.id, person });
  const account = found ?? { id: deps.newId(), email: person.email ?? '', displayName: person.name, language: person.language };
  const roles = await rolesToGive(deps, provider, { accountId: account.id, person });
  const sessionId = await startSession(deps, {
    account: { ...account, roles },
    method: 'provider',
    visitor,
    prove: async (trx) => {
      const at = deps.now();
      if (!found) await addAccount(trx, provider, { person, id: account.id, at });
      const actor = { accountId: `provider:${provider.id}`, reach: { delegationId: provider.delegationId } };
      if (roles.length > 0)
        await addGrants(trx, { accountId: account.id, roles, actor, reason: REASON, endsAt: yearAfter(at), at });
      return useLink(trx, { providerId: provider.id, subject: person.subject, accountId: account.id, at });
    },
  }).catch((error: unknown) => {
    // Two first sign-ins at once: one added the account, the other begins again.
    if (hasCode(error, 'account.email_taken')) return null;
    throw error;
  });
  return sessionId === null ? { kind: 'nobody' } : { kind: 'signed in', sessionId };
}

/**
 * Whom a provider may sign in: only accounts of its own delegation [F11]. An account from before is linked by its address only if
 * the provider has verified it, its domain is allowed, and the account rules over no others.
 */
async function findAccountFor(
  deps: StartDeps,
  provider: IdentityProvider,
  person: ExternalPerson,
): Promise<Account | null | 'nobody'> {
  const linked = await findLinkedAccount(deps.db, provider.id, person.subject);
  const known = linked ?? (person.email === null ? undefined : await findAccountIdByEmail(deps.db, person.email));
  if (known === undefined) return provider.addsAccounts && person.email !== null ? null : 'nobody';
  const account = await findAccountById(deps.db, known, deps.now());
  if (!account || account.status !== 'active' || account.delegationId !== provider.delegationId) return 'nobody';
  if (linked === undefined && account.roles.some((role) => role.compartment === 'identity')) return 'nobody';
  return account;
}

async function addAccount(
  trx: Transaction<Schema>,
  provider: IdentityProvider,
  given: { readonly person: ExternalPerson; readonly id: string; readonly at: Date },
): Promise<void> {
  const { person, id, at } = given;
  const { delegationId } = provider;
  const account = { id, email: person.email ?? '', displayName: person.name, language: person.language, createdAt: at };
  await addReadyAccount(
    trx,
    { ...account, delegationId, roles: [] },
    { isVouchedFor: true, endsAt: yearAfter(at), reason: REASON },
  );
}

/** What the provider's word adds: mapped, held by the delegation, and not had already. */
async function rolesToGive(
  deps: StartDeps & { readonly offered: readonly OfferedRole[] },
  provider: IdentityProvider,
  given: { readonly accountId: string; readonly person: ExternalPerson },
): Promise<OfferedRole[]> {
  const delegation = await findDelegationById(deps.db, provider.delegationId);
  if (delegation?.status !== 'active') return [];
  const had = new Set((await listGrantsOf(deps.db, given.accountId, deps.now())).map(writeRole));
  return given.person.roles.flatMap((written) => {
    const role = findRole(written, deps.offered);
    return role && role.compartment !== 'identity' && isHeld(delegation.holds, role) && !had.has(written) ? [role] : [];
  });
}

/** What the provider gave once and does not say any more ends; what people gave stays. */
async function endRolesGone(
  deps: StartDeps,
  provider: IdentityProvider,
  given: { readonly accountId: string; readonly person: ExternalPerson },
): Promise<void> {
  const by = `provider:${provider.id}`;
  const grants = await listGrantsOf(deps.db, given.accountId, deps.now());
  for (const grant of grants.filter((one) => one.grantedBy === by && !given.person.roles.includes(writeRole(one)))) {
    const actor = { accountId: by, reach: { delegationId: provider.delegationId } };
    const role = { compartment: grant.compartment, role: grant.role };
    await endGrant(deps, { accountId: given.accountId, role, actor, reason: REASON });
  }
}
