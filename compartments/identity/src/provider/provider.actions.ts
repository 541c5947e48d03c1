import type { IncomingMessage, ServerResponse } from 'node:http';
import { EstateError, isSameSecret, type Now, sha256Hex } from '@bulkhead/kernel';
import type { Kysely } from 'kysely';
import {
  type AccessToken,
  type ClientCredentials,
  type Configuration,
  errors,
  type JWKS,
  type JWTStructured,
  type KoaContextWithOIDC,
  Provider,
} from 'oidc-provider';
import { findUsableClient } from '#client/client.actions.ts';
import { originsOf, SCOPES } from '#client/client.rules.ts';
import type { KeyRing, PrivateKey } from '#key/key.actions.ts';
import type { Schema } from '#schema.ts';
import type { SessionDesk } from '#session/session.actions.ts';
import { createAdapters, grantPayload } from './adapter.actions.ts';
import type { CodeShelf } from './code-shelf.actions.ts';
import { findSubject } from './subject.actions.ts';
import {
  ACCESS_TOKEN_SECONDS,
  CODE_SECONDS,
  claimsOf,
  ID_TOKEN_SECONDS,
  PATHS,
  REFRESH_TOKEN_SECONDS,
  rolesOf,
  sidOf,
} from './token.rules.ts';
import { currentUnit } from './unit.actions.ts';

export type ProviderDeps = {
  readonly db: Kysely<Schema>;
  readonly desk: Pick<SessionDesk, 'find'>;
  readonly codes: CodeShelf;
  readonly keys: KeyRing;
  readonly used: (sessionId: string) => void;
  /** The origin of identity, as people and software reach it. */
  readonly issuer: string;
  readonly now: Now;
};

type Listener = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** The OpenID provider, made anew whenever the keys are others. It keeps nothing itself. */
export class ProviderDesk {
  readonly #deps: ProviderDeps;
  #built: { readonly keyIds: string; readonly listener: Listener } | null = null;

  constructor(deps: ProviderDeps) {
    this.#deps = deps;
  }

  /** @throws EstateError `postgres.read_only` while there are no keys, which only a writing process makes */
  async listener(): Promise<Listener> {
    const keys = await this.#deps.keys.list();
    if (keys.length === 0) throw new EstateError('postgres.read_only', 'signing for other software: there are no keys yet');
    const keyIds = keys.map((key) => key.id).join(' ');
    if (this.#built?.keyIds === keyIds) return this.#built.listener;
    const provider = buildProvider(this.#deps, keys);
    const callback = provider.callback();
    const listener: Listener = async (request, response) => {
      await callback(request, response);
    };
    this.#built = { keyIds, listener };
    return listener;
  }
}

function buildProvider(deps: ProviderDeps, keys: readonly PrivateKey[]): Provider {
  const jwks: JWKS = { keys: keys.map((key) => ({ ...key.privateJwk, kty: key.privateJwk.kty ?? '' })) };
  const provider = new Provider(deps.issuer, configurationOf(deps, jwks));
  // The bridge tells it the scheme by which people reach us.
  provider.proxy = true;
  provider.Client.prototype.compareClientSecret = async function (actual: string) {
    return isSameSecret(sha256Hex(actual), this.clientSecret ?? '');
  };
  return provider;
}

function configurationOf(deps: ProviderDeps, jwks: JWKS): Configuration {
  const off = { enabled: false };
  return {
    adapter: createAdapters(deps),
    jwks,
    routes: {
      authorization: PATHS.authorization,
      token: PATHS.token,
      jwks: PATHS.jwks,
      userinfo: PATHS.userinfo,
      revocation: PATHS.revocation,
    },
    responseTypes: ['code'],
    scopes: SCOPES.filter((scope) => scope === 'openid'),
    claims: {
      openid: ['sub'],
      profile: ['name', 'locale'],
      email: ['email', 'email_verified'],
      roles: ['roles', 'delegation'],
    },
    clientAuthMethods: ['client_secret_basic', 'private_key_jwt', 'none'],
    enabledJWA: {
      idTokenSigningAlgValues: ['RS256', 'EdDSA'],
      clientAuthSigningAlgValues: ['RS256', 'PS256', 'ES256', 'EdDSA'],
    },
    pkce: { required: () => true },
    features: {
      devInteractions: off,
      userinfo: { enabled: true },
      revocation: { enabled: true },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: off,
      pushedAuthorizationRequests: off,
      dPoP: off,
      claimsParameter: off,
      resourceIndicators: {
        enabled: true,
        defaultResource: () => deps.issuer,
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx, resource, client) => describeResource(deps, resource, client.clientId),
      },
    },
    ttl: {
      AccessToken: ACCESS_TOKEN_SECONDS,
      AuthorizationCode: CODE_SECONDS,
      IdToken: ID_TOKEN_SECONDS,
      RefreshToken: REFRESH_TOKEN_SECONDS,
      Session: 60,
      Interaction: 60,
      Grant: 60,
    },
    issueRefreshToken: async () => true,
    rotateRefreshToken: true,
    expiresWithSession: async () => true,
    conformIdTokenClaims: false,
    findAccount: (_ctx, accountId, token) => findAccount(deps, accountId, token),
    loadExistingGrant: (ctx) => loadGrant(deps, ctx),
    interactions: { url: (_ctx, interaction) => noteDetour(interaction.prompt) },
    clientBasedCORS: (_ctx, origin, client) => originsOf({ redirectUris: client.redirectUris ?? [] }).has(origin),
    assertJwtClientAuthClaimsAndHeader: async (_ctx, claims) => requireShortLife(claims, deps.now()),
    formats: { customizers: { jwt: (_ctx, token, parts) => completeAccessToken(deps, token, parts) } },
    renderError: (ctx, out) => {
      currentUnit().fault = { error: out.error, description: out.error_description ?? '' };
      ctx.body = '';
    },
    discovery: {
      end_session_endpoint: `${deps.issuer}${PATHS.endSession}`,
    },
    cookies: { names: { session: 'session', interaction: 'interaction', resume: 'resume' } },
  };
}

async function describeResource(deps: ProviderDeps, resource: string, clientId: string) {
  const client = await findUsableClient(deps.db, clientId);
  if (!client || (resource !== deps.issuer && !client.resources.includes(resource)))
    throw new errors.InvalidTarget('the client may not ask for tokens for this resource');
  return {
    scope: client.scopes.join(' '),
    audience: resource,
    accessTokenTTL: ACCESS_TOKEN_SECONDS,
    accessTokenFormat: 'jwt' as const,
    jwt: { sign: { alg: 'EdDSA' as const } },
  };
}

async function findAccount(deps: ProviderDeps, accountId: string, token: unknown) {
  const ofToken = typeof token === 'object' && token !== null && 'sessionUid' in token ? token.sessionUid : undefined;
  const sessionId = typeof ofToken === 'string' ? ofToken : currentUnit().sessionId;
  const subject = sessionId === null ? null : await findSubject(deps, sessionId);
  if (!subject || subject.session.accountId !== accountId) return undefined;
  return {
    accountId,
    claims: async (_use: string, scope: string) => ({ ...claimsOf(subject, new Set(scope.split(' '))), sub: accountId }),
  };
}

async function loadGrant(deps: ProviderDeps, ctx: KoaContextWithOIDC) {
  const { client: asking, session, provider } = ctx.oidc;
  const client = asking && (await findUsableClient(deps.db, asking.clientId));
  if (!client || !session?.accountId) return undefined;
  const payload = await grantPayload(deps, { client, accountId: session.accountId, sessionId: session.uid });
  return payload && new provider.Grant({ ...payload, accountId: session.accountId, clientId: client.id });
}

// Nothing waits for the person's return: the request itself is taken up again, by its address.
function noteDetour(prompt: { readonly name: string; readonly reasons: readonly string[] }): string {
  currentUnit().detour =
    prompt.name === 'consent' ? { kind: 'consent' } : { kind: 'sign in', isFreshWanted: prompt.reasons.includes('login_prompt') };
  return PATHS.consent;
}

const LONGEST_ASSERTION_SECONDS = 600;

function requireShortLife(claims: Record<string, unknown>, now: Date): void {
  const { exp } = claims;
  if (typeof exp !== 'number' || exp - now.getTime() / 1000 > LONGEST_ASSERTION_SECONDS)
    throw new errors.InvalidClientAuth('the client_assertion is good for more than ten minutes');
}

async function completeAccessToken(
  deps: ProviderDeps,
  token: AccessToken | ClientCredentials,
  parts: JWTStructured,
): Promise<void> {
  const sessionId = 'sessionUid' in token ? token.sessionUid : undefined;
  const { clientId } = token;
  if (sessionId === undefined || clientId === undefined) return;
  const subject = await findSubject(deps, sessionId);
  if (!subject) throw new EstateError('session.ended', 'making an access token: its session has ended');
  parts.payload['sid'] = sidOf(sessionId, clientId);
  const { scope } = parts.payload;
  if (typeof scope === 'string' && scope.split(' ').includes('roles')) parts.payload['roles'] = rolesOf(subject.session);
}
