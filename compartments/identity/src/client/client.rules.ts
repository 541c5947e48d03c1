import { isLoopbackHost, judgeOutgoingUrl, judgeRedirectUri, type UrlFault } from '@bulkhead/web';

export const AUTHENTICATIONS = ['client_secret_basic', 'private_key_jwt', 'none'] as const;
export type Authentication = (typeof AUTHENTICATIONS)[number];
export const ID_TOKEN_ALGS = ['RS256', 'EdDSA'] as const;
export type IdTokenAlg = (typeof ID_TOKEN_ALGS)[number];
/** What a client can learn of a person. */
export const SCOPES = ['openid', 'profile', 'email', 'roles'] as const;
export type Scope = (typeof SCOPES)[number];

export type PublicJwk = { readonly kty: string; readonly [member: string]: unknown };

/** Other software that signs people in here. */
export type Client = {
  readonly id: string;
  readonly name: string;
  readonly authentication: Authentication;
  readonly secretSha256: string | null;
  readonly jwks: { readonly keys: readonly PublicJwk[] } | null;
  readonly redirectUris: readonly string[];
  readonly logoutRedirectUris: readonly string[];
  readonly backchannelLogoutUri: string | null;
  readonly scopes: readonly Scope[];
  readonly resources: readonly string[];
  readonly idTokenAlg: IdTokenAlg;
  readonly asksConsent: boolean;
  readonly createdAt: Date;
  readonly disabledAt: Date | null;
};

/** What is typed when a client is registered or changed. */
export type ClientTyped = {
  readonly id: string;
  readonly name: string;
  readonly authentication: string;
  readonly jwks: string;
  readonly redirectUris: string;
  readonly logoutRedirectUris: string;
  readonly backchannelLogoutUri: string;
  readonly scopes: readonly string[];
  readonly resources: string;
  readonly idTokenAlg: string;
  readonly asksConsent: boolean;
};
export type ClientField =
  | 'id'
  | 'name'
  | 'authentication'
  | 'jwks'
  | 'redirectUris'
  | 'logoutRedirectUris'
  | 'backchannelLogoutUri'
  | 'resources'
  | 'idTokenAlg';
export type ClientFault =
  | UrlFault
  | 'missing'
  | 'too many'
  | 'not an id'
  | 'not in the list'
  | 'not keys'
  | 'private keys'
  | 'taken'
  | 'own address';
export type ClientWish = Omit<Client, 'createdAt' | 'disabledAt' | 'secretSha256'>;

const MOST_URIS = 10;
const MOST_KEYS = 5;
const LONGEST_JWKS = 8192;

/** Reads what was typed: a client as it would be, or what is wrong, by field. */
export function readClient(
  typed: ClientTyped,
  given: { readonly mayBeInner: boolean; readonly issuer: string },
): { readonly wish: ClientWish } | { readonly faults: Partial<Record<ClientField, ClientFault>> } {
  const faults: Partial<Record<ClientField, ClientFault>> = {};
  const note = (field: ClientField, fault: ClientFault | null) => {
    if (fault !== null) faults[field] ??= fault;
  };
  const name = typed.name.trim();
  if (!/^[a-z][a-z0-9-]{2,39}$/.test(typed.id)) note('id', 'not an id');
  if (name === '' || name.length > 100) note('name', 'missing');
  const authentication = AUTHENTICATIONS.find((known) => known === typed.authentication);
  if (!authentication) note('authentication', 'not in the list');
  const idTokenAlg = ID_TOKEN_ALGS.find((known) => known === typed.idTokenAlg);
  if (!idTokenAlg) note('idTokenAlg', 'not in the list');
  const redirectUris = linesOf(typed.redirectUris);
  const logoutRedirectUris = linesOf(typed.logoutRedirectUris);
  const resources = linesOf(typed.resources);
  if (redirectUris.length === 0) note('redirectUris', 'missing');
  note('redirectUris', judgeAll(redirectUris, judgeRedirectUri));
  note('logoutRedirectUris', judgeAll(logoutRedirectUris, judgeRedirectUri));
  note(
    'resources',
    judgeAll(resources, (uri) => (uri === given.issuer ? 'own address' : judgeRedirectUri(uri))),
  );
  const backchannelLogoutUri = typed.backchannelLogoutUri.trim() || null;
  if (backchannelLogoutUri !== null) note('backchannelLogoutUri', judgeOutgoingUrl(backchannelLogoutUri, given.mayBeInner));
  const jwks = authentication === 'private_key_jwt' ? readJwks(typed.jwks) : null;
  if (typeof jwks === 'string') note('jwks', jwks);
  if (Object.keys(faults).length > 0 || !authentication || !idTokenAlg || typeof jwks === 'string') return { faults };
  const scopes = SCOPES.filter((scope) => scope === 'openid' || typed.scopes.includes(scope));
  const { id, asksConsent } = typed;
  return {
    wish: {
      id,
      name,
      authentication,
      jwks,
      redirectUris,
      logoutRedirectUris,
      backchannelLogoutUri,
      scopes,
      resources,
      idTokenAlg,
      asksConsent,
    },
  };
}

/** The origins from whose pages a client without a secret may ask for tokens. */
export function originsOf(client: Pick<Client, 'redirectUris'>): ReadonlySet<string> {
  return new Set(client.redirectUris.map((uri) => new URL(uri).origin));
}

/** Whether it is software on a person's own device. */
export function isOnDevice(client: Pick<Client, 'redirectUris'>): boolean {
  return client.redirectUris.some((uri) => isLoopbackHost(new URL(uri).hostname));
}

function linesOf(text: string): string[] {
  return [...new Set(text.split(/\s+/).filter((line) => line !== ''))];
}

function judgeAll(uris: readonly string[], judge: (uri: string) => ClientFault | null): ClientFault | null {
  if (uris.length > MOST_URIS) return 'too many';
  return uris.map(judge).find((fault) => fault !== null) ?? null;
}

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'];

function readJwks(text: string): { readonly keys: readonly PublicJwk[] } | ClientFault {
  if (text.trim() === '') return 'missing';
  if (text.length > LONGEST_JWKS) return 'too long';
  const parsed = parseJson(text);
  if (typeof parsed !== 'object' || parsed === null || !('keys' in parsed) || !Array.isArray(parsed.keys)) return 'not keys';
  const keys: readonly unknown[] = parsed.keys;
  if (keys.length === 0 || keys.length > MOST_KEYS || !keys.every(isJwk)) return 'not keys';
  return keys.some((key) => PRIVATE_MEMBERS.some((member) => member in key)) ? 'private keys' : { keys };
}

function isJwk(value: unknown): value is PublicJwk {
  return typeof value === 'object' && value !== null && 'kty' in value && ['RSA', 'EC', 'OKP'].includes(String(value.kty));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What is no JSON is no set of keys; the form says so.
    return null;
  }
}
