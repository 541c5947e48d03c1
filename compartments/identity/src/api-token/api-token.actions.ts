import type { ApiToken } from '@bulkhead/contracts';
import { EstateError, type Now } from '@bulkhead/kernel';
import type { Kysely, Transaction } from 'kysely';
import { type BearerDeps, type BearerUses, endBearer, makeBearer } from '#bearer/bearer.actions.ts';
import type { Schema } from '#schema.ts';
import { API_TOKEN, type ApiTokenRow, rolesNow, sessionIdOf, type TokenWish, tokenIdOf } from './api-token.rules.ts';
import { endTokensById, endTokensMadeBefore, findLiveToken, insertToken, listRolesHeld, listTokens } from './api-token.store.ts';

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

/** What the token that asks carries at this moment, for whoever tries one out. */
export async function describeToken(
  db: Kysely<Schema>,
  asked: { readonly accountId: string; readonly sessionId: string; readonly now: Date },
) {
  const id = tokenIdOf(asked.sessionId);
  const token = (await listTokens(db, asked.accountId)).find((one) => one.id === id);
  if (!token) throw new EstateError('request.not_found', 'describing an API token: its account has none of this id');
  const { name, scopes, isReadOnly, expiresAt } = token;
  const roles = rolesNow(scopes, await listRolesHeld(db, asked.accountId, asked.now));
  return { name, roles, access: isReadOnly ? 'read' : 'write', until: expiresAt.toISOString() };
}

/** Ends what an order of off-site blocks: tokens that stand for sessions it names, and those of accounts from before a moment. */
export async function endBlockedTokens(
  trx: Transaction<Schema>,
  blocked: {
    readonly sessions: readonly string[];
    readonly accounts: readonly { readonly account: string; readonly before: string }[];
  },
  at: Date,
): Promise<void> {
  const ids = blocked.sessions.flatMap((id) => tokenIdOf(id) ?? []);
  if (ids.length > 0) await endTokensById(trx, ids, at);
  for (const { account, before } of blocked.accounts) await endTokensMadeBefore(trx, account, new Date(before), at);
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
