import { type ApiToken, apiTokenSchema } from '@bulkhead/contracts';
import { EstateError, hasCode, type Now, sha256Hex } from '@bulkhead/kernel';
import { callWire, type WirePeer } from '@bulkhead/wire';

/** What is kept is used so long: a token that was ended is refused a second later at the latest [G21]. */
const KEPT_MS = 900;
const TOKENS_LIMIT = 20_000;
const ASK_MS = 5000;

type Kept = { readonly token: ApiToken | null; readonly atMs: number };

export type ApiTokenDeps = {
  readonly identity: () => WirePeer;
  /** False while orders keep people out of identity: then no token is good. */
  readonly isIdentityOpen: () => boolean;
  readonly now: Now;
  readonly monotonicMs: () => number;
};

/** Personal API tokens, as identity knows them. Identity is told a token's hash, never the token. */
export class ApiTokens {
  readonly #deps: ApiTokenDeps;
  readonly #kept = new Map<string, Kept>();

  constructor(deps: ApiTokenDeps) {
    this.#deps = deps;
  }

  /**
   * Finds whose token it is, as a session of their own that lasts until the token's end.
   * @throws EstateError `sign_in.unreachable` when identity cannot be asked
   */
  async find(secret: string): Promise<ApiToken | null> {
    if (!this.#deps.isIdentityOpen()) throw new EstateError('sign_in.unreachable', 'judging an API token: identity is closed');
    const hash = sha256Hex(secret);
    const atMs = this.#deps.monotonicMs();
    const kept = this.#kept.get(hash);
    const token = kept && atMs - kept.atMs < KEPT_MS ? kept.token : await this.#ask(hash, atMs);
    return token === null || Date.parse(token.session.endsAt) <= this.#deps.now().getTime() ? null : token;
  }

  async #ask(hash: string, atMs: number): Promise<ApiToken | null> {
    const token = await askIdentity(this.#deps.identity(), hash);
    this.#kept.delete(hash);
    this.#kept.set(hash, { token, atMs });
    if (this.#kept.size > TOKENS_LIMIT) {
      const oldest = this.#kept.keys().next();
      if (!oldest.done) this.#kept.delete(oldest.value);
    }
    return token;
  }
}

async function askIdentity(identity: WirePeer, hash: string): Promise<ApiToken | null> {
  try {
    const call = { method: 'GET', path: `/.identity/api-tokens/${hash}`, timeoutMs: ASK_MS } as const;
    return await callWire(identity, call, apiTokenSchema);
  } catch (cause) {
    const isUnknown = hasCode(cause, 'wire.refused') && cause instanceof Error && cause.message.endsWith(' status 404');
    if (isUnknown) return null;
    throw new EstateError('sign_in.unreachable', 'asking identity for an API token', { cause });
  }
}
