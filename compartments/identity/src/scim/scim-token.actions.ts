import { EstateError, type Now, sha256Hex } from '@bulkhead/kernel';
import type { Transact } from '@bulkhead/web';
import type { Kysely, Transaction } from 'kysely';
import type { Schema } from '#schema.ts';
import { MOST_SCIM_TOKENS, readBearer, SCIM_TOKEN_PREFIX, type ScimToken, type ScimTokenRow } from './scim-token.rules.ts';
import {
  countLiveScimTokens,
  endScimTokenOf,
  findLiveScimToken,
  insertScimToken,
  listScimTokens,
  setScimTokenUsed,
} from './scim-token.store.ts';

const SECRET_BYTES = 32;

export function listTokensOf(db: Kysely<Schema>, delegationId: string): Promise<ScimTokenRow[]> {
  return listScimTokens(db, delegationId);
}

/** Makes a token, whose text is told once and kept nowhere. Null beyond three that live. */
export async function makeScimToken(
  deps: {
    readonly transact: Transact<Transaction<Schema>>;
    readonly newId: () => string;
    readonly randomBytes: (size: number) => Buffer;
    readonly now: Now;
  },
  wish: { readonly delegationId: string; readonly name: string; readonly expiresAt: Date; readonly by: string },
): Promise<string | null> {
  const secret = `${SCIM_TOKEN_PREFIX}${deps.randomBytes(SECRET_BYTES).toString('base64url')}`;
  const token = { ...wish, id: deps.newId(), createdAt: deps.now() };
  return deps.transact(async (trx) => {
    if ((await countLiveScimTokens(trx, wish.delegationId, deps.now())) >= MOST_SCIM_TOKENS) return null;
    await insertScimToken(trx, token, { secretSha256: sha256Hex(secret), by: wish.by });
    return secret;
  });
}

export async function endScimToken(
  deps: { readonly transact: Transact<Transaction<Schema>>; readonly now: Now },
  delegationId: string,
  id: string,
): Promise<void> {
  await deps.transact((trx) => endScimTokenOf(trx, delegationId, id, deps.now()));
}

/** Judges the tokens of directories, each time anew. */
export class ScimTokens {
  readonly #db: Kysely<Schema>;
  readonly #now: Now;
  /** Token → its last use, until the next round notes it. */
  readonly #used = new Map<string, Date>();

  constructor(deps: { readonly db: Kysely<Schema>; readonly now: Now }) {
    this.#db = deps.db;
    this.#now = deps.now;
  }

  /** @throws EstateError `request.unauthenticated` */
  async find(authorization: string | undefined): Promise<ScimToken> {
    const secret = readBearer(authorization);
    const token = secret === null ? undefined : await findLiveScimToken(this.#db, sha256Hex(secret), this.#now());
    if (!token) throw new EstateError('request.unauthenticated', 'the bearer token is missing, unknown, over or ended');
    this.#used.set(token.id, this.#now());
    return token;
  }

  /** Notes when tokens were used last. */
  async keep(transact: Transact<Transaction<Schema>>): Promise<void> {
    const used = [...this.#used];
    if (used.length === 0) return;
    this.#used.clear();
    await transact(async (trx) => {
      for (const [id, at] of used) await setScimTokenUsed(trx, id, at);
    });
  }
}
