import { createLocalJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';
import type { Kysely } from 'kysely';
import type { KeyRing } from '#key/key.actions.ts';
import type { Schema } from '#schema.ts';
import type { SessionDesk } from '#session/session.actions.ts';
import { findSubject } from './subject.actions.ts';
import { claimsOf } from './token.rules.ts';
import { findSessionBySid } from './token.store.ts';

const LONGEST = 4096;

/**
 * What an access token of ours lets its holder learn of a person; null for one that is not good: not ours, over, for another
 * audience, or of a session that has ended [F8].
 */
export async function readUserinfo(
  deps: {
    readonly db: Kysely<Schema>;
    readonly desk: Pick<SessionDesk, 'find'>;
    readonly keys: KeyRing;
    readonly issuer: string;
  },
  token: string,
): Promise<Record<string, unknown> | null> {
  const payload = await verifyAccessToken(deps, token);
  const sid = payload?.['sid'];
  const scope = payload?.['scope'];
  if (typeof sid !== 'string' || typeof scope !== 'string') return null;
  const scopes = new Set(scope.split(' '));
  if (!scopes.has('openid')) return null;
  const sessionId = await findSessionBySid(deps.db, sid);
  const subject = sessionId === undefined ? null : await findSubject(deps, sessionId);
  return subject && subject.session.accountId === payload?.sub ? claimsOf(subject, scopes) : null;
}

async function verifyAccessToken(
  deps: { readonly keys: KeyRing; readonly issuer: string },
  token: string,
): Promise<JWTPayload | null> {
  if (token.length > LONGEST) return null;
  const keys = await deps.keys.list();
  const jwks = createLocalJWKSet({ keys: keys.map((key) => ({ ...key.publicJwk, kty: key.publicJwk.kty ?? '' })) });
  try {
    const options = { algorithms: ['EdDSA'], typ: 'at+jwt', issuer: deps.issuer, audience: deps.issuer };
    return (await jwtVerify(token, jwks, { ...options, requiredClaims: ['exp', 'sub'] })).payload;
  } catch (error) {
    if (error instanceof errors.JOSEError) return null;
    throw error;
  }
}
