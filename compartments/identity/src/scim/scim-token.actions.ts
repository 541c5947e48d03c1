import { EstateError, type Now, sha256Hex } from '@bulkhead/kernel';
import type { Kysely } from 'kysely';
import { type BearerDeps, type BearerUses, endBearer, makeBearer } from '#bearer/bearer.actions.ts';
import type { BearerWish } from '#bearer/bearer.rules.ts';
import type { Schema } from '#schema.ts';
import { readBearer, SCIM_TOKEN, type ScimToken, type ScimTokenRow } from './scim-token.rules.ts';
import { findLiveScimToken, insertScimToken, listScimTokens } from './scim-token.store.ts';

export function listTokensOf(db: Kysely<Schema>, delegationId: string): Promise<ScimTokenRow[]> {
  return listScimTokens(db, delegationId);
}

/** Makes a token, whose text is told once and kept nowhere. Null beyond three that live. */
export function makeScimToken(
  deps: BearerDeps,
  wish: BearerWish & { readonly delegationId: string; readonly by: string },
): Promise<string | null> {
  return makeBearer(deps, SCIM_TOKEN, {
    holderId: wish.delegationId,
    insert: (trx, { secretSha256, ...made }) => insertScimToken(trx, { ...wish, ...made }, { secretSha256, by: wish.by }),
  });
}

export function endScimToken(deps: Pick<BearerDeps, 'transact' | 'now'>, delegationId: string, id: string): Promise<void> {
  return endBearer(deps, SCIM_TOKEN, { holderId: delegationId, id });
}

/** Judges the tokens of directories, each time anew. */
export class ScimTokens {
  readonly #db: Kysely<Schema>;
  readonly #now: Now;
  readonly #uses: BearerUses;

  constructor(deps: { readonly db: Kysely<Schema>; readonly now: Now; readonly uses: BearerUses }) {
    this.#db = deps.db;
    this.#now = deps.now;
    this.#uses = deps.uses;
  }

  /** @throws EstateError `request.unauthenticated` */
  async find(authorization: string | undefined): Promise<ScimToken> {
    const now = this.#now();
    const secret = readBearer(authorization);
    const token = secret === null ? undefined : await findLiveScimToken(this.#db, sha256Hex(secret), now);
    if (!token) throw new EstateError('request.unauthenticated', 'the bearer token is missing, unknown, over or ended');
    this.#uses.note(SCIM_TOKEN, token.id, now);
    return token;
  }
}
