import type { ApiToken } from '@bulkhead/contracts';
import { EstateError, type Now } from '@bulkhead/kernel';
import type { Kysely } from 'kysely';
import { type BearerDeps, type BearerUses, endBearer, makeBearer } from '#bearer/bearer.actions.ts';
import type { Schema } from '#schema.ts';
import { API_TOKEN, type ApiTokenRow, rolesNow, sessionIdOf, type TokenWish } from './api-token.rules.ts';
import { findLiveToken, insertToken, listRolesHeld, listTokens } from './api-token.store.ts';

export function listOwnTokens(db: Kysely<Schema>, accountId: string): Promise<ApiTokenRow[]> {
  return listTokens(db, accountId);
}

/**
 * Makes a token; its text is told once and kept nowhere.
 * @throws EstateError `request.too_many` beyond twenty that live
 */
export async function makeToken(deps: BearerDeps, accountId: string, wish: TokenWish): Promise<string> {
  const secret = await makeBearer(deps, API_TOKEN, {
    holderId: accountId,
    insert: (trx, { secretSha256, ...made }) => insertToken(trx, { ...wish, ...made, accountId }, secretSha256),
  });
  if (secret !== null) return secret;
  throw new EstateError('request.too_many', `making an API token: ${API_TOKEN.most} of this account live already`);
}

export function endToken(deps: Pick<BearerDeps, 'transact' | 'now'>, accountId: string, id: string): Promise<void> {
  return endBearer(deps, API_TOKEN, { holderId: accountId, id });
}

/** API tokens as the gateway asks for them, by their hash. What they carry is decided anew each time. */
export class TokenDesk {
  readonly #db: Kysely<Schema>;
  readonly #now: Now;
  readonly #uses: BearerUses;

  constructor(deps: { readonly db: Kysely<Schema>; readonly now: Now; readonly uses: BearerUses }) {
    this.#db = deps.db;
    this.#now = deps.now;
    this.#uses = deps.uses;
  }

  async find(secretSha256: string): Promise<ApiToken | null> {
    const now = this.#now();
    const token = await findLiveToken(this.#db, secretSha256, now);
    if (!token) return null;
    const held = await listRolesHeld(this.#db, token.accountId, now);
    this.#uses.note(API_TOKEN, token.id, now);
    return {
      isReadOnly: token.isReadOnly,
      session: {
        id: sessionIdOf(token.id),
        accountId: token.accountId,
        displayName: token.displayName,
        delegation: token.delegationId,
        roles: rolesNow(token.scopes, held),
        language: token.language,
        startedAt: token.createdAt.toISOString(),
        endsAt: token.expiresAt.toISOString(),
      },
    };
  }
}
