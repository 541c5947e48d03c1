import { type KeyObject, verify } from 'node:crypto';
import { type Attribution, publicKeyOf, TOKEN_LIMIT, type Trust, tokenClaimsSchema } from '@bulkhead/contracts';
import { z } from 'zod';

/** A request that was under way when its token's time ended may still commit for so long. */
const TOLERANCE_MS = 60_000;
/** The clocks of gateway and database may differ by so much. */
const AHEAD_MS = 5_000;
const TOKENS_KEPT = 10;
const HEADERS_KEPT = 1_000;

const headerSchema = z.object({ alg: z.literal('EdDSA'), typ: z.literal('bulkhead-token'), kid: z.string().max(100) });
const secondsSchema = z.number().min(0).max(32_503_680_000);
const payloadSchema = tokenClaimsSchema.extend({ iat: secondsSchema, exp: secondsSchema, aud: z.string() });

/** Whose tokens a commit may carry: requests, jobs, and repairs, which off-site orders. */
export type TokenKeys = Pick<Trust, 'gatewayKeys' | 'jobKeys' | 'orderKeys'>;

type Key = { readonly keyId: string; readonly key: KeyObject; readonly isOfGateway: boolean };

/**
 * Judges tokens as they stood when they were committed. A JWS is checked by hand: through a library a rebuild of the
 * index would spend most of its time here.
 */
export class TokenJudge {
  readonly #compartment: string;
  readonly #keys: ReadonlyMap<string, Key>;
  readonly #headers = new Map<string, Key | string>();

  constructor(compartment: string, { gatewayKeys, jobKeys, orderKeys }: TokenKeys) {
    this.#compartment = compartment;
    const describe = (isOfGateway: boolean) => (key: TokenKeys['gatewayKeys'][number]) =>
      [key.keyId, { keyId: key.keyId, key: publicKeyOf(key), isOfGateway }] as const;
    // Where two lists hold the same id the gateway's counts.
    this.#keys = new Map([
      ...jobKeys.map(describe(false)),
      ...orderKeys.map(describe(false)),
      ...gatewayKeys.map(describe(true)),
    ]);
  }

  /** Never throws: what is wrong is the verdict [H4]. */
  judge(tokens: readonly string[], committedAt: string): Promise<Attribution[]> {
    return Promise.all(tokens.slice(0, TOKENS_KEPT).map((token) => this.#judgeOne(token, Date.parse(committedAt))));
  }

  async #judgeOne(token: string, committedMs: number): Promise<Attribution> {
    if (token.length > TOKEN_LIMIT) return refused('it is longer than a token may be');
    const [header = '', body = '', signature = '', ...more] = token.split('.');
    const key = this.#keyOf(header);
    if (typeof key === 'string') return refused(key);
    const isGenuine =
      more.length === 0 && (await isSigned(Buffer.from(`${header}.${body}`), key.key, Buffer.from(signature, 'base64url')));
    const payload = isGenuine ? payloadSchema.safeParse(parseJson(body)) : undefined;
    if (!payload?.success) return refused('its form or signature is wrong');
    const { aud, compartment, requestId, accountId, sessionId, address, method, path, route, iat, exp } = payload.data;
    if (aud !== this.#compartment || compartment !== this.#compartment) return refused('it is for another compartment');
    const issuedAt = new Date(iat * 1000).toISOString();
    const claims = { requestId, accountId, sessionId, address, method, path, route, keyId: key.keyId, issuedAt };
    const reason = judgeTimes(iat * 1000, exp * 1000, committedMs) ?? judgeRoute(key, route);
    return { verdict: reason === null ? 'verified' : 'refused', reason, claims };
  }

  /** Headers are few: each is read once. */
  #keyOf(header: string): Key | string {
    const known = this.#headers.get(header);
    if (known !== undefined) return known;
    const parsed = headerSchema.safeParse(parseJson(header));
    const key = parsed.success
      ? (this.#keys.get(parsed.data.kid) ?? 'its key is not enrolled')
      : 'its form or signature is wrong';
    if (this.#headers.size >= HEADERS_KEPT) this.#headers.clear();
    this.#headers.set(header, key);
    return key;
  }
}

function judgeTimes(issuedMs: number, expiryMs: number, committedMs: number): string | null {
  if (committedMs > expiryMs + TOLERANCE_MS) return 'its time was over when the transaction was committed';
  if (committedMs < issuedMs - AHEAD_MS) return 'it was issued after the transaction was committed';
  return null;
}

/** A key signs what is its to sign: the gateway requests, the supervisor jobs, off-site repairs. */
function judgeRoute({ keyId, isOfGateway }: Key, route: string): string | null {
  return isOfGateway || route.startsWith('job:') ? null : `the key ${keyId} does not sign requests`;
}

function refused(reason: string): Attribution {
  return { verdict: 'refused', reason, claims: null };
}

/** In another thread: tokens of a batch are checked side by side. */
function isSigned(message: Buffer, key: KeyObject, signature: Buffer): Promise<boolean> {
  return new Promise((resolve) => verify(null, message, key, signature, (error, isRight) => resolve(error === null && isRight)));
}

function parseJson(base64: string): unknown {
  try {
    return JSON.parse(Buffer.from(base64, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
