import type { ApiToken } from '@bulkhead/contracts';
import { EstateError, type Now, sha256Hex } from '@bulkhead/kernel';
import type { Transact } from '@bulkhead/web';
import type { Kysely, Transaction } from 'kysely';
import type { Schema } from '#schema.ts';
import { type ApiTokenRow, MOST_TOKENS, rolesNow, sessionIdOf, TOKEN_PREFIX, type TokenWish } from './api-token.rules.ts';
import {
  countLiveTokens,
  endTokenOf,
  findLiveToken,
  insertToken,
  listRolesHeld,
  listTokens,
  setLastUsed,
} from './api-token.store.ts';

const SECRET_BYTES = 32;
const USED_LIMIT = 20_000;

export function listOwnTokens(db: Kysely<Schema>, accountId: string): Promise<ApiTokenRow[]> {
  return listTokens(db, accountId);
}

/**
 * Makes a token; its text is told once and kept nowhere.
 * @throws EstateError `request.too_many` beyond twenty that live
 */
export async function makeToken(
  deps: {
    readonly transact: Transact<Transaction<Schema>>;
    readonly newId: () => string;
    readonly randomBytes: (size: number) => Buffer;
    readonly now: Now;
  },
  accountId: string,
  wish: TokenWish,
): Promise<string> {
  const secret = `${TOKEN_PREFIX}${deps.randomBytes(SECRET_BYTES).toString('base64url')}`;
  const token = { ...wish, id: deps.newId(), accountId, createdAt: deps.now() };
  await deps.transact(async (trx) => {
    if ((await countLiveTokens(trx, accountId, deps.now())) >= MOST_TOKENS)
      throw new EstateError('request.too_many', `making an API token: ${MOST_TOKENS} of this account live already`);
    await insertToken(trx, token, sha256Hex(secret));
  });
  return secret;
}

export async function endToken(
  deps: { readonly transact: Transact<Transaction<Schema>>; readonly now: Now },
  accountId: string,
  id: string,
): Promise<void> {
  await deps.transact((trx) => endTokenOf(trx, accountId, id, deps.now()));
}

/** API tokens as the gateway asks for them, by their hash. What they carry is decided anew each time. */
export class TokenDesk {
  readonly #db: Kysely<Schema>;
  readonly #now: Now;
  /** Token → its last use, until the next round notes it. */
  readonly #used = new Map<string, Date>();

  constructor(deps: { readonly db: Kysely<Schema>; readonly now: Now }) {
    this.#db = deps.db;
    this.#now = deps.now;
  }

  async find(secretSha256: string): Promise<ApiToken | null> {
    const now = this.#now();
    const token = await findLiveToken(this.#db, secretSha256, now);
    if (!token) return null;
    const held = await listRolesHeld(this.#db, token.accountId, now);
    if (this.#used.size < USED_LIMIT) this.#used.set(token.id, now);
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

  /** Notes when tokens were used last. */
  async keep(transact: Transact<Transaction<Schema>>): Promise<void> {
    const used = [...this.#used];
    if (used.length === 0) return;
    this.#used.clear();
    await transact(async (trx) => {
      for (const [id, at] of used) await setLastUsed(trx, id, at);
    });
  }
}
