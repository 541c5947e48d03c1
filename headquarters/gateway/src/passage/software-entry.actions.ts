import type { ManifestRoute, Session } from '@bulkhead/contracts';
import { EstateError } from '@bulkhead/kernel';
import type { RateLimits } from '#limit/limit.rules.ts';
import type { Origin } from '#route/origin.rules.ts';
import { isAllowed } from '#route/route.rules.ts';
import type { SealBoard } from '#seal/seal.actions.ts';
import type { ApiTokens } from '#software/api-token.actions.ts';
import { holdsApiToken, readApiToken } from '#software/software.rules.ts';
import { type Asked, isWriteMethod } from './asked.rules.ts';
import { takeToken } from './rate.actions.ts';

export type SoftwareEntryDeps = {
  readonly board: Pick<SealBoard, 'blocking'>;
  readonly rates: RateLimits;
  readonly perMinute: { readonly reads: number; readonly writes: number };
  readonly apiTokens: ApiTokens;
  readonly monotonicMs: () => number;
};

/**
 * Software brings no session: what a browser would add by itself opens nothing here [G21]. A personal API token stands for its
 * account within its scope; any other credential is the compartment's to judge.
 * @throws EstateError `api_token.*`, `request.too_many`
 */
export async function letSoftwarePass(
  deps: SoftwareEntryDeps,
  asked: Asked,
  origin: Origin,
  route: ManifestRoute,
): Promise<Session | null> {
  const { request } = asked;
  const isWrite = isWriteMethod(request.method);
  const bucket = {
    id: `software ${route.id}`,
    perMinute: route.perMinute ?? (isWrite ? deps.perMinute.writes : deps.perMinute.reads),
  };
  takeToken(deps, asked, bucket, null);
  if (holdsApiToken(asked.query))
    throw new EstateError('api_token.in_address', `using the route ${route.id}: its address holds an API token`);
  const secret = readApiToken(request.headers);
  const token = secret === null ? null : await deps.apiTokens.find(secret);
  const session = token?.session ?? null;
  const { blocking } = deps.board;
  if (secret !== null && (session === null || blocking.isEnded(session.id) || blocking.isRefused(session)))
    throw new EstateError('api_token.refused', 'judging an API token: it is not known, over or ended');
  asked.accountId = session?.accountId ?? null;
  if (session !== null) takeToken(deps, asked, bucket, session);
  if (token?.isReadOnly && isWrite)
    throw new EstateError('api_token.read_only', `using the route ${route.id}: the API token is for reading only`);
  if (isAllowed(route, session ? (session.roles[origin.compartment.name] ?? []) : null)) return session;
  if (session === null) throw new EstateError('api_token.missing', `using the route ${route.id}: no API token`);
  throw new EstateError('api_token.out_of_scope', `using the route ${route.id}: the API token has none of its roles`);
}
