import {
  type CompartmentManifest,
  type ManifestRoute,
  TOKEN_HEADER,
  type VerifiedToken,
  type VerifyingKey,
  verifyToken,
} from '@bulkhead/contracts';
import { EstateError, type Now } from '@bulkhead/kernel';
import type { CompartmentContext } from './compartment-env.ts';
import type { ReplayCache } from './replay-cache.ts';
import { announcedBytes, checkBodyHash, HELD_BODY_LIMIT, hasBody, readWhole, tooLarge } from './request-body.ts';
import { isRequestOf, methodsAt, pathOf } from './route-match.ts';

export type RequestCheck = {
  readonly manifest: CompartmentManifest;
  readonly gatewayKeys: readonly VerifyingKey[];
  readonly jobKeys: readonly VerifyingKey[];
  readonly used: ReplayCache;
  readonly now: Now;
  readonly startedAt: Date;
};

/**
 * Lets in a request of a person: its token must be of the gateway, for this compartment, this request and this route, and new.
 * Sets claims, token and body of the context.
 * @throws EstateError `token.*`, `request.not_found`, `request.method_not_allowed`, `request.unauthenticated`, `request.forbidden`, `input.too_large`
 */
export async function admitRequest(c: CompartmentContext, check: RequestCheck): Promise<void> {
  const claims = await verifyRequestToken(c, check, check.gatewayKeys);
  const route = routeOf(c, claims, check.manifest);
  checkRoles(route, claims);
  check.used.use(claims.requestId);
  await admitBody(c, claims, route.maxBodyBytes);
}

/**
 * Lets in a call of a process of ours that carries a token, of the gateway or a job. Its bearer was checked before.
 * @throws EstateError `token.*`, `input.too_large`
 */
export async function admitJob(c: CompartmentContext, check: RequestCheck): Promise<void> {
  const claims = await verifyRequestToken(c, check, [...check.gatewayKeys, ...check.jobKeys]);
  if (!check.manifest.jobs.some((job) => job.id === claims.route))
    throw new EstateError('token.wrong_request', 'verifying a token: its job is not in the manifest');
  check.used.use(claims.requestId);
  await admitBody(c, claims, HELD_BODY_LIMIT);
}

async function verifyRequestToken(
  c: CompartmentContext,
  check: RequestCheck,
  keys: readonly VerifyingKey[],
): Promise<VerifiedToken> {
  const token = c.req.header(TOKEN_HEADER);
  const claims = await verifyToken(token, { keys, compartment: check.manifest.name, now: check.now });
  const { method, url } = c.env.incoming;
  if (claims.method !== method || claims.path !== url || claims.compartment !== check.manifest.name)
    throw new EstateError('token.wrong_request', 'verifying a token: it was issued for another request');
  // The memory of used tokens began with this process.
  if (claims.issuedAt.getTime() < Math.floor(check.startedAt.getTime() / 1000) * 1000)
    throw new EstateError('token.expired', 'verifying a token: it is older than this process');
  c.set('claims', claims);
  c.set('requestId', claims.requestId);
  c.set('token', token ?? '');
  return claims;
}

function routeOf(c: CompartmentContext, claims: VerifiedToken, manifest: CompartmentManifest): ManifestRoute {
  const { method = '', url = '', headers } = c.env.incoming;
  const request = { method, path: pathOf(url), host: headers.host ?? '' };
  const route = manifest.routes.find((candidate) => candidate.id === claims.route);
  if (route && isRequestOf(route, request)) return route;
  if (route) throw new EstateError('token.wrong_request', `verifying a token: it was issued for the route ${route.id}`);
  const methods = methodsAt(manifest, request.path, request.host);
  if (methods.length === 0) throw new EstateError('request.not_found', 'finding a route: there is none');
  throw new EstateError('request.method_not_allowed', `finding a route: ${method} is not among ${methods.join(', ')}`);
}

function checkRoles(route: ManifestRoute, claims: VerifiedToken): void {
  if (route.roles.length === 0) return;
  if (claims.accountId === null) throw new EstateError('request.unauthenticated', `entering ${route.id}: nobody is signed in`);
  if (route.roles.includes('signed-in') || route.roles.some((role) => claims.roles.includes(role))) return;
  throw new EstateError('request.forbidden', `entering ${route.id}: none of the roles ${route.roles.join(', ')} is held`);
}

async function admitBody(c: CompartmentContext, claims: VerifiedToken, limit: number): Promise<void> {
  const { incoming } = c.env;
  if (!hasBody(incoming)) {
    if (claims.bodySha256 !== null) checkBodyHash(new Uint8Array(), claims.bodySha256);
    return;
  }
  const bytes = announcedBytes(incoming);
  if (bytes !== undefined && bytes > limit) throw tooLarge(limit);
  if (claims.bodySha256 === null) throw new EstateError('token.wrong_request', 'verifying a token: it was issued for no body');
  if (bytes !== undefined && bytes > HELD_BODY_LIMIT) return hideBody(c);
  const body = await readWhole(incoming, Math.min(limit, HELD_BODY_LIMIT));
  checkBodyHash(body, claims.bodySha256);
  c.set('body', body);
  hideBody(c, body);
}

// What a handler reads through `c.req` is either verified or empty.
function hideBody(c: CompartmentContext, body?: Buffer): void {
  const { url, method, headers } = c.req.raw;
  c.req.raw = new Request(url, { method, headers, ...(body ? { body: new Uint8Array(body) } : {}) });
}
