import { isSameSecret, sha256Hex } from '@bulkhead/kernel';
import { createLocalJWKSet, decodeJwt, errors, jwtVerify } from 'jose';
import type { Kysely } from 'kysely';
import { findUsableClient } from '#client/client.actions.ts';
import type { Client } from '#client/client.rules.ts';
import type { Schema } from '#schema.ts';

const LONGEST = 8192;
const ASSERTION_ALGS = ['RS256', 'PS256', 'ES256', 'EdDSA'];

/**
 * Which client asks, by what it presents at addresses that the provider does not know: its secret as Basic, or an assertion signed
 * with its key as Bearer, good for ten minutes at the most, for this very address. Null if it proves nothing.
 */
export async function findProvenClient(
  db: Kysely<Schema>,
  authorization: string | undefined,
  audience: string,
): Promise<Client | null> {
  const [scheme = '', credential = ''] = (authorization ?? '').slice(0, LONGEST).split(' ');
  if (scheme.toLowerCase() === 'basic') return findBySecret(db, credential);
  return scheme.toLowerCase() === 'bearer' ? findByAssertion(db, credential, audience) : null;
}

async function findBySecret(db: Kysely<Schema>, credential: string): Promise<Client | null> {
  const text = Buffer.from(credential, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  const [id, secret] = [decode(text.slice(0, Math.max(0, colon))), decode(text.slice(colon + 1))];
  const client = await findUsableClient(db, id);
  const isProven = client?.secretSha256 !== null && isSameSecret(sha256Hex(secret), client?.secretSha256 ?? '');
  return client && isProven ? client : null;
}

async function findByAssertion(db: Kysely<Schema>, assertion: string, audience: string): Promise<Client | null> {
  try {
    const { iss = '' } = decodeJwt(assertion);
    const client = await findUsableClient(db, iss);
    if (!client?.jwks) return null;
    const keys = createLocalJWKSet({ keys: client.jwks.keys.map((key) => ({ ...key })) });
    const options = { issuer: client.id, subject: client.id, audience, algorithms: ASSERTION_ALGS };
    await jwtVerify(assertion, keys, { ...options, requiredClaims: ['exp', 'iat'], maxTokenAge: 600 });
    return client;
  } catch (error) {
    if (error instanceof errors.JOSEError) return null;
    throw error;
  }
}

// RFC 6749, 2.3.1: both parts are form-encoded before they are joined.
function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return '';
  }
}
