import { EstateError, type Now } from '@bulkhead/kernel';
import * as errors from 'jose/errors';
import { SignJWT } from 'jose/jwt/sign';
import { jwtVerify } from 'jose/jwt/verify';
import { z } from 'zod';
import type { TokenKey } from './gateway-key.ts';
import { compartmentNameSchema, sha256Schema } from './name.ts';
import { privateKeyOf, publicKeyOf, type SigningKey } from './signed.ts';

/** How long a provenance token can be used after it was issued, in seconds. */
export const TOKEN_LIFETIME_SECONDS = 30;

/** The largest token that is read or recorded, in characters. */
export const TOKEN_LIMIT = 8192;

/** What one request was: who asked for what, of which compartment. It both authorises and attributes. */
export const tokenClaimsSchema = z.object({
  /** The request's id, unique. */
  requestId: z.string().min(8).max(64),
  compartment: compartmentNameSchema,
  /** Null for people who are not signed in. */
  accountId: z.string().max(64).nullable(),
  sessionId: z.string().max(64).nullable(),
  /** The name shown to people, such as "Editor (sample)". */
  displayName: z.string().max(200).nullable(),
  delegation: z.string().max(100).nullable(),
  /** The account's roles in this compartment. */
  roles: z.array(z.string().max(50)).max(50),
  address: z.string().max(64),
  method: z.string().max(10),
  /** Path and query, as sent to the compartment. */
  path: z.string().max(4096),
  bodySha256: sha256Schema.nullable(),
  /** The manifest's route id, or `job:<name>` for work that no request asked for. */
  route: z.string().max(100),
});
export type TokenClaims = z.infer<typeof tokenClaimsSchema>;
export type VerifiedToken = TokenClaims & { readonly keyId: string; readonly issuedAt: Date };

/** The claims of work that no person's request asked for: nobody's account, the route `job:<name>`. */
export function claimsOfJob(job: Pick<TokenClaims, 'requestId' | 'compartment' | 'route'> & Partial<TokenClaims>): TokenClaims {
  return {
    accountId: null,
    sessionId: null,
    displayName: null,
    delegation: null,
    roles: [],
    address: '',
    method: 'JOB',
    path: '/',
    bodySha256: null,
    ...job,
  };
}

/** Mints the one token of a request: a JWS (RFC 7515) signed with Ed25519. */
export function mintToken(
  key: SigningKey,
  claims: TokenClaims,
  now: Now,
  lifetimeSeconds = TOKEN_LIFETIME_SECONDS,
): Promise<string> {
  const issuedAt = Math.floor(now().getTime() / 1000);
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'EdDSA', typ: 'bulkhead-token', kid: key.keyId })
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + lifetimeSeconds)
    .setAudience(claims.compartment)
    .sign(privateKeyOf(key));
}

/**
 * Verifies a token's signature, kind, audience and (unless `atAnyTime`) its time.
 * @throws EstateError `token.missing`, `token.invalid`, `token.expired`, `token.wrong_audience`
 */
export async function verifyToken(
  token: string | undefined,
  options: {
    readonly keys: readonly TokenKey[];
    readonly compartment: string;
    readonly now: Now;
    readonly atAnyTime?: boolean;
  },
): Promise<VerifiedToken> {
  if (!token) throw new EstateError('token.missing', 'verifying a request: it carries no token');
  if (token.length > TOKEN_LIMIT)
    throw new EstateError('token.invalid', `verifying a token: longer than ${TOKEN_LIMIT} characters`);
  try {
    const judgedAt = options.atAnyTime ? issueDateOf(token) : options.now();
    const { payload, protectedHeader } = await jwtVerify(token, (header) => keyFor(header.kid, options.keys, judgedAt), {
      algorithms: ['EdDSA'],
      typ: 'bulkhead-token',
      audience: options.compartment,
      requiredClaims: ['exp', 'iat'],
      currentDate: judgedAt,
      clockTolerance: 2,
    });
    const claims = tokenClaimsSchema.parse(payload);
    return { ...claims, keyId: protectedHeader.kid ?? '', issuedAt: new Date((payload.iat ?? 0) * 1000) };
  } catch (cause) {
    throw tokenFault(cause);
  }
}

function keyFor(keyId: string | undefined, keys: readonly TokenKey[], judgedAt: Date) {
  const key = keys.find((candidate) => candidate.keyId === keyId);
  if (!key) throw new EstateError('token.invalid', 'verifying a token: its key is not enrolled');
  if (key.until && judgedAt.getTime() >= Date.parse(key.until.at))
    throw new EstateError('token.invalid', `verifying a token: its key was replaced at ${key.until.at}`);
  return publicKeyOf(key);
}

function issueDateOf(token: string): Date {
  const payload: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
  return new Date(z.object({ iat: z.number() }).parse(payload).iat * 1000);
}

function tokenFault(cause: unknown): EstateError {
  if (cause instanceof EstateError) return cause;
  if (cause instanceof errors.JWTExpired)
    return new EstateError('token.expired', 'verifying a token: its time is over', { cause });
  if (cause instanceof errors.JWTClaimValidationFailed && cause.claim === 'aud') {
    return new EstateError('token.wrong_audience', 'verifying a token: it is for another compartment', { cause });
  }
  return new EstateError('token.invalid', 'verifying a token', { cause });
}
