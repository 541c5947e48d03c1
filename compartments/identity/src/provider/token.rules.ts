import { createHash } from 'node:crypto';
import type { Session } from '@bulkhead/contracts';
import type { Client, Scope } from '#client/client.rules.ts';

/** Seconds for which things are good. */
export const ACCESS_TOKEN_SECONDS = 300;
/** As long as a session can last; its end ends them all. */
export const REFRESH_TOKEN_SECONDS = 12 * 3600;
export const CODE_SECONDS = 60;
export const ID_TOKEN_SECONDS = 600;

/** Where other software finds what. */
export const PATHS = {
  discovery: '/.well-known/openid-configuration',
  authorization: '/oidc/auth',
  token: '/oidc/token',
  jwks: '/oidc/jwks',
  userinfo: '/oidc/userinfo',
  revocation: '/oidc/revoke',
  endSession: '/oidc/logout',
  endedSessions: '/oidc/ended-sessions',
  consent: '/oidc/consent',
} as const;

/** What the provider answers that no client can be told: shown to the person. */
export type ProviderFault = { readonly error: string; readonly description: string };

/** Whose tokens: a person in a session of ours. */
export type Subject = {
  readonly session: Session;
  readonly email: string;
  readonly authenticatedAt: Date;
};

/**
 * The id by which one client knows a session. Another client's tells nothing of it, and ours is not found from it.
 * Session ids are random, so no secret is needed for that.
 */
export function sidOf(sessionId: string, clientId: string): string {
  return createHash('sha256').update(`bulkhead sid\n${sessionId}\n${clientId}`).digest('base64url');
}

/** A grant is a session's for a client: it needs no row of its own. */
export function grantIdOf(sessionId: string, clientId: string): string {
  return `${sessionId}.${clientId}`;
}

export function readGrantId(grantId: string): { readonly sessionId: string; readonly clientId: string } | null {
  const found = /^([A-Za-z0-9_-]{16,64})\.([a-z][a-z0-9-]{2,39})$/.exec(grantId);
  return found?.[1] && found[2] ? { sessionId: found[1], clientId: found[2] } : null;
}

/** What a client learns of a person, by scope. */
export function claimsOf(subject: Subject, scopes: ReadonlySet<string>): Record<string, unknown> {
  const { session } = subject;
  return {
    sub: session.accountId,
    ...(scopes.has('profile') ? { name: session.displayName, locale: session.language } : {}),
    // An administrator wrote it when the person was invited: the organisation answers for it.
    ...(scopes.has('email') ? { email: subject.email, email_verified: true } : {}),
    ...(scopes.has('roles') ? { roles: rolesOf(session), delegation: session.delegation ?? undefined } : {}),
  };
}

/** `compartment/role`, sorted. */
export function rolesOf(session: Pick<Session, 'roles'>): string[] {
  return Object.entries(session.roles)
    .flatMap(([compartment, roles]) => roles.map((role) => `${compartment}/${role}`))
    .toSorted();
}

/** What of a client's scopes a person lets it have: all, or those consented to. */
export function scopesGranted(client: Pick<Client, 'scopes' | 'asksConsent'>, consented: readonly string[]): Scope[] {
  return client.asksConsent ? client.scopes.filter((scope) => consented.includes(scope)) : [...client.scopes];
}

/** The oldest sign-in that a client can ask for, in seconds: a minute, or nobody would ever be done. */
const SHORTEST_AGE = 60;

/** An authorization request as it is taken up again after sign-in: what was asked for once is not asked for twice. */
export function pathAfterSignIn(path: string, isFreshWanted: boolean): string {
  const query = queryOf(path);
  const prompts = promptsOf(query).filter((prompt) => prompt !== 'login');
  setPrompts(query, prompts);
  const age = Number(query.get('max_age') ?? Number.POSITIVE_INFINITY);
  if (isFreshWanted || age < SHORTEST_AGE) query.set('max_age', String(SHORTEST_AGE));
  return `${PATHS.authorization}?${query.toString()}`;
}

/** The same after the person has consented. */
export function queryAfterConsent(query: URLSearchParams): string {
  const rest = new URLSearchParams(query);
  setPrompts(
    rest,
    promptsOf(rest).filter((prompt) => prompt !== 'consent'),
  );
  return rest.toString();
}

export function queryOf(path: string): URLSearchParams {
  const mark = path.indexOf('?');
  return new URLSearchParams(mark < 0 ? '' : path.slice(mark + 1));
}

export function promptsOf(query: URLSearchParams): string[] {
  return (query.get('prompt') ?? '').split(' ').filter((prompt) => prompt !== '');
}

function setPrompts(query: URLSearchParams, prompts: readonly string[]): void {
  if (prompts.length === 0) query.delete('prompt');
  else query.set('prompt', prompts.join(' '));
}
